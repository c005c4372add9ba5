import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import type { Entry } from '../sync/log.ts'
import { foretoldBetween } from '../sync/foretold.store.ts'
import { readLog } from '../sync/log.store.ts'
import { sessionAfter } from '../sync/session.store.ts'
import type { IssuedPage, SyncRecord } from './sync-record.ts'

/**
 * The syncs of a device, newest first: at most `limit` of those that began before entry `before` of its log. Reads the log from the
 * oldest of them on and nothing older.
 */
export async function syncRecords(
  db: Db,
  device: string,
  { limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number | undefined },
): Promise<SyncRecord[]> {
  const sessions = await db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'session')
    .where('seq', '<', before)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  const [newest, oldest] = [sessions.at(0), sessions.at(-1)]
  if (!newest || !oldest) return []
  const next = await sessionAfter(db, device, newest.seq)
  const from = oldest.seq - SIGNING_IN
  const entries = await readLog(db, device, { from, ...(next && { to: next.seq }) })
  const pages = await pagesFor(db, device, entries, oldest.seq)
  const lastHeard = await lastToken(db, device)
  const since = await sessionBefore(db, device, oldest.seq)
  const foretold = await foretoldBetween(db, device, since, newest.seq)
  let end = next ? beforeSigningIn(entries, entries.length) : entries.length
  return sessions.map(({ seq, at }, index) => {
    let first = end
    while (first > 0 && (entries[first - 1]?.seq ?? 0) >= seq) first -= 1
    const start = beforeSigningIn(entries, first)
    const record = {
      seq,
      startedAt: at,
      entries: entries.slice(start, end),
      pages,
      foretold:
        foretold.findLast(
          (each) => each.seq < seq && each.seq >= (sessions[index + 1]?.seq ?? since),
        )?.operations ?? null,
      isLast: index === 0 && next === null,
      lastHeard,
    }
    end = start
    return record
  })
}

/** A Kobo signs in before its session is told from the one before: at most so many entries stand there. */
const SIGNING_IN = 8

/** Where the entries begin that belong to the session whose own begin at `index`. */
function beforeSigningIn(entries: readonly Entry[], index: number): number {
  let start = index
  while (start > 0 && entries[start - 1]?.kind === 'activation') start -= 1
  return start
}

/** The sync that began with entry `seq` of the log; undefined when none did. */
export async function syncRecord(
  db: Db,
  device: string,
  seq: number,
): Promise<SyncRecord | undefined> {
  const [record] = await syncRecords(db, device, { limit: 1, before: seq + 1 })
  return record?.seq === seq ? record : undefined
}

/** The pages that these entries name, and the last that was issued before entry `from`; in the order of issue. */
async function pagesFor(
  db: Db,
  device: string,
  entries: readonly Entry[],
  from: number,
): Promise<IssuedPage[]> {
  const last = await pages(db, device)
    .where('seq', '<', from)
    .orderBy('seq', 'desc')
    .limit(1)
    .execute()
  const named = new Set(
    entries.flatMap((entry) => {
      if (entry.kind === 'page') return [entry.page, entry.parent ?? '']
      return entry.kind === 'returned' || entry.kind === 'restored' ? [entry.page] : []
    }),
  )
  const found = new Map(last.map((row) => [row.id, row]))
  const ids = [...named]
  for (const some of inChunks(ids))
    for (const row of await pages(db, device).where('id', 'in', some).execute())
      found.set(row.id, row)
  return [...found.values()]
    .map(({ id, seq, at, returned_seq }) => ({ id, seq, at, taken: returned_seq !== null }))
    .sort((one, other) => one.seq - other.seq)
}

function pages(db: Db, device: string) {
  return db
    .selectFrom('page')
    .select(['id', 'seq', 'at', 'returned_seq'])
    .where('device', '=', device)
}

/** The session before the one that began with entry `seq`; 0 when there was none. */
async function sessionBefore(db: Db, device: string, seq: number): Promise<number> {
  const row = await db
    .selectFrom('log')
    .select((log) => log.fn.max('seq').as('seq'))
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'session')
    .where('seq', '<', seq)
    .executeTakeFirst()
  return row?.seq ?? 0
}

/** Where the log says last which token the device came with, or that it had none; 0 when it never came. */
export async function lastToken(db: Db, device: string): Promise<number> {
  const row = await db
    .selectFrom('log')
    .select((log) => log.fn.max('seq').as('seq'))
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', 'in', ['returned', 'tokenless'])
    .executeTakeFirst()
  return row?.seq ?? 0
}
