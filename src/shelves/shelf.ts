import { Problem } from '../problem.ts'

/** A shelf of one person: what their devices take along. On the wire it is called a tag. */
export type Shelf = { id: string; person: string; name: string; createdAt: number }

/** A shelf with how many books stand on it. */
export type CountedShelf = Shelf & { books: number }

const LONGEST = 100

/** The name as it is kept. Throws `Problem('invalid')` for one that is empty, longer than 100 characters or not one line. */
export function shelfName(text: string): string {
  const name = text.toWellFormed().normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST || /\p{Cc}/u.test(name))
    throw new Problem('invalid', `The name of a shelf has 1 to ${LONGEST} characters on one line.`)
  return name
}
