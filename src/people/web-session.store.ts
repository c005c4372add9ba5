import type { Db, Tx } from '../db/schema.ts'

/** A browser that somebody signed in with. Times in epoch ms. */
export type WebSession = {
  /** SHA-256 of the secret in the cookie, hexadecimal. */
  hash: string
  person: string
  beganAt: number
  seenAt: number
  endsAt: number
}

/** Writes a new session. */
export async function insertWebSession(tx: Tx, session: WebSession): Promise<void> {
  const { hash, person, beganAt, seenAt, endsAt } = session
  await tx
    .insertInto('web_session')
    .values({ hash, person, began_at: beganAt, seen_at: seenAt, ends_at: endsAt })
    .execute()
}

/** The session with this hash that has not ended at `now`. */
export async function webSession(
  db: Db,
  hash: string,
  now: number,
): Promise<WebSession | undefined> {
  const row = await db
    .selectFrom('web_session')
    .selectAll()
    .where('hash', '=', hash)
    .where('ends_at', '>', now)
    .executeTakeFirst()
  return (
    row && {
      hash: row.hash,
      person: row.person,
      beganAt: row.began_at,
      seenAt: row.seen_at,
      endsAt: row.ends_at,
    }
  )
}

/** Remembers that a session was seen, and when it ends now. */
export async function slideWebSession(
  tx: Tx,
  { hash, seenAt, endsAt }: Pick<WebSession, 'hash' | 'seenAt' | 'endsAt'>,
): Promise<void> {
  await tx
    .updateTable('web_session')
    .set({ seen_at: seenAt, ends_at: endsAt })
    .where('hash', '=', hash)
    .execute()
}

/** Deletes one session. */
export async function deleteWebSession(tx: Tx, hash: string): Promise<void> {
  await tx.deleteFrom('web_session').where('hash', '=', hash).execute()
}

/** Deletes every session that has ended at `now`, and of one person's all but the `most` that were seen last. */
export async function tidyWebSessions(
  tx: Tx,
  { person, most, now }: { person: string; most: number; now: number },
): Promise<void> {
  await tx.deleteFrom('web_session').where('ends_at', '<=', now).execute()
  const kept = await tx
    .selectFrom('web_session')
    .select('hash')
    .where('person', '=', person)
    .orderBy('seen_at', 'desc')
    .orderBy('hash')
    .limit(most)
    .execute()
  await tx
    .deleteFrom('web_session')
    .where('person', '=', person)
    .where(
      'hash',
      'not in',
      kept.map(({ hash }) => hash),
    )
    .execute()
}
