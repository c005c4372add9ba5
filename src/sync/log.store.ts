import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { basesOf } from './base.store.ts'
import { factOf, logRowOf, operationOf, type Fact } from './log-row.ts'
import type { Entry, Mark, Operation } from './log.ts'

/**
 * Appends facts to a device's log in this order, with `at` as their arrival (epoch ms). Returns the sequence number of the
 * first. Only the writer of the device's turn or fact does so, in its transaction.
 */
export async function appendFacts(
  tx: Tx,
  device: string,
  at: number,
  facts: readonly Fact[],
): Promise<number> {
  const first = (await lastSeq(tx, device)) + 1
  const rows = facts.map((fact, index) => logRowOf(device, first + index, at, fact))
  for (const some of inChunks(rows)) await tx.insertInto('log').values(some).execute()
  return first
}

/** Appends a page: its entry, the page itself and its operations. Returns its sequence number. */
export async function appendPage(
  tx: Tx,
  device: string,
  at: number,
  page: {
    id: string
    parent: string | null
    operations: readonly Operation[]
    /** It goes to somebody who does not say which Kobo they are. */
    stranger?: boolean
  },
): Promise<number> {
  const seq = (await lastSeq(tx, device)) + 1
  await tx
    .insertInto('log')
    .values({
      device,
      seq,
      at,
      kind: 'page',
      book: null,
      page: page.id,
      instant: null,
      detail: null,
    })
    .execute()
  await tx
    .insertInto('page')
    .values({
      id: page.id,
      device,
      seq,
      at,
      parent: page.parent,
      on_chain: 0,
      returned_seq: null,
      returned_at: null,
      stranger: page.stranger ? 1 : 0,
    })
    .execute()
  const rows = page.operations.map((operation, ordinal) => ({
    page: page.id,
    ordinal,
    device,
    book: operation.book,
    verb: operation.verb,
    meta_rev: operation.metaRev,
    file_rev: operation.fileRev,
    state_rev: operation.stateRev,
    artifact: operation.artifact,
  }))
  if (rows.length > 0) await tx.insertInto('operation').values(rows).execute()
  return seq
}

/** The newest entry of a device's log; undefined for an empty one. */
export async function lastEntry(db: Db, device: string): Promise<Mark | undefined> {
  return db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The place of the newest entry of a device's log; 0 for an empty one. */
export async function lastSeq(db: Db, device: string): Promise<number> {
  const row = await db
    .selectFrom('log')
    .select('seq')
    .where('device', '=', device)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.seq ?? 0
}

/**
 * A device's log, oldest first, from entry `from` up to, not including, `to`: the whole of it when nothing is said. For what explains
 * and what checks, never for a turn.
 */
export async function readLog(
  db: Db,
  device: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: { from?: number; to?: number } = {},
): Promise<Entry[]> {
  const rows = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('seq', '>=', from)
    .where('seq', '<', to)
    .orderBy('seq')
    .execute()
  const pages = await db
    .selectFrom('page')
    .select(['id', 'parent'])
    .where('device', '=', device)
    .where('seq', '>=', from)
    .where('seq', '<', to)
    .execute()
  const operations = await db
    .selectFrom('page')
    .innerJoin('operation', 'operation.page', 'page.id')
    .selectAll('operation')
    .where('page.device', '=', device)
    .where('page.seq', '>=', from)
    .where('page.seq', '<', to)
    .orderBy('operation.ordinal')
    .execute()
  const parents = new Map(pages.map((page) => [page.id, page.parent]))
  const byPage = new Map<string, Operation[]>()
  for (const row of operations)
    byPage.set(row.page, [...(byPage.get(row.page) ?? []), operationOf(row)])
  const entries = rows.map((row): Entry =>
    row.kind === 'page' && row.page !== null
      ? {
          kind: 'page',
          seq: row.seq,
          at: row.at,
          page: row.page,
          parent: parents.get(row.page) ?? null,
          operations: byPage.get(row.page) ?? [],
        }
      : { seq: row.seq, at: row.at, ...factOf(row) },
  )
  // A base goes after what stands in its place.
  for (const [book, base] of await basesOf(db, device)) entries.push({ ...base, book })
  return entries.sort((one, other) => one.seq - other.seq)
}
