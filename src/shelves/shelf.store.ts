import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { nameKey } from '../name-key.ts'
import { Problem } from '../problem.ts'
import { shelfName, type CountedShelf, type Shelf } from './shelf.ts'

/** A person's shelves in their order, those of one place by name, each with the number of its books that are not deleted. */
export async function shelvesOf(db: Db, person: string): Promise<CountedShelf[]> {
  const rows = await db
    .selectFrom('shelf')
    .select(['id', 'person', 'name', 'created_at'])
    .where('person', '=', person)
    .orderBy('place')
    .orderBy('name_key')
    .execute()
  const counts = await db
    .selectFrom('shelf_book')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .where('shelf.person', '=', person)
    .where('book.deleted_at', 'is', null)
    .groupBy('shelf_book.shelf')
    .select((part) => ['shelf_book.shelf', part.fn.countAll<number | string>().as('books')])
    .execute()
  const bookCount = new Map(counts.map((row) => [row.shelf, Number(row.books)]))
  return rows.map((row) => ({ ...toShelf(row), books: bookCount.get(row.id) ?? 0 }))
}

/** The shelf with this id, whoever's it is. */
export async function shelfById(db: Db, id: string): Promise<Shelf | undefined> {
  const row = await db
    .selectFrom('shelf')
    .select(['id', 'person', 'name', 'created_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toShelf(row)
}

/** How many books that are not deleted stand on a shelf. */
export async function countBooks(db: Db, shelf: string): Promise<number> {
  const row = await db
    .selectFrom('shelf_book')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .where('shelf_book.shelf', '=', shelf)
    .where('book.deleted_at', 'is', null)
    .select((part) => part.fn.countAll<number | string>().as('books'))
    .executeTakeFirstOrThrow()
  return Number(row.books)
}

/** Whether any book that is not deleted stands on a shelf of the person. */
export async function hasShelved(db: Db, person: string): Promise<boolean> {
  const row = await db
    .selectFrom('shelf')
    .innerJoin('shelf_book', 'shelf_book.shelf', 'shelf.id')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .where('shelf.person', '=', person)
    .where('book.deleted_at', 'is', null)
    .select('shelf.id')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Ids of the person's shelves on which a book stands. */
export async function shelvesWith(db: Db, person: string, book: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('shelf_book')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .select('shelf.id')
    .where('shelf_book.book', '=', book)
    .where('shelf.person', '=', person)
    .execute()
  return new Set(rows.map((row) => row.id))
}

/** Ids of the books of a shelf, the newest there first. */
export async function booksOfShelf(db: Db, shelf: string): Promise<string[]> {
  const rows = await db
    .selectFrom('shelf_book')
    .select('book')
    .where('shelf', '=', shelf)
    .orderBy('shelved_at', 'desc')
    .orderBy('book')
    .execute()
  return rows.map((row) => row.book)
}

/** Makes a shelf. Throws `Problem('conflict')` when the person has one of that name, `Problem('invalid')` for a bad name. */
export async function createShelf(
  tx: Tx,
  wish: { id: string; person: string; name: string; now: number },
): Promise<Shelf> {
  const name = shelfName(wish.name)
  await refuseTakenName(tx, wish.person, name)
  await tx
    .insertInto('shelf')
    .values({
      id: wish.id,
      person: wish.person,
      name,
      name_key: nameKey(name),
      created_at: wish.now,
    })
    .execute()
  return { id: wish.id, person: wish.person, name, createdAt: wish.now }
}

/** Gives a shelf another name. Throws as `createShelf`. */
export async function renameShelf(tx: Tx, shelf: Shelf, to: string): Promise<Shelf> {
  const name = shelfName(to)
  await refuseTakenName(tx, shelf.person, name, shelf.id)
  await tx
    .updateTable('shelf')
    .set({ name, name_key: nameKey(name) })
    .where('id', '=', shelf.id)
    .execute()
  return { ...shelf, name }
}

/** Gives the shelves of a person this order. */
export async function orderShelves(tx: Tx, shelves: readonly string[]): Promise<void> {
  for (const [place, id] of shelves.entries())
    await tx.updateTable('shelf').set({ place }).where('id', '=', id).execute()
}

/** Puts books on a shelf; those that stand there stay as they are. The plain rows only: `sync/wishes.ts` also tells the devices. */
export async function addToShelf(
  tx: Tx,
  shelf: string,
  books: readonly string[],
  now: number,
  cause: 'person' | 'machine',
): Promise<void> {
  for (const some of inChunks(books))
    await tx
      .insertInto('shelf_book')
      .values(some.map((book) => ({ shelf, book, shelved_at: now, cause })))
      .onConflict((conflict) => conflict.columns(['shelf', 'book']).doNothing())
      .execute()
}

/** Takes books off a shelf. The plain rows only: `sync/wishes.ts` also tells the devices. */
export async function removeFromShelf(
  tx: Tx,
  shelf: string,
  books: readonly string[],
): Promise<void> {
  for (const some of inChunks(books))
    await tx.deleteFrom('shelf_book').where('shelf', '=', shelf).where('book', 'in', some).execute()
}

/** Deletes a shelf with its rows. The plain rows only: `sync/wishes.ts` also tells the devices. */
export async function deleteShelf(tx: Tx, shelf: string): Promise<void> {
  await tx.deleteFrom('shelf_book').where('shelf', '=', shelf).execute()
  await tx.deleteFrom('device_shelf').where('shelf', '=', shelf).execute()
  await tx.deleteFrom('shelf').where('id', '=', shelf).execute()
}

async function refuseTakenName(
  tx: Tx,
  person: string,
  name: string,
  except?: string,
): Promise<void> {
  const taken = await tx
    .selectFrom('shelf')
    .select('id')
    .where('person', '=', person)
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst()
  if (taken && taken.id !== except)
    throw new Problem('conflict', `You already have a shelf called “${name}”.`)
}

function toShelf(row: { id: string; person: string; name: string; created_at: number }): Shelf {
  return { id: row.id, person: row.person, name: row.name, createdAt: row.created_at }
}
