import type { Db, Flag, Schema, Tx } from '../db/schema.ts'
import type { BookEntry } from './book-entry.ts'
import { foldBook } from './fold.ts'
import type { Holding } from './holding.ts'
import type { Mark } from './log.ts'
import { basesOf } from './base.store.ts'
import { bookFactOf, operationOf, sweepingFactOf, SWEEPING_KINDS } from './log.store.ts'
import { inOrder } from './replay.ts'

/** Books per statement, well below what SQLite binds. */
const CHUNK = 200

/**
 * Folds the log anew for these books of a device, keeps the result and makes the pairs due. Called whenever an entry about
 * them was appended or the chain below them changed, in the same transaction.
 */
export async function refold(tx: Tx, device: string, books: Iterable<string>): Promise<void> {
  const all = [...new Set(books)]
  if (all.length === 0) return
  const sweeping = await sweepingEntries(tx, device)
  const settled = settledMarks(tx, device)
  for (let start = 0; start < all.length; start += CHUNK) {
    const some = all.slice(start, start + CHUNK)
    const own = await ownEntries(tx, device, some, settled)
    const rows = some.map((book) =>
      rowOf(device, book, foldBook(inOrder(own.get(book) ?? [], sweeping))),
    )
    await keep(tx, rows)
    await tx
      .insertInto('due')
      .values(some.map((book) => ({ device, book })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** The entries that bear on each of these books, in the order of the log: what their holdings are the fold of. */
export async function entriesOf(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, BookEntry[]>> {
  const sweeping = await sweepingEntries(db, device)
  const settled = settledMarks(db, device)
  const entries = new Map<string, BookEntry[]>()
  for (let start = 0; start < books.length; start += CHUNK) {
    const own = await ownEntries(db, device, books.slice(start, start + CHUNK), settled)
    for (const [book, some] of own) entries.set(book, inOrder(some, sweeping))
  }
  return entries
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
  const sweeping = (await sweepingEntries(db, device)).filter((entry) => !isLeave(entry))
  const there = new Set<string>()
  for (let start = 0; start < books.length; start += CHUNK) {
    const some = books.slice(start, start + CHUNK)
    const own = await ownEntries(db, device, some, settledMarks(db, device))
    for (const [book, entries] of own) {
      const without = entries.filter((entry) => !isLeave(entry))
      if (foldBook(inOrder(without, sweeping)).file) there.add(book)
    }
  }
  return there
}

/** Which of these books a device may have, by its log. */
export async function booksThere(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Set<string>> {
  const there = new Set<string>()
  for (let start = 0; start < books.length; start += CHUNK) {
    const rows = await db
      .selectFrom('holding')
      .select('book')
      .where('device', '=', device)
      .where('book', 'in', books.slice(start, start + CHUNK))
      .where('state', '<>', 'none')
      .execute()
    for (const { book } of rows) there.add(book)
  }
  return there
}

/** The books that a machine took off the shelves of a device, which nobody has confirmed. */
export async function booksByMachine(db: Db, device: string): Promise<string[]> {
  const rows = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('by_machine', '=', 1)
    .execute()
  return rows.map(({ book }) => book)
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

/** How many books a device holds. */
export async function countHeld(db: Db, device: string): Promise<number> {
  const { held } = await db
    .selectFrom('holding')
    .select((row) => row.fn.countAll<number>().as('held'))
    .where('device', '=', device)
    .where('state', '=', 'held')
    .executeTakeFirstOrThrow()
  return held
}

/** Whether a book is there, as far as a list of books is concerned. */
export type Presence = Pick<Holding, 'state' | 'file' | 'listed'>

/** The presence of every book that a device's log says anything of. */
export async function presenceOf(db: Db, device: string): Promise<Map<string, Presence>> {
  const rows = await db
    .selectFrom('holding')
    .select(['book', 'state', 'file', 'listed'])
    .where('device', '=', device)
    .execute()
  return new Map(
    rows.map((row) => [
      row.book,
      { state: row.state, file: row.file === 1, listed: row.listed === 1 },
    ]),
  )
}

type Row = Schema['holding']

/** A holding as its row says it. */
export function toHolding(row: Omit<Row, 'device' | 'book'>): Holding {
  return {
    state: row.state,
    file: row.file === 1,
    why: whyOf(row.why),
    doubtSeq: row.doubt_seq,
    consent: row.consent,
    excluded: row.excluded === 1,
    deleted: row.deleted === 1,
    listed: row.listed === 1,
    byMachine: row.by_machine === 1,
    metaRev: row.meta_rev,
    stateRev: row.state_rev,
    fileRev: row.file_rev,
    artifact: row.artifact,
  }
}

const REASONS = ['removal', 'retracted', 'consent', 'epoch', 'restored', 'rolled-back'] as const

function whyOf(text: string | null): Holding['why'] {
  return REASONS.find((reason) => reason === text) ?? null
}

function rowOf(device: string, book: string, holding: Holding): Row {
  return {
    device,
    book,
    state: holding.state,
    file: flag(holding.file),
    why: holding.why,
    doubt_seq: holding.doubtSeq,
    consent: holding.consent,
    excluded: flag(holding.excluded),
    meta_rev: holding.metaRev,
    state_rev: holding.stateRev,
    file_rev: holding.fileRev,
    artifact: holding.artifact,
    listed: flag(holding.listed),
    deleted: flag(holding.deleted),
    by_machine: flag(holding.byMachine),
  }
}

function flag(value: boolean): Flag {
  return value ? 1 : 0
}

async function keep(tx: Tx, rows: Row[]): Promise<void> {
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

async function sweepingEntries(db: Db, device: string): Promise<BookEntry[]> {
  const rows = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', 'in', [...SWEEPING_KINDS])
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ seq: row.seq, at: row.at, ...sweepingFactOf(row) }))
}

async function ownEntries(
  db: Db,
  device: string,
  books: readonly string[],
  settled: SettledMarks,
): Promise<Map<string, BookEntry[]>> {
  const facts = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'in', [...books])
    .execute()
  const operations = await db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .selectAll('operation')
    .select(['page.seq', 'page.at', 'page.on_chain'])
    .where('operation.device', '=', device)
    .where('operation.book', 'in', [...books])
    .execute()
  const bases = await basesOf(db, device, books)
  const entries = new Map<string, BookEntry[]>(books.map((book) => [book, []]))
  for (const row of facts)
    if (row.book !== null)
      entries.get(row.book)?.push({ seq: row.seq, at: row.at, ...bookFactOf(row) })
  for (const row of operations) {
    const acknowledged = row.on_chain === 1
    entries.get(row.book)?.push({
      kind: 'operation',
      seq: row.seq,
      at: row.at,
      operation: operationOf(row),
      acknowledged,
      settled: row.verb === 'removal' ? await settled(row.seq, acknowledged) : null,
    })
  }
  // A base goes after what stands in its place.
  for (const [book, base] of bases) entries.get(book)?.push(base)
  for (const own of entries.values()) own.sort((a, b) => a.seq - b.seq)
  return entries
}

type SettledMarks = (seq: number, acknowledged: boolean) => Promise<Mark | null>

/** From where on proof speaks about the time after the removals of the page at `seq` (see `replay`), asked once per page. */
function settledMarks(db: Db, device: string): SettledMarks {
  const known = new Map<number, Promise<Mark | null>>()
  return (seq, acknowledged) => {
    const mark =
      known.get(seq) ?? (acknowledged ? firstReturn(db, device, seq) : nextSession(db, device, seq))
    known.set(seq, mark)
    return mark
  }
}

async function firstReturn(db: Db, device: string, seq: number): Promise<Mark | null> {
  const row = await db
    .selectFrom('page')
    .select(['returned_seq', 'returned_at'])
    .where('device', '=', device)
    .where('on_chain', '=', 1)
    .where('seq', '>=', seq)
    .where('returned_seq', 'is not', null)
    .orderBy('returned_seq')
    .limit(1)
    .executeTakeFirst()
  return row?.returned_seq == null || row.returned_at === null
    ? null
    : { seq: row.returned_seq, at: row.returned_at }
}

async function nextSession(db: Db, device: string, seq: number): Promise<Mark | null> {
  const row = await db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'session')
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}
