import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { basesOf } from './base.store.ts'
import type { BookEntry } from './book-entry.ts'
import { bookFactOf, operationOf, sweepingFactOf, SWEEPING_KINDS } from './log-row.ts'
import type { Mark } from './log.ts'
import { inOrder } from './replay.ts'
import { sessionAfter } from './session.store.ts'

/** The entries that bear on each of these books, in the order of the log: what their holdings are the fold of. */
export async function entriesOf(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, BookEntry[]>> {
  const entries = new Map<string, BookEntry[]>()
  for await (const some of eachEntries(db, device, books))
    for (const [book, own] of some) entries.set(book, own)
  return entries
}

/** The same, some books at a time: whoever needs them once holds few of them. */
export async function* eachEntries(
  db: Db,
  device: string,
  books: readonly string[],
): AsyncGenerator<Map<string, BookEntry[]>> {
  if (books.length === 0) return
  const sweeping = await sweepingEntries(db, device)
  const settled = settledMarks(db, device)
  for (const some of inChunks(books)) {
    const own = await ownEntries(db, device, some, settled)
    yield new Map([...own].map(([book, some]) => [book, inOrder(some, sweeping)]))
  }
}

/** The entries that bear on every book of a device, in the order of the log. */
export async function sweepingEntries(db: Db, device: string): Promise<BookEntry[]> {
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
    .select(['page.seq', 'page.at', 'page.on_chain', 'page.returned_seq'])
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
      taken: row.returned_seq !== null,
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
      known.get(seq) ??
      (acknowledged ? firstReturn(db, device, seq) : sessionAfter(db, device, seq))
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
