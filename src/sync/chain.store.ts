import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Db, Tx } from '../db/schema.ts'
import type { Return } from './backup.ts'
import type { Operation } from './log.ts'
import { forgottenSpans } from './journeys.store.ts'
import { operationOf } from './log-row.ts'

/** A page by its id: whose it is, its place in the log and that of its first return. Undefined when this server never issued it. */
export async function pageById(
  db: Db,
  id: string,
): Promise<{ device: string; seq: number; returnedSeq: number | null } | undefined> {
  const row = await db
    .selectFrom('page')
    .select(['device', 'seq', 'returned_seq'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { device: row.device, seq: row.seq, returnedSeq: row.returned_seq }
}

/** The newest page of a device, if it was given to a stranger, has this parent and holds exactly these operations. */
export async function strangersPage(
  db: Db,
  device: string,
  parent: string | null,
  operations: readonly Operation[],
): Promise<string | undefined> {
  const page = await db
    .selectFrom('page')
    .select(['id', 'parent', 'stranger'])
    .where('device', '=', device)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!page || page.stranger === 0 || page.parent !== parent) return undefined
  const told = await db
    .selectFrom('operation')
    .selectAll()
    .where('page', '=', page.id)
    .orderBy('ordinal')
    .execute()
  return isDeepStrictEqual(told.map(operationOf), operations) ? page.id : undefined
}

/** Makes a page that the device remembers and this server does not the root of a chain, at the entry that says so. */
export async function adoptPage(
  tx: Tx,
  device: string,
  id: string,
  mark: { seq: number; at: number },
): Promise<void> {
  await tx
    .insertInto('page')
    .values({
      id,
      device,
      ...mark,
      parent: null,
      on_chain: 0,
      returned_seq: null,
      returned_at: null,
      stranger: 0,
    })
    .execute()
}

/** Notes the first return of a page's token. */
export async function noteReturn(
  tx: Tx,
  page: string,
  mark: { seq: number; at: number },
): Promise<void> {
  await tx
    .updateTable('page')
    .set({ returned_seq: mark.seq, returned_at: mark.at })
    .where('id', '=', page)
    .where('returned_seq', 'is', null)
    .execute()
}

/**
 * Makes `head` the page whose token counts as returned (null: a sync without a token forgets all acknowledgements). Returns the
 * books whose operations thereby came onto the chain or left it. Costs what changed: usually one page.
 */
export async function moveHead(tx: Tx, device: string, head: string | null): Promise<string[]> {
  const gained: string[] = []
  let meeting = 0 // the place of the newest page that both chains share
  for (let id = head; id !== null;) {
    const page = await tx
      .selectFrom('page')
      .select(['seq', 'parent', 'on_chain'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!page) break
    if (page.on_chain === 1) {
      meeting = page.seq
      break
    }
    gained.push(id)
    id = page.parent
  }
  const lost = await tx
    .selectFrom('page')
    .select('id')
    .where('device', '=', device)
    .where('on_chain', '=', 1)
    .where('seq', '>', meeting)
    .execute()
  const changed = [
    ...gained.map((id) => ({ id, on: 1 as const })),
    ...lost.map(({ id }) => ({ id, on: 0 as const })),
  ]
  const books = new Set<string>()
  for (const { id, on } of changed) {
    await tx.updateTable('page').set({ on_chain: on }).where('id', '=', id).execute()
    const operations = await tx
      .selectFrom('operation')
      .select('book')
      .where('page', '=', id)
      .execute()
    for (const { book } of operations) books.add(book)
  }
  return [...books]
}

/** The page that was issued last to the device itself; null when none was. */
export async function newestIssued(db: Db, device: string): Promise<string | null> {
  const row = await db
    .selectFrom('page')
    .select('id')
    .where('device', '=', device)
    .where('stranger', '=', 0)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}

/** Whether the token of any page later than the log's entry at `seq` ever came back: nearly always not, and cheap to ask. */
export async function wasAnyReturnedAfter(db: Db, device: string, seq: number): Promise<boolean> {
  const row = await db
    .selectFrom('page')
    .select('id')
    .where('device', '=', device)
    .where('seq', '>', seq)
    .where('returned_seq', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Every return of a token, in the life that the device remembers: what a restored device forgot is left out. Oldest first. */
export async function returnsOf(db: Db, device: string): Promise<Return[]> {
  const rows = await db
    .selectFrom('log')
    .innerJoin('page', 'page.id', 'log.page')
    .select(['log.seq', 'log.at', 'log.detail', 'page.id', 'page.seq as issued'])
    .where('log.device', '=', device)
    .where('log.book', 'is', null)
    .where('log.kind', '=', 'returned')
    .orderBy('log.seq')
    .execute()
  const forgotten = await forgottenSpans(db, device)
  return rows
    .filter(({ seq }) => !forgotten.some(({ from, to }) => seq >= from && seq < to))
    .map(({ id, seq, at, issued, detail }) => ({
      page: id,
      seq,
      at,
      issued,
      opened: OPENED.parse(JSON.parse(detail ?? '{}')).opened,
    }))
}

/** The page whose token came back last, in the life that the device remembers; null when none ever did. */
export async function newestReturned(db: Db, device: string): Promise<string | null> {
  const forgotten = await forgottenSpans(db, device)
  const row = await db
    .selectFrom('log')
    .select('page')
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'returned')
    .$if(forgotten.length > 0, (query) =>
      query.where((where) =>
        where.and(
          forgotten.map(({ from, to }) =>
            where.or([where('seq', '<', from), where('seq', '>=', to)]),
          ),
        ),
      ),
    )
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.page ?? null
}

const OPENED = z.object({ opened: z.boolean() })

/** The head of the chain as it is kept; null when no acknowledgement counts. */
export async function headOf(db: Db, device: string): Promise<string | null> {
  const row = await db
    .selectFrom('page')
    .select('id')
    .where('device', '=', device)
    .where('on_chain', '=', 1)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
