import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { Arrival } from './arrivals.ts'
import { carriedShelves } from './pair.store.ts'

/** How far back newest downloads are looked for, in entries of the log. */
const REACH = 20_000

/** The books that a device downloaded last, at most `limit`: each of their whole downloads, and when each was put on a shelf that the device carries. */
export async function lastArrivals(
  db: Db,
  device: Device,
  limit: number,
): Promise<{ arrivals: Arrival[]; shelvedAt: Map<string, number> }> {
  const last = await db
    .selectFrom('log')
    .select((log) => log.fn.max('seq').as('seq'))
    .where('device', '=', device.id)
    .executeTakeFirst()
  const recent = await db
    .selectFrom('log')
    .select('book')
    .where('device', '=', device.id)
    .where('seq', '>', (last?.seq ?? 0) - REACH)
    .where('kind', '=', 'download-completed')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  const books = [...new Set(recent.flatMap(({ book }) => book ?? []))]
  if (books.length === 0) return { arrivals: [], shelvedAt: new Map() }
  const downloads = await db
    .selectFrom('log')
    .select(['book', 'at'])
    .where('device', '=', device.id)
    .where('book', 'in', books)
    .where('kind', '=', 'download-completed')
    .execute()
  const shelved = await db
    .selectFrom('shelf_book')
    .select('book')
    .select((row) => row.fn.min<number>('shelved_at').as('at'))
    .where('book', 'in', books)
    .where('shelf', 'in', carriedShelves(db, device))
    .groupBy('book')
    .execute()
  return {
    arrivals: downloads.flatMap(({ book, at }) => (book === null ? [] : [{ book, at }])),
    shelvedAt: new Map(shelved.map(({ book, at }) => [book, at])),
  }
}
