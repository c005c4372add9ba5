import { inChunks } from '../db/in-chunks.ts'
import type { Db, Schema, Tx } from '../db/schema.ts'
import { eachEntries, sweepingEntries } from './book-entries.store.ts'
import type { BookEntry } from './book-entry.ts'
import { foldBook } from './fold.ts'
import { holdingRowOf, toHolding } from './holding-row.ts'
import type { Holding } from './holding.ts'

/**
 * Folds the log anew for these books of a device, keeps the result and makes the pairs due. Called whenever an entry about
 * them was appended or the chain below them changed, in the same transaction.
 */
export async function refold(tx: Tx, device: string, books: Iterable<string>): Promise<void> {
  for await (const entries of eachEntries(tx, device, [...new Set(books)])) {
    await keep(
      tx,
      [...entries].map(([book, own]) => holdingRowOf(device, book, foldBook(own))),
    )
    await tx
      .insertInto('due')
      .values([...entries.keys()].map((book) => ({ device, book })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** The holding of every book that a device's log does not name: only what concerns the whole device bears on it. */
export async function unnamedHolding(db: Db, device: string): Promise<Holding> {
  return foldBook(await sweepingEntries(db, device))
}

/** The holding of a book: the kept one, or that of a book the log does not name. */
export async function holdingOf(db: Db, device: string, book: string): Promise<Holding> {
  const row = await db
    .selectFrom('holding')
    .selectAll()
    .where('device', '=', device)
    .where('book', '=', book)
    .executeTakeFirst()
  return row ? toHolding(row) : unnamedHolding(db, device)
}

/** Books of which a device's log says anything, with what it says. */
export async function holdingsOf(db: Db, device: string): Promise<Map<string, Holding>> {
  const rows = await db.selectFrom('holding').selectAll().where('device', '=', device).execute()
  return new Map(rows.map((row) => [row.book, toHolding(row)]))
}

/** Which of these books have a file on a device, for all that is known without the owner's leave to send them anew. */
export async function mayHaveFiles(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Set<string>> {
  const isLeave = (entry: BookEntry): boolean =>
    entry.kind === 'consent' || (entry.kind === 'epoch' && entry.consent)
  const there = new Set<string>()
  for await (const some of eachEntries(db, device, books))
    for (const [book, entries] of some)
      if (foldBook(entries.filter((entry) => !isLeave(entry))).file) there.add(book)
  return there
}

/** Which of these books a device may have, by its log. */
export async function booksThere(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Set<string>> {
  const there = new Set<string>()
  for (const some of inChunks(books)) {
    const rows = await db
      .selectFrom('holding')
      .select('book')
      .where('device', '=', device)
      .where('book', 'in', some)
      .where('state', '<>', 'none')
      .execute()
    for (const { book } of rows) there.add(book)
  }
  return there
}

/**
 * The devices of which it is not known whether they have some book, since they or the library went back in time, and those about which
 * that is still asked.
 */
export async function devicesInDoubt(db: Db): Promise<string[]> {
  const doubtful = await db
    .selectFrom('holding')
    .select('device')
    .distinct()
    .where('state', '=', 'unsure')
    .where('why', 'in', ['restored', 'rolled-back'])
    .execute()
  const asked = await db
    .selectFrom('erratum')
    .select('device')
    .where('kind', '=', 'gone-back-in-time')
    .where('closed_at', 'is', null)
    .execute()
  return [...new Set([...doubtful, ...asked].flatMap(({ device }) => device ?? []))]
}

async function keep(tx: Tx, rows: Schema['holding'][]): Promise<void> {
  await tx
    .insertInto('holding')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['device', 'book']).doUpdateSet((to) => ({
        state: to.ref('excluded.state'),
        file: to.ref('excluded.file'),
        why: to.ref('excluded.why'),
        doubt_seq: to.ref('excluded.doubt_seq'),
        consent: to.ref('excluded.consent'),
        excluded: to.ref('excluded.excluded'),
        meta_rev: to.ref('excluded.meta_rev'),
        state_rev: to.ref('excluded.state_rev'),
        file_rev: to.ref('excluded.file_rev'),
        artifact: to.ref('excluded.artifact'),
        listed: to.ref('excluded.listed'),
        deleted: to.ref('excluded.deleted'),
        by_machine: to.ref('excluded.by_machine'),
      })),
    )
    .execute()
}
