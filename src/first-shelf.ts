import type { Book } from './catalogue/book.ts'
import { listBooks } from './catalogue/catalogue.store.ts'
import type { Db, Tx } from './db/schema.ts'
import type { Home } from './home.ts'
import { changeShelf } from './own-shelf.ts'
import type { Person } from './people/person.ts'
import { randomId } from './random-id.ts'
import { createShelf, hasShelved, shelvesOf } from './shelves/shelf.store.ts'

/** A library of up to so many books comes onto a first shelf as a whole, and of a larger one what came last. */
const WHOLE = 50
const LAST = 20

/** What a first shelf is called until somebody says otherwise. */
export const FIRST_SHELF = 'To read'

/** What somebody who has put no book on a shelf is offered for their first one. */
export type FirstShelf = { books: Book[]; isWhole: boolean }

/** The first shelf that somebody may be offered; undefined when they have shelved a book, or when there is none. */
export async function firstShelfFor(db: Db, person: Person): Promise<FirstShelf | undefined> {
  if (await hasShelved(db, person.id)) return undefined
  const { books, next } = await listBooks(db, { limit: WHOLE })
  if (books.length === 0) return undefined
  return next === null ? { books, isWhole: true } : { books: books.slice(0, LAST), isWhole: false }
}

/** Makes that shelf, unless a book was shelved meanwhile, and gives its id. */
export async function makeFirstShelf(
  tx: Tx,
  home: Home,
  person: Person,
): Promise<string | undefined> {
  const first = await firstShelfFor(tx, person)
  if (!first) return undefined
  const named = (await shelvesOf(tx, person.id)).find(({ name }) => name === FIRST_SHELF)
  const wish = {
    id: randomId(home.random),
    person: person.id,
    name: FIRST_SHELF,
    now: home.now(),
  }
  const { id } = named ?? (await createShelf(tx, wish))
  await changeShelf(tx, home, person, id, { add: first.books.map((book) => book.id), remove: [] })
  return id
}
