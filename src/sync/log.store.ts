import { z } from 'zod'
import type { Db, Schema, Tx } from '../db/schema.ts'
import { basesOf } from './base.store.ts'
import type { BookFact, DeviceFact, Entry, Mark, Operation, SweepingFact } from './log.ts'

/** A fact as it is appended: about one book or about the whole device. */
export type Fact = (BookFact & { book: string }) | DeviceFact

type Row = Schema['log']

/** Rows per statement, well below what SQLite binds. */
const CHUNK = 200

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
  const rows = facts.map((fact, index) => rowOf(device, first + index, at, fact))
  for (let start = 0; start < rows.length; start += CHUNK)
    await tx
      .insertInto('log')
      .values(rows.slice(start, start + CHUNK))
      .execute()
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

/** The kinds of the newest entries of a device's log and when they arrived (epoch ms), newest first: as many as a sync makes. */
export async function recentKinds(db: Db, device: string): Promise<{ kind: string; at: number }[]> {
  return db
    .selectFrom('log')
    .select(['kind', 'at'])
    .where('device', '=', device)
    .orderBy('seq', 'desc')
    .limit(500)
    .execute()
}

/** What a device that was put back to a backup of its own forgot: entries from `from` up to, not including, `to`. */
export async function forgottenSpans(
  db: Db,
  device: string,
): Promise<{ from: number; to: number }[]> {
  const spans: { from: number; to: number }[] = []
  for (const { seq, fact } of await sweepingFacts(db, device, 'restored'))
    if (fact.kind === 'restored') spans.push({ from: fact.from, to: seq })
  return spans
}

/** Whether it was said of a ledger that was given up that its pages belong to another past. */
export async function wasTold(db: Db, device: string, ledger: string): Promise<boolean> {
  const told = await sweepingFacts(db, device, 'rolled-back')
  return told.some(({ fact }) => fact.kind === 'rolled-back' && fact.was === ledger)
}

/** Where the log says last that the server was put back in time. */
export async function lastRolledBack(db: Db, device: string): Promise<Mark | undefined> {
  const last = (await sweepingFacts(db, device, 'rolled-back')).at(-1)
  return last && { seq: last.seq, at: last.at }
}

async function sweepingFacts(
  db: Db,
  device: string,
  kind: SweepingFact['kind'],
): Promise<(Mark & { fact: SweepingFact })[]> {
  const rows = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', kind)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ seq: row.seq, at: row.at, fact: sweepingFactOf(row) }))
}

/** The shelf that a machine took each of these books off last. */
export async function shelvesLeftByMachine(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, string>> {
  const left = new Map<string, string>()
  for (let start = 0; start < books.length; start += CHUNK) {
    const rows = await db
      .selectFrom('log')
      .selectAll()
      .where('device', '=', device)
      .where('book', 'in', books.slice(start, start + CHUNK))
      .where('kind', '=', 'unshelved')
      .orderBy('seq')
      .execute()
    for (const row of rows) {
      const fact = bookFactOf(row)
      if (row.book !== null && fact.kind === 'unshelved' && fact.shelf !== undefined)
        left.set(row.book, fact.shelf)
    }
  }
  return left
}

/** Whether any of these books was ever named by a list of the device. */
export async function wereEverListed(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<boolean> {
  for (let start = 0; start < books.length; start += CHUNK) {
    const row = await db
      .selectFrom('log')
      .select('seq')
      .where('device', '=', device)
      .where('book', 'in', books.slice(start, start + CHUNK))
      .where('kind', '=', 'listed')
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
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

/** An operation as its row says it. */
export function operationOf(
  row: Omit<Schema['operation'], 'page' | 'ordinal' | 'device'>,
): Operation {
  return {
    verb: row.verb,
    book: row.book,
    metaRev: row.meta_rev,
    fileRev: row.file_rev,
    stateRev: row.state_rev,
    artifact: row.artifact,
  }
}

function rowOf(device: string, seq: number, at: number, fact: Fact): Row {
  const base = {
    device,
    seq,
    at,
    kind: fact.kind,
    book: null,
    page: null,
    instant: null,
    detail: null,
  }
  if ('book' in fact) {
    const { kind: _, book, ...rest } = fact
    const { instant, ...detail } = 'instant' in rest ? rest : { ...rest, instant: null }
    return {
      ...base,
      book,
      instant,
      detail: Object.keys(detail).length ? JSON.stringify(detail) : null,
    }
  }
  const { kind: _, ...rest } = fact
  const { page, ...detail } = 'page' in rest ? rest : { ...rest, page: null }
  return { ...base, page, detail: Object.keys(detail).length ? JSON.stringify(detail) : null }
}

const CAUSE = z.enum(['person', 'machine'])

const BOOK_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['metadata-asked', 'cover-asked', 'tagged', 'annotations-asked']) }),
  z.object({
    kind: z.enum(['download-begun', 'download-completed', 'download-cut']),
    number: z.number().exactOptional(),
  }),
  z.object({ kind: z.enum(['listed', 'unlisted']) }),
  z.object({ kind: z.enum(['bring-back', 'consent', 'retract']) }),
  z.object({ kind: z.literal('state'), instant: z.number(), rev: z.number().nullable() }),
  z.object({ kind: z.literal('annotation'), instant: z.number() }),
  z.object({ kind: z.literal('delete'), repeat: z.boolean(), exclude: z.boolean() }),
  z.object({
    kind: z.enum(['shelved', 'unshelved']),
    cause: CAUSE,
    shelf: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('audited'),
    row: z.boolean(),
    file: z.boolean(),
    current: z.literal(true).exactOptional(),
    copied: z.number().exactOptional(),
  }),
  z.object({ kind: z.literal('missed'), row: z.boolean(), copied: z.number() }),
])

const SWEEPING_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['tokenless', 'activation']) }),
  z.object({ kind: z.literal('epoch'), from: z.number(), consent: z.boolean() }),
  z.object({ kind: z.literal('restored'), page: z.string(), from: z.number(), issued: z.number() }),
  z.object({
    kind: z.literal('rolled-back'),
    page: z.string().nullable(),
    was: z.string().nullable(),
  }),
])

const DEVICE_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['session', 'complete']) }),
  z.object({ kind: z.literal('returned'), page: z.string(), opened: z.boolean() }),
  z.object({ kind: z.literal('list'), inventory: z.boolean(), known: z.boolean() }),
  z.object({
    kind: z.literal('answered'),
    from: z.number().nullable(),
    library: z.enum(['empty', 'kept']),
  }),
  ...SWEEPING_FACT.options,
])

/** The kinds that bear on every book of a device. */
export const SWEEPING_KINDS = [
  'tokenless',
  'activation',
  'epoch',
  'restored',
  'rolled-back',
] as const

/** A fact about a book as its row says it. */
export function bookFactOf(row: Row): BookFact {
  return BOOK_FACT.parse(fieldsOf(row))
}

/** A fact that bears on every book, as its row says it. */
export function sweepingFactOf(row: Row): SweepingFact {
  return SWEEPING_FACT.parse(fieldsOf(row))
}

function factOf(row: Row): Fact {
  return row.book === null
    ? DEVICE_FACT.parse(fieldsOf(row))
    : { ...bookFactOf(row), book: row.book }
}

function fieldsOf(row: Row): object {
  const detail: unknown = row.detail === null ? {} : JSON.parse(row.detail)
  return { ...Object(detail), kind: row.kind, instant: row.instant ?? undefined, page: row.page }
}
