import { sql } from 'kysely'
import type { Db } from '../../db/schema.ts'

/** What a library is made of, in numbers; sizes in bytes. */
export type Figures = {
  books: number
  bookBytes: number
  deleted: number
  artifacts: number
  artifactBytes: number
  /** Books on a shelf that are being prepared or wait for it, and those that could not be. */
  preparing: number
  failed: number
}

/** Counts everything, by index where there is one. */
export async function figuresOf(db: Db): Promise<Figures> {
  const books = await db
    .selectFrom('book')
    .where('deleted_at', 'is', null)
    .select([sql<number>`count(*)`.as('count'), sql<number>`total(file_size)`.as('bytes')])
    .executeTakeFirstOrThrow()
  const deleted = await db
    .selectFrom('book')
    .where('deleted_at', 'is not', null)
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  const artifacts = await db
    .selectFrom('artifact')
    .select([sql<number>`count(*)`.as('count'), sql<number>`total(size)`.as('bytes')])
    .executeTakeFirstOrThrow()
  const unprepared = await db
    .selectFrom('book')
    .where('artifact', 'is', null)
    .where('deleted_at', 'is', null)
    .where((is) =>
      is.exists(
        is.selectFrom('shelf_book').select('book').whereRef('shelf_book.book', '=', 'book.id'),
      ),
    )
    .select([
      sql<number>`count(*)`.as('count'),
      sql<number>`total(prepare_failures > 0)`.as('failed'),
    ])
    .executeTakeFirstOrThrow()
  return {
    books: books.count,
    bookBytes: books.bytes,
    deleted: deleted.count,
    artifacts: artifacts.count,
    artifactBytes: artifacts.bytes,
    preparing: unprepared.count - unprepared.failed,
    failed: unprepared.failed,
  }
}
