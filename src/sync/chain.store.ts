import { isDeepStrictEqual } from 'node:util'
import type { Db, Tx } from '../db/schema.ts'
import type { Operation } from './log.ts'
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
