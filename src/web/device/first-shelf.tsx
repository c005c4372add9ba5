import type { Book } from '../../catalogue/book.ts'
import { listBooks } from '../../catalogue/catalogue.store.ts'
import type { Db } from '../../db/schema.ts'
import type { Home } from '../../home.ts'
import { changeShelf } from '../../own-shelf.ts'
import type { Person } from '../../people/person.ts'
import { randomId } from '../../random-id.ts'
import { createShelf, hasShelved, shelvesOf } from '../../shelves/shelf.store.ts'

/** A library of up to so many books comes onto a first shelf as a whole, and of a larger one what came last. */
const WHOLE = 50
const LAST = 20

const NAME = 'To read'

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
export async function makeFirstShelf(home: Home, person: Person): Promise<string | undefined> {
  const first = await firstShelfFor(home.db.read, person)
  if (!first) return undefined
  const { id } = await home.db.transact(async (tx) => {
    const named = (await shelvesOf(tx, person.id)).find(({ name }) => name === NAME)
    const wish = { id: randomId(home.random), person: person.id, name: NAME, now: home.now() }
    return named ?? createShelf(tx, wish)
  })
  await changeShelf(home, person, id, { add: first.books.map((book) => book.id), remove: [] })
  return id
}

/** Offers that shelf in the form in which a Kobo is connected. */
export function OfferFirstShelf({ first }: { first: FirstShelf }) {
  return (
    <p class="tick">
      <input type="checkbox" id="first" name="first" value="1" checked />{' '}
      <label for="first">
        Put {wordsFor(first)} on a first shelf, “{NAME}”
      </label>
    </p>
  )
}

function wordsFor({ books, isWhole }: FirstShelf): string {
  const [only] = books
  if (only && books.length === 1) return `“${only.title}”`
  return isWhole ? `all ${books.length} books` : `the ${books.length} books that came last`
}
