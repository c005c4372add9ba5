import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { bookFactOf } from './log-row.ts'

/** The books that a machine took off the shelves of a device, which nobody has confirmed. */
export async function booksByMachine(db: Db, device: string): Promise<string[]> {
  const rows = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('by_machine', '=', 1)
    .execute()
  return rows.map(({ book }) => book)
}

/** The shelf that a machine took each of these books off last. */
export async function shelvesLeftByMachine(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, string>> {
  const left = new Map<string, string>()
  for (const some of inChunks(books)) {
    const rows = await db
      .selectFrom('log')
      .selectAll()
      .where('device', '=', device)
      .where('book', 'in', some)
      .where('kind', '=', 'unshelved')
      .orderBy('seq')
      .execute()
    for (const row of rows) {
      const fact = bookFactOf(row)
      if (row.book !== null && fact.kind === 'unshelved' && fact.shelf !== undefined)
        left.set(row.book, fact.shelf)
    }
  }
  return left
}

/** How many books a device holds. */
export async function countHeld(db: Db, device: string): Promise<number> {
  const { held } = await db
    .selectFrom('holding')
    .select((row) => row.fn.countAll<number>().as('held'))
    .where('device', '=', device)
    .where('state', '=', 'held')
    .executeTakeFirstOrThrow()
  return held
}
