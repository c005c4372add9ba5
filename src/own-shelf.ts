import { booksByIds } from './catalogue/catalogue.store.ts'
import type { Db, Tx } from './db/schema.ts'
import type { Home } from './home.ts'
import type { Person } from './people/person.ts'
import { isTheirs } from './people/rules.ts'
import { Problem } from './problem.ts'
import { countBooks, shelfById } from './shelves/shelf.store.ts'
import type { CountedShelf, Shelf } from './shelves/shelf.ts'
import { shelve } from './sync/wishes.ts'

/** A person's own shelf. Throws `Problem('not_found')` also for one that is somebody else's. */
export async function ownShelf(db: Db, person: Person, id: string): Promise<Shelf> {
  const shelf = await shelfById(db, id)
  if (!shelf || !isTheirs(person, shelf))
    throw new Problem('not_found', 'You have no shelf with that id.')
  return shelf
}

/**
 * Puts books on a person's own shelf and takes others off. Throws `Problem('not_found')` for a shelf or an added book that is not there:
 * then the transaction has to end without effect.
 */
export async function changeShelf(
  tx: Tx,
  home: Home,
  person: Person,
  id: string,
  books: {
    add: readonly string[]
    remove: readonly string[]
    cause?: 'person' | 'machine' | undefined
  },
): Promise<CountedShelf> {
  const add = [...new Set(books.add)]
  const remove = [...new Set(books.remove)]
  const shelf = await ownShelf(tx, person, id)
  const known = await booksByIds(tx, add)
  const missing = add.find((book) => known.get(book)?.deletedAt !== null)
  if (missing !== undefined)
    throw new Problem('not_found', `There is no book with the id “${missing}”.`)
  await shelve(tx, home, { shelf: shelf.id, add, remove, cause: books.cause ?? 'person' })
  return { ...shelf, books: await countBooks(tx, shelf.id) }
}
