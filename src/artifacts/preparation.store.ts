import type { ExpressionBuilder } from 'kysely'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Schema, Tx } from '../db/schema.ts'

/** After so many failures a book waits for a person. */
const PATIENCE = 3

/** A book to prepare: its id, the bytes of its file, and how often the server ended while it was made. */
export type ToPrepare = { id: string; bytes: number; interrupted: number }

/**
 * The books to prepare next, at most `limit`: wanted by some device, without a finished artifact, without a live lease at `now`
 * (epoch ms) and not given up. Most recently shelved first.
 */
export async function booksToPrepare(db: Db, now: number, limit: number): Promise<ToPrepare[]> {
  return toPrepare(db, now)
    .groupBy(['book.id', 'book.file_size', 'book.prepare_interrupted'])
    .orderBy((build) => build.fn.max('shelf_book.shelved_at'), 'desc')
    .orderBy('book.id')
    .limit(limit)
    .select(['book.id', 'book.file_size as bytes', 'book.prepare_interrupted as interrupted'])
    .execute()
}

/** How many that are in all. */
export async function countToPrepare(db: Db, now: number): Promise<number> {
  const row = await toPrepare(db, now)
    .select((build) => build.fn.count<number | string>('book.id').distinct().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

function toPrepare(db: Db, now: number) {
  return db
    .selectFrom('book')
    .innerJoin('shelf_book', 'shelf_book.book', 'book.id')
    .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
    .where('book.artifact', 'is', null)
    .where('book.deleted_at', 'is', null)
    .where('book.prepare_failures', '<', PATIENCE)
    .where(withoutLease(now))
    .where(isCarried)
}

/** Takes those of `books` that nobody else prepares at `now`, until `until` (epoch ms), and answers which. */
export async function leaseBooks(
  tx: Tx,
  books: readonly string[],
  now: number,
  until: number,
): Promise<string[]> {
  const leased: string[] = []
  for (const some of inChunks(books)) {
    const rows = await tx
      .updateTable('book')
      .set({ lease_until: until })
      .where('id', 'in', some)
      .where('artifact', 'is', null)
      .where(withoutLease(now))
      .returning('id')
      .execute()
    leased.push(...rows.map((row) => row.id))
  }
  return leased
}

/** Gives leases back, all of them without `books`: nobody prepares these now. */
export async function releaseLeases(tx: Tx, books?: readonly string[]): Promise<void> {
  const release = tx
    .updateTable('book')
    .set({ lease_until: null })
    .where('lease_until', 'is not', null)
    .where('artifact', 'is', null)
  if (!books) await release.execute()
  else for (const some of inChunks(books)) await release.where('id', 'in', some).execute()
}

/** Counts a failure. The book is not tried again before `again` (epoch ms), and after a few not without `prepareAgain`. */
export async function countFailure(tx: Tx, book: string, again: number): Promise<void> {
  await tx
    .updateTable('book')
    .set((build) => ({
      prepare_failures: build('prepare_failures', '+', 1),
      lease_until: again,
    }))
    .where('id', '=', book)
    .execute()
}

/** Counts that the server ended while these books were made. */
export async function countInterruptions(tx: Tx, books: readonly string[]): Promise<void> {
  for (const some of inChunks(books))
    await tx
      .updateTable('book')
      .set((build) => ({ prepare_interrupted: build('prepare_interrupted', '+', 1) }))
      .where('id', 'in', some)
      .execute()
}

/** Does not try a book before `again` (epoch ms), without counting that as a failure. */
export async function postpone(tx: Tx, book: string, again: number): Promise<void> {
  await tx.updateTable('book').set({ lease_until: again }).where('id', '=', book).execute()
}

/** Forgets the failures of a book, so that it is prepared at once. Whoever calls this kicks the preparation. */
export async function prepareAgain(tx: Tx, book: string): Promise<void> {
  await tx
    .updateTable('book')
    .set(AS_NEVER_TRIED)
    .where('id', '=', book)
    .where('artifact', 'is', null)
    .execute()
}

/**
 * Has a book that is a plain EPUB converted once more, as `prepareAgain` does. Devices that were announced the plain EPUB keep it.
 * What is a KEPUB stays what it is: nothing makes it anew.
 */
export async function convertAgain(tx: Tx, book: string): Promise<void> {
  await tx
    .updateTable('book')
    .set({ ...AS_NEVER_TRIED, artifact: null })
    .where('id', '=', book)
    .where('artifact', 'in', (from) =>
      from
        .selectFrom('artifact')
        .select('hash')
        .where('artifact.book', '=', book)
        .where('format', '=', 'EPUB3'),
    )
    .execute()
}

const AS_NEVER_TRIED = { prepare_failures: 0, prepare_interrupted: 0, lease_until: null }

/** Those of `books` that some device wants, whose artifact is not finished, and that were not given up. */
export async function preparingAmong(db: Db, books: readonly string[]): Promise<Set<string>> {
  const preparing = new Set<string>()
  for (const some of inChunks(books)) {
    const rows = await db
      .selectFrom('book')
      .innerJoin('shelf_book', 'shelf_book.book', 'book.id')
      .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
      .where('book.id', 'in', some)
      .where('book.artifact', 'is', null)
      .where('book.deleted_at', 'is', null)
      .where('book.prepare_failures', '<', PATIENCE)
      .where(isCarried)
      .select('book.id')
      .distinct()
      .execute()
    for (const row of rows) preparing.add(row.id)
  }
  return preparing
}

/** Whether some device wants this book and its artifact is still being made. */
export async function isPreparing(db: Db, book: string): Promise<boolean> {
  return (await preparingAmong(db, [book])).has(book)
}

/** A device of the shelf's person carries the shelf: it is neither revoked nor paused. */
function isCarried(build: ExpressionBuilder<Schema, 'shelf'>) {
  return build.exists(
    build
      .selectFrom('device')
      .leftJoin('device_shelf', (join) =>
        join
          .onRef('device_shelf.device', '=', 'device.id')
          .onRef('device_shelf.shelf', '=', 'shelf.id'),
      )
      .whereRef('device.person', '=', 'shelf.person')
      .where('device.revoked_at', 'is', null)
      .where('device.paused', '=', 0)
      .where((where) =>
        where.or([
          where('device.carries_all', '=', 1),
          where('device_shelf.shelf', 'is not', null),
        ]),
      )
      .select('device.id'),
  )
}

function withoutLease(now: number) {
  return (build: ExpressionBuilder<Schema, 'book'>) =>
    build.or([build('book.lease_until', 'is', null), build('book.lease_until', '<=', now)])
}
