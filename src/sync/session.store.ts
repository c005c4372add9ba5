import type { Db, Tx } from '../db/schema.ts'
import type { Mark } from './log.ts'
import { NEW_SESSION, type Session } from './page.ts'

/** A session of a device as it is kept: its entry in the log, and when it last asked (epoch ms). */
export type KeptSession = Session & {
  beganSeq: number
  lastAt: number
  /** A sync without a token of ours came in it, so that it is judged when it is over; and whether it was. */
  tokenless: boolean
  judged: boolean
}

/** The session a device is in or was in last. */
export async function sessionOf(db: Db, device: string): Promise<KeptSession | undefined> {
  const row = await db
    .selectFrom('sync_session')
    .selectAll()
    .where('device', '=', device)
    .executeTakeFirst()
  return (
    row && {
      beganSeq: row.began_seq,
      lastAt: row.last_at,
      pages: row.pages,
      budget: row.budget,
      sent: row.sent,
      token: row.token,
      repeats: row.repeats,
      tokenless: row.tokenless === 1,
      judged: row.judged === 1,
    }
  )
}

/** A session that begins with the log's entry at `seq`. */
export function beginning(seq: number, at: number): KeptSession {
  return { ...NEW_SESSION, beganSeq: seq, lastAt: at, tokenless: false, judged: false }
}

/** Keeps the session. */
export async function keepSession(tx: Tx, device: string, session: KeptSession): Promise<void> {
  const row = {
    began_seq: session.beganSeq,
    last_at: session.lastAt,
    pages: session.pages,
    budget: session.budget,
    sent: session.sent,
    token: session.token,
    repeats: session.repeats,
    tokenless: session.tokenless ? (1 as const) : (0 as const),
    judged: session.judged ? (1 as const) : (0 as const),
  }
  await tx
    .insertInto('sync_session')
    .values({ device, ...row })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute()
}

/** The devices whose last session ended in silence before `at` (epoch ms) and was not judged yet. */
export async function devicesToJudge(db: Db, at: number): Promise<string[]> {
  const rows = await db
    .selectFrom('sync_session')
    .select('device')
    .where('judged', '=', 0)
    .where('last_at', '<=', at)
    .execute()
  return rows.map((row) => row.device)
}

/** Where the first session of a device began after entry `seq` of its log; null when none did. */
export async function sessionAfter(db: Db, device: string, seq: number): Promise<Mark | null> {
  const row = await db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'session')
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}
