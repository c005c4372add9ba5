import { sql } from 'kysely'
import { readCrop } from '../../catalogue/book-row.ts'
import { coverVersion } from '../../catalogue/crop.ts'
import type { Db } from '../../db/schema.ts'

/** A book as it is seen from its back. */
export type SpineOf = {
  id: string
  title: string
  author: string | null
  size: number
  /** The version of its cover; null where it has none. */
  cover: string | null
}

/** The books of a shelf, the newest there first, at most `limit`; deleted ones do not stand there. */
export async function spinesOf(db: Db, shelf: string, limit: number): Promise<SpineOf[]> {
  const rows = await db
    .selectFrom('shelf_book')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .leftJoin('contributor', (join) =>
      join
        .onRef('contributor.book', '=', 'book.id')
        .on('contributor.ordinal', '=', 0)
        .on('contributor.role', '=', 'aut'),
    )
    .select([
      'book.id',
      'book.title',
      'contributor.name as author',
      'book.file_size as size',
      'book.cover_hash as hash',
      'book.cover_crop as crop',
    ])
    .where('shelf_book.shelf', '=', shelf)
    .where('book.deleted_at', 'is', null)
    .orderBy('shelf_book.shelved_at', 'desc')
    .orderBy('book.id')
    .limit(limit)
    .execute()
  return rows.map(({ hash, crop, ...told }) => ({
    ...told,
    cover: hash === null ? null : coverVersion({ hash, crop: readCrop(crop) }),
  }))
}

/** How many books of a shelf a device that carries it was not sent yet, besides those its reader removed there. */
export async function countArriving(db: Db, shelf: string, device: string): Promise<number> {
  const row = await db
    .selectFrom('shelf_book')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .leftJoin('holding', (join) =>
      join.onRef('holding.book', '=', 'book.id').on('holding.device', '=', device),
    )
    .select(sql<number>`count(*)`.as('count'))
    .where('shelf_book.shelf', '=', shelf)
    .where('book.deleted_at', 'is', null)
    .where((is) =>
      is.or([
        is('holding.state', 'is', null),
        is.and([is('holding.state', '=', 'none'), is('holding.excluded', '=', 0)]),
      ]),
    )
    .executeTakeFirstOrThrow()
  return row.count
}
