import { sql } from 'kysely'
import type { Device } from '../devices/device.ts'
import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { toHolding } from './holding-row.ts'
import { unnamedHolding } from './holding.store.ts'
import { NOTHING, type Holding } from './holding.ts'
import type { Pair } from './plan.ts'

/** The pairs of a device with these books; one that is not in the catalogue is left out. */
export async function pairsOf(db: Db, device: Device, ids: readonly string[]): Promise<Pair[]> {
  const found: Pair[] = []
  for (const some of inChunks(ids)) {
    found.push(...(await pairs(db, device, (book) => book.where('book.id', 'in', some))))
  }
  return found
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
      'holding.by_machine',
    ])
    .select((row) =>
      // When it was last put on a shelf that the device carries.
      row
        .selectFrom('shelf_book')
        .select((part) => part.fn.max('shelf_book.shelved_at').as('at'))
        .whereRef('shelf_book.book', '=', 'book.id')
        .where('shelf_book.shelf', 'in', carriedShelves(db, device))
        .as('shelved_at'),
    )
}

/** The shelves of its person that a device carries. */
export function carriedShelves(db: Db, device: Device) {
  const all = db.selectFrom('shelf').select('shelf.id').where('shelf.person', '=', device.person)
  if (device.shelves === null) return all
  const chosen = db.selectFrom('device_shelf').select('shelf').where('device', '=', device.id)
  return all.where('shelf.id', 'in', chosen)
}

type Books = ReturnType<typeof books>
type BookRow = Awaited<ReturnType<Books['execute']>>[number]

/** The pairs of a device with those books that `which` keeps of all, in no order. */
export async function pairs(db: Db, device: Device, which: (all: Books) => Books): Promise<Pair[]> {
  const rows = await which(books(db, device)).execute()
  const isNamed = rows.every((row) => row.state !== null)
  const unnamed = isNamed ? NOTHING : await unnamedHolding(db, device.id)
  const made: Pair[] = []
  for (const row of rows) made.push(await pairOf(db, device, row, unnamed))
  return made
}

async function pairOf(db: Db, device: Device, row: BookRow, unnamed: Holding): Promise<Pair> {
  const holding = holdingIn(row) ?? unnamed
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

function holdingIn(row: BookRow): Holding | undefined {
  const { state, file, excluded, listed, deleted, by_machine } = row
  if (state === null || file === null || excluded === null || listed === null) return undefined
  if (deleted === null || by_machine === null) return undefined
  return toHolding({ ...row, state, file, excluded, listed, deleted, by_machine })
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
