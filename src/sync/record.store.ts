import type { Db } from '../db/schema.ts'
import { basesOf } from './base.store.ts'
import { headOf, pageById } from './chain.store.ts'
import type { Mark } from './log.ts'
import { bookFactOf, operationOf, sweepingFactOf, SWEEPING_KINDS } from './log-row.ts'
import { newestReturned } from './returns.store.ts'
import type { BookRecord, DeviceRecord, PageRecord } from './worlds.ts'

/** What of a device's log bears on all its books. `limit`: entries from there on are left alone. */
export async function readDevice(db: Db, device: string, limit: number): Promise<DeviceRecord> {
  const sweeping = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', 'in', [...SWEEPING_KINDS])
    .orderBy('seq')
    .execute()
  const returned = await newestReturned(db, device)
  return {
    pages: await pagesOf(db, device),
    sweeping: sweeping.map((row) => ({ seq: row.seq, at: row.at, ...sweepingFactOf(row) })),
    sessions: await factsOfKind(db, device, 'session'),
    head: await headOf(db, device),
    newest: (returned === null ? undefined : (await pageById(db, returned))?.seq) ?? 0,
    limit,
  }
}

async function pagesOf(db: Db, device: string): Promise<PageRecord[]> {
  const rows = await db
    .selectFrom('page')
    .select(['id', 'seq', 'at', 'parent', 'returned_seq', 'returned_at', 'stranger'])
    .where('device', '=', device)
    .orderBy('seq')
    .execute()
  return rows.map(({ id, seq, at, parent, returned_seq, returned_at, stranger }) => ({
    id,
    seq,
    at,
    parent,
    returned:
      returned_seq === null || returned_at === null ? null : { seq: returned_seq, at: returned_at },
    stranger: stranger === 1,
  }))
}

/** What of a device's log is about each of these books. */
export async function readBooks(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, BookRecord>> {
  const bases = await basesOf(db, device, books)
  const facts = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'in', [...books])
    .orderBy('seq')
    .execute()
  const operations = await db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .selectAll('operation')
    .select(['page.seq', 'page.at'])
    .where('operation.device', '=', device)
    .where('operation.book', 'in', [...books])
    .orderBy('page.seq')
    .orderBy('operation.ordinal')
    .execute()
  const records = new Map<string, Filled>(
    books.map((book) => [book, { base: bases.get(book) ?? null, facts: [], operations: [] }]),
  )
  for (const row of facts)
    records.get(row.book ?? '')?.facts.push({ seq: row.seq, at: row.at, ...bookFactOf(row) })
  for (const row of operations) {
    const { seq, at, page, ordinal, book } = row
    records.get(book)?.operations.push({ seq, at, page, ordinal, operation: operationOf(row) })
  }
  return records
}

/** A record while it is filled. */
type Filled = {
  base: BookRecord['base']
  facts: BookRecord['facts'][number][]
  operations: BookRecord['operations'][number][]
}

/** The marks of a device's facts of this kind, in the order of the log. */
async function factsOfKind(db: Db, device: string, kind: string): Promise<Mark[]> {
  return db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', kind)
    .orderBy('seq')
    .execute()
}
