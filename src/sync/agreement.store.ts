import { sql } from 'kysely'
import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { Alike } from './agreement.ts'
import { carriedShelves } from './pair.store.ts'

const DAY = 86_400_000

/** What shows that a file is there. */
const SHOWN = ['download-completed', 'state', 'annotation', 'listed', 'audited'] as const
/** After these, what was shown before shows nothing any more. */
const DENIED = ['unlisted', 'missed', 'delete'] as const

/**
 * How many books are wanted on a device, and those of them that its ledger names, counted together where they stand alike. Looks at every
 * wanted book, and at the newest entries of each.
 */
export async function countWanted(
  db: Db,
  device: Device,
  now: number,
): Promise<{ wanted: number; alike: Alike[] }> {
  const { wanted } = await db
    .selectFrom('shelf_book')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .select((row) => row.fn.count<number>('shelf_book.book').distinct().as('wanted'))
    .where('shelf_book.shelf', 'in', carriedShelves(db, device))
    .where('book.deleted_at', 'is', null)
    .where('shelf_book.book', 'not in', (row) =>
      row
        .selectFrom('holding')
        .select('holding.book')
        .where('holding.device', '=', device.id)
        .where('holding.excluded', '=', 1),
    )
    .executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom(named(db, device).as('named'))
    .select(['state', 'file', 'consent'])
    .select((row) =>
      sql<number | null>`cast((${now} - ${row.ref('proven')}) / ${DAY} as integer)`.as('days'),
    )
    .select((row) => row.fn.countAll<number>().as('books'))
    .groupBy(['state', 'file', 'consent', 'days'])
    .execute()
  return {
    wanted,
    alike: rows.map(({ state, file, consent, days, books }) => ({
      state,
      file: file === 1,
      sentAnew: state === 'unsure' && consent === 'offered',
      // A clock that was set back makes nothing younger than now.
      provenDays: days === null ? null : Math.max(0, days),
      books,
    })),
  }
}

/** The wanted books that the ledger names, each with when its file was last shown to be there. */
function named(db: Db, device: Device) {
  return db
    .selectFrom('holding')
    .innerJoin('book', 'book.id', 'holding.book')
    .select(['holding.state', 'holding.file', 'holding.consent'])
    .select((row) =>
      row
        .selectFrom('log')
        .select((entry) =>
          entry
            .case()
            .when('log.kind', 'in', DENIED)
            .then(null)
            .else(entry.ref('log.at'))
            .end()
            .as('at'),
        )
        .where('log.device', '=', device.id)
        .whereRef('log.book', '=', 'holding.book')
        .where('log.kind', 'in', [...SHOWN, ...DENIED])
        .orderBy('log.seq', 'desc')
        .limit(1)
        .as('proven'),
    )
    .where('holding.device', '=', device.id)
    .where('holding.state', '<>', 'none')
    .where('holding.excluded', '=', 0)
    .where('book.deleted_at', 'is', null)
    .where('holding.book', 'in', (row) =>
      row
        .selectFrom('shelf_book')
        .select('shelf_book.book')
        .where('shelf_book.shelf', 'in', carriedShelves(db, device)),
    )
}
