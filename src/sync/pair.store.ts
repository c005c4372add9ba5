import { sql } from 'kysely'
import type { Device } from '../devices/device.ts'
import type { Db, Tx } from '../db/schema.ts'
import { toHolding } from './holding.store.ts'
import { NOTHING } from './holding.ts'
import type { Pair } from './plan.ts'

/** The pairs of a device for which something may be due. */
export async function duePairs(db: Db, device: Device): Promise<Pair[]> {
  return pairs(db, device, (book) =>
    book.where(
      'book.id',
      'in',
      db.selectFrom('due').select('book').where('device', '=', device.id),
    ),
  )
}

/** Every pair of a device: what the due ones must agree with. For checks, never for a turn. */
export async function allPairs(db: Db, device: Device): Promise<Pair[]> {
  return pairs(db, device, (book) => book)
}

/** A pair whose metadata can carry a token: a book that the device holds and that may still be wanted. */
export async function heldPairs(db: Db, device: Device, limit: number): Promise<Pair[]> {
  return pairs(db, device, (book) =>
    book.where(
      'book.id',
      'in',
      db
        .selectFrom('holding')
        .select('book')
        .where('device', '=', device.id)
        .where('state', '=', 'held'),
    ),
  ).then((held) => held.filter((pair) => pair.wanted).slice(0, limit))
}

/** Pairs for which nothing can become due by itself are due no more. */
export async function settle(tx: Tx, device: string, books: readonly string[]): Promise<void> {
  for (let start = 0; start < books.length; start += 500)
    await tx
      .deleteFrom('due')
      .where('device', '=', device)
      .where('book', 'in', books.slice(start, start + 500))
      .execute()
}

function books(db: Db, device: Device) {
  return db
    .selectFrom('book')
    .leftJoin('holding', (join) =>
      join.onRef('holding.book', '=', 'book.id').on('holding.device', '=', device.id),
    )
    .leftJoin('reading_state', (join) =>
      join
        .onRef('reading_state.book', '=', 'book.id')
        .on('reading_state.person', '=', device.person),
    )
    .select([
      'book.id',
      'book.meta_rev as book_meta_rev',
      'book.file_rev as book_file_rev',
      'book.artifact as book_artifact',
      'book.deleted_at',
      'reading_state.rev',
      'holding.state',
      'holding.file',
      'holding.why',
      'holding.doubt_seq',
      'holding.consent',
      'holding.excluded',
      'holding.meta_rev',
      'holding.state_rev',
      'holding.file_rev',
      'holding.artifact',
      'holding.listed',
      'holding.deleted',
    ])
    .select((row) => {
      // When it was last put on a shelf of the device's person that the device carries.
      const shelved = row
        .selectFrom('shelf_book')
        .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
        .select((part) => part.fn.max('shelf_book.shelved_at').as('at'))
        .whereRef('shelf_book.book', '=', 'book.id')
        .where('shelf.person', '=', device.person)
      const carried = db.selectFrom('device_shelf').select('shelf').where('device', '=', device.id)
      return (device.shelves === null ? shelved : shelved.where('shelf.id', 'in', carried)).as(
        'shelved_at',
      )
    })
}

type Books = ReturnType<typeof books>
type BookRow = Awaited<ReturnType<Books['execute']>>[number]

async function pairs(db: Db, device: Device, which: (all: Books) => Books): Promise<Pair[]> {
  const rows = await which(books(db, device)).execute()
  const made: Pair[] = []
  for (const row of rows) made.push(await pairOf(db, device, row))
  return made
}

async function pairOf(db: Db, device: Device, row: BookRow): Promise<Pair> {
  const holding = holdingIn(row)
  return {
    book: row.id,
    holding,
    wanted: row.shelved_at !== null && row.deleted_at === null && !holding.excluded,
    shelvedAt: row.shelved_at ?? 0,
    metaRev: row.book_meta_rev,
    fileRev: row.book_file_rev,
    stateRev: row.rev ?? 0,
    artifact: row.book_artifact,
    completesSinceDoubt:
      holding.why === 'removal' ? await completesSince(db, device.id, holding.doubtSeq ?? 0) : 0,
  }
}

function holdingIn(row: BookRow): Pair['holding'] {
  const { state, file, excluded, listed, deleted } = row
  if (state === null || file === null || excluded === null || listed === null || deleted === null)
    return { ...NOTHING }
  return toHolding({ ...row, state, file, excluded, listed, deleted })
}

async function completesSince(db: Db, device: string, seq: number): Promise<number> {
  const row = await db
    .selectFrom('log')
    .select(sql<number>`count(*)`.as('completes'))
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'complete')
    .where('seq', '>', seq)
    .executeTakeFirstOrThrow()
  return row.completes
}
