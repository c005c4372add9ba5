import type { Device } from '../devices/device.ts'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { pairs } from './pair.store.ts'
import type { Pair } from './plan.ts'

/** How many pairs are read at once: many thousands of rows would make the process large for good. */
const PART = 500

/** The pairs of a device for which something may be due, all at once. For checks, never for a turn. */
export async function duePairs(db: Db, device: Device): Promise<Pair[]> {
  const due: Pair[] = []
  for await (const part of duePairsInParts(db, device)) due.push(...part)
  return due
}

/** For how many books of a device something may be due. */
export async function countDue(db: Db, device: string): Promise<number> {
  const row = await db
    .selectFrom('due')
    .select((due) => due.fn.countAll<number>().as('count'))
    .where('device', '=', device)
    .executeTakeFirstOrThrow()
  return row.count
}

/** The pairs of a device for which something may be due, some hundreds at a time: the ids of a part come after those of the one before. */
export async function* duePairsInParts(db: Db, device: Device): AsyncGenerator<Pair[], void> {
  for (let after = ''; ;) {
    const part = await db
      .selectFrom('due')
      .select('book')
      .where('device', '=', device.id)
      .where('book', '>', after)
      .orderBy('book')
      .limit(PART)
      .execute()
    const ids = part.map((row) => row.book)
    if (ids.length > 0) yield await pairs(db, device, (book) => book.where('book.id', 'in', ids))
    const last = ids[PART - 1]
    if (last === undefined) return
    after = last
  }
}

/**
 * The due pairs of the books that were shelved last, at most `limit`. `comesFirst` tells of one of them whether it certainly comes before
 * every pair that is not among them, in the order in which new books are sent: shelved last first, those shelved at once by their ids.
 */
export async function lastShelvedDuePairs(
  db: Db,
  device: Device,
  limit: number,
): Promise<{ pairs: Pair[]; comesFirst: (pair: Pair) => boolean }> {
  const last = await db
    .selectFrom('due')
    .select(['book', 'shelved_at'])
    .where('device', '=', device.id)
    .orderBy('shelved_at', 'desc')
    .orderBy('book')
    .limit(limit)
    .execute()
  const front = await pairs(db, device, (book) =>
    book.where(
      'book.id',
      'in',
      last.map((row) => row.book),
    ),
  )
  // Kept with a due pair is when its book was last put on any shelf, which is no earlier than on one that the device carries.
  const bound = last.length < limit ? -1 : (last.at(-1)?.shelved_at ?? -1)
  const kept = new Map(last.map((row) => [row.book, row.shelved_at]))
  const isExact = front.every((pair) => kept.get(pair.book) === pair.shelvedAt)
  return {
    pairs: front,
    comesFirst: ({ shelvedAt }) => shelvedAt > bound || (shelvedAt === bound && isExact),
  }
}

/** Pairs for which nothing can become due by itself are due no more. */
export async function settle(tx: Tx, device: string, books: readonly string[]): Promise<void> {
  for (const some of inChunks(books))
    await tx.deleteFrom('due').where('device', '=', device).where('book', 'in', some).execute()
}
