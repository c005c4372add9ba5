import { sql } from 'kysely'
import type { Db } from '../db/schema.ts'

/** A book that somebody is reading: how far (percent), since when that is known (epoch ms), and by which device. */
export type BeingRead = { book: string; percent: number | null; at: number; device: string | null }

/** What a person is reading now, the latest first, at most `limit`; books that were deleted are not in it. */
export async function readingNow(db: Db, person: string, limit: number): Promise<BeingRead[]> {
  const rows = await db
    .selectFrom('reading_state')
    .innerJoin('book', 'book.id', 'reading_state.book')
    .select(['reading_state.book', 'reading_state.origin', 'reading_state.modified_at'])
    .select(sql<number | null>`json_extract(reading_state.place, '$.percent')`.as('percent'))
    .where('reading_state.person', '=', person)
    .where('book.deleted_at', 'is', null)
    .where(sql<string>`json_extract(reading_state.status, '$.status')`, '=', 'Reading')
    .orderBy('reading_state.modified_at', 'desc')
    .orderBy('reading_state.book')
    .limit(limit)
    .execute()
  return rows.map(({ book, origin, modified_at, percent }) => ({
    book,
    percent,
    at: modified_at,
    device: origin,
  }))
}
