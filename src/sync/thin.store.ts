import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { saveBase } from './base.store.ts'
import type { Base, Mark } from './log.ts'
import type { Thinned } from './thin.ts'

/** Rows per statement, well below what SQLite binds. */
const CHUNK = 200

/** The devices whose log was not looked through since `since` (epoch ms). */
export async function devicesToThin(db: Db, since: number): Promise<string[]> {
  const rows = await db
    .selectFrom('device')
    .select('id')
    .where((is) => is.or([is('thinned_at', 'is', null), is('thinned_at', '<', since)]))
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Notes that a device's log was looked through. */
export async function noteThinned(tx: Tx, device: string, now: number): Promise<void> {
  await tx.updateTable('device').set({ thinned_at: now }).where('id', '=', device).execute()
}

/** Books of which a device's log says anything, in the order of their ids, some at a time. */
export async function* loggedBooks(db: Db, device: string): AsyncGenerator<string[], void> {
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('holding')
      .select('book')
      .where('device', '=', device)
      .where('book', '>', after)
      .orderBy('book')
      .limit(CHUNK)
      .execute()
    if (rows.length > 0) yield rows.map((row) => row.book)
    const last = rows[CHUNK - 1]
    if (last === undefined) return
    after = last.book
  }
}

/** Those of these books with so many facts, or with operations on pages that never came back, that something may go. */
export async function booksToThin(
  db: Db,
  device: string,
  books: readonly string[],
  facts: number,
): Promise<string[]> {
  const often = await db
    .selectFrom('log')
    .select('book')
    .where('device', '=', device)
    .where('book', 'in', [...books])
    .groupBy('book')
    .having((row) => row.fn.countAll(), '>', facts)
    .execute()
  const leftBehind = await db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .select('operation.book')
    .distinct()
    .where('operation.device', '=', device)
    .where('operation.book', 'in', [...books])
    .where('page.on_chain', '=', 0)
    .where('page.returned_seq', 'is', null)
    .execute()
  const found = [...often, ...leftBehind].flatMap((row) => row.book ?? [])
  return [...new Set(found)]
}

/** Those of these books about which something was told before `before` (epoch ms) that no base stands for. */
export async function booksWithOld(
  db: Db,
  device: string,
  books: readonly string[],
  before: number,
): Promise<string[]> {
  const facts = await db
    .selectFrom('log')
    .leftJoin('base', (join) =>
      join.onRef('base.device', '=', 'log.device').onRef('base.book', '=', 'log.book'),
    )
    .select('log.book')
    .distinct()
    .where('log.device', '=', device)
    .where('log.book', 'in', [...books])
    .where('log.at', '<', before)
    .where((is) => is.or([is('base.seq', 'is', null), is('log.seq', '>', is.ref('base.seq'))]))
    .execute()
  const operations = await db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .select('operation.book')
    .distinct()
    .where('operation.device', '=', device)
    .where('operation.book', 'in', [...books])
    .where('page.at', '<', before)
    .execute()
  return [...new Set([...facts, ...operations].flatMap((row) => row.book ?? []))]
}

/** Deletes entries about a book, and puts the base, if there is one, in their place. */
export async function thinOut(
  tx: Tx,
  device: string,
  book: string,
  { facts, operations, base }: Thinned & { base?: Mark & Base },
): Promise<void> {
  await deleteEntries(
    tx,
    device,
    facts.map(({ seq }) => seq),
  )
  for (const { page, ordinal } of operations)
    await tx
      .deleteFrom('operation')
      .where('page', '=', page)
      .where('ordinal', '=', ordinal)
      .execute()
  if (base) await saveBase(tx, device, book, base)
}

/** Deletes entries of a device's log. */
export async function deleteEntries(
  tx: Tx,
  device: string,
  seqs: readonly number[],
): Promise<void> {
  for (const some of inChunks(seqs))
    await tx.deleteFrom('log').where('device', '=', device).where('seq', 'in', some).execute()
}

/** The facts about the whole device, in the order of the log. */
export async function deviceFacts(db: Db, device: string): Promise<(Mark & { kind: string })[]> {
  return db
    .selectFrom('log')
    .select(['seq', 'at', 'kind'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '<>', 'page')
    .orderBy('seq')
    .execute()
}

/** The place of the oldest removal that the log still holds; undefined when there is none. */
export async function oldestRemoval(db: Db, device: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .select((row) => row.fn.min('page.seq').as('seq'))
    .where('operation.device', '=', device)
    .where('operation.verb', '=', 'removal')
    .executeTakeFirst()
  return row?.seq ?? undefined
}

/**
 * Forgets pages that were given to callers who did not say which Kobo they are, when none of their operations is left: nobody
 * returns them. The newest one stays.
 */
export async function forgetStrangersPages(tx: Tx, device: string): Promise<void> {
  const empty = await tx
    .selectFrom('page')
    .leftJoin('operation', 'operation.page', 'page.id')
    .select(['page.id', 'page.seq'])
    .where('page.device', '=', device)
    .where('page.stranger', '=', 1)
    .where('page.returned_seq', 'is', null)
    .where('page.on_chain', '=', 0)
    .where('operation.page', 'is', null)
    .orderBy('page.seq')
    .execute()
  const ids = empty.map((row) => row.id)
  for (const some of inChunks(ids)) await tx.deleteFrom('page').where('id', 'in', some).execute()
  await deleteEntries(
    tx,
    device,
    empty.map((row) => row.seq),
  )
}

/** The place of the first sync without a token since a token came; undefined when none came without. */
export async function unansweredSync(db: Db, device: string): Promise<number | undefined> {
  const returned = await db
    .selectFrom('log')
    .select((row) => row.fn.max('seq').as('seq'))
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'returned')
    .executeTakeFirst()
  const row = await db
    .selectFrom('log')
    .select((row) => row.fn.min('seq').as('seq'))
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'tokenless')
    .where('seq', '>', returned?.seq ?? 0)
    .executeTakeFirst()
  return row?.seq ?? undefined
}
