import type { Db, Tx } from '../db/schema.ts'

/** How many books are looked at together. */
const BOOKS = 200

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
      .limit(BOOKS)
      .execute()
    if (rows.length > 0) yield rows.map((row) => row.book)
    const last = rows[BOOKS - 1]
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
