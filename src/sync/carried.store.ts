import type { Device } from '../devices/device.ts'
import type { Db, Tx } from '../db/schema.ts'

/** Ids of the devices that carry a shelf and were not revoked. */
export async function devicesCarrying(db: Db, shelf: string): Promise<string[]> {
  const rows = await db
    .selectFrom('shelf')
    .innerJoin('device', 'device.person', 'shelf.person')
    .leftJoin('device_shelf', (join) =>
      join
        .onRef('device_shelf.device', '=', 'device.id')
        .onRef('device_shelf.shelf', '=', 'shelf.id'),
    )
    .select('device.id')
    .where('shelf.id', '=', shelf)
    .where('device.revoked_at', 'is', null)
    .where((is) =>
      is.or([is('device.carries_all', '=', 1), is('device_shelf.shelf', 'is not', null)]),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** Which of these books stand on a shelf that the device carries. */
export async function booksCarried(
  db: Db,
  device: Pick<Device, 'id' | 'person' | 'shelves'>,
  books: readonly string[],
): Promise<Set<string>> {
  if (books.length === 0) return new Set()
  const rows = await db
    .selectFrom('shelf_book')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .select('shelf_book.book')
    .distinct()
    .where('shelf.person', '=', device.person)
    .where('shelf_book.book', 'in', [...books])
    .$if(device.shelves !== null, (carried) =>
      carried.where(
        'shelf.id',
        'in',
        db.selectFrom('device_shelf').select('shelf').where('device', '=', device.id),
      ),
    )
    .execute()
  return new Set(rows.map((row) => row.book))
}

/** The carried shelves with the book that no other device carries. */
export async function shelvesOnlyCarriedBy(
  db: Db,
  device: Device,
  book: string,
): Promise<string[]> {
  const shelves = await db
    .selectFrom('shelf_book')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .select('shelf.id')
    .where('shelf.person', '=', device.person)
    .where('shelf_book.book', '=', book)
    .execute()
  const only: string[] = []
  for (const { id } of shelves) {
    const carriers = await devicesCarrying(db, id)
    if (carriers.length === 1 && carriers[0] === device.id) only.push(id)
  }
  return only
}

/** The shelves with the book that the device carries, by name; none for a deleted book. */
export async function shelvesCarriedWith(
  db: Db,
  device: Pick<Device, 'id' | 'person' | 'shelves'>,
  book: string,
): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('shelf_book')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .select(['shelf.id', 'shelf.name'])
    .where('book.deleted_at', 'is', null)
    .where('shelf.person', '=', device.person)
    .where('shelf_book.book', '=', book)
    .$if(device.shelves !== null, (carried) =>
      carried.where(
        'shelf.id',
        'in',
        db.selectFrom('device_shelf').select('shelf').where('device', '=', device.id),
      ),
    )
    .orderBy('shelf.name_key')
    .execute()
}

/** Books the reader removed on a device, among these (all of them when none are named). */
export async function excludedBooks(
  db: Db,
  device: string,
  books?: readonly string[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('excluded', '=', 1)
    .$if(books !== undefined, (some) => some.where('book', 'in', [...(books ?? [])]))
    .execute()
  return rows.map((row) => row.book)
}

/** Replaces the shelves a device carries; null = every one of its person's. */
export async function setCarried(
  tx: Tx,
  device: string,
  shelves: readonly string[] | null,
): Promise<void> {
  await tx
    .updateTable('device')
    .set({ carries_all: shelves === null ? 1 : 0 })
    .where('id', '=', device)
    .execute()
  const kept = [...new Set(shelves ?? [])]
  await tx
    .deleteFrom('device_shelf')
    .where('device', '=', device)
    .$if(kept.length > 0, (others) => others.where('shelf', 'not in', kept))
    .execute()
  if (kept.length > 0)
    await tx
      .insertInto('device_shelf')
      .values(kept.map((shelf) => ({ device, shelf })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}
