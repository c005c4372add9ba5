import type { Db, Tx } from '../db/schema.ts'
import { NEW_SESSION, type Session } from './page.ts'

/** A session of a device as it is kept: its entry in the log, and when it last asked (epoch ms). */
export type KeptSession = Session & { beganSeq: number; lastAt: number }

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
    }
  )
}

/** A session that begins with the log's entry at `seq`. */
export function beginning(seq: number, at: number): KeptSession {
  return { ...NEW_SESSION, beganSeq: seq, lastAt: at }
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
  }
  await tx
    .insertInto('sync_session')
    .values({ device, ...row })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute()
}
