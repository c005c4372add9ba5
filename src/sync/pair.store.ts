import { sql } from 'kysely'
import type { Device } from '../devices/device.ts'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { toHolding } from './holding-row.ts'
import { unnamedHolding } from './holding.store.ts'
import { NOTHING, type Holding } from './holding.ts'
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

/** The pairs of a device for which something may be due, some hundreds at a time, in the order of their books' ids. */
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

/** Pairs for which nothing can become due by itself are due no more. */
export async function settle(tx: Tx, device: string, books: readonly string[]): Promise<void> {
  for (const some of inChunks(books))
    await tx.deleteFrom('due').where('device', '=', device).where('book', 'in', some).execute()
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

async function pairs(db: Db, device: Device, which: (all: Books) => Books): Promise<Pair[]> {
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
