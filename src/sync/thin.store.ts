import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import { saveBase } from './base.store.ts'
import type { Base, Mark } from './log.ts'
import type { Thinned } from './thin.ts'

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
