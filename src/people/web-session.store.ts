import type { Db, Tx } from '../db/schema.ts'

/** A browser that somebody signed in with. Times in epoch ms. */
export type WebSession = {
  /** Names the session where its secret must not be told. */
  id: string
  /** SHA-256 of the secret in the cookie, hexadecimal. */
  hash: string
  person: string
  /** In words, such as “Firefox on Linux”. */
  browser: string
  beganAt: number
  seenAt: number
  endsAt: number
}

/** Writes a new session. */
export async function insertWebSession(tx: Tx, session: WebSession): Promise<void> {
  const { id, hash, person, browser, beganAt, seenAt, endsAt } = session
  await tx
    .insertInto('web_session')
    .values({ id, hash, person, browser, began_at: beganAt, seen_at: seenAt, ends_at: endsAt })
    .execute()
}

/** The session with this hash that has not ended at `now`. */
export async function webSession(
  db: Db,
  hash: string,
  now: number,
): Promise<WebSession | undefined> {
  const row = await lasting(db, now).where('hash', '=', hash).executeTakeFirst()
  return row && toSession(row)
}

/** Every session of a person that has not ended at `now`, the one that was seen last first. */
export async function webSessionsOf(db: Db, person: string, now: number): Promise<WebSession[]> {
  const rows = await lasting(db, now)
    .where('person', '=', person)
    .orderBy('seen_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(toSession)
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

/** Deletes the session with this hash. */
export async function deleteWebSession(tx: Tx, hash: string): Promise<void> {
  await tx.deleteFrom('web_session').where('hash', '=', hash).execute()
}

/** Deletes the session of this person with this id. Answers whether there was one. */
export async function deleteSessionOf(
  tx: Tx,
  session: Pick<WebSession, 'id' | 'person'>,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('web_session')
    .where('id', '=', session.id)
    .where('person', '=', session.person)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Deletes every session of a person but the one with the id `but`. */
export async function deleteSessionsOf(tx: Tx, person: string, but = ''): Promise<void> {
  await tx.deleteFrom('web_session').where('person', '=', person).where('id', '<>', but).execute()
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

function lasting(db: Db, now: number) {
  return db.selectFrom('web_session').selectAll().where('ends_at', '>', now)
}

function toSession(row: {
  id: string
  hash: string
  person: string
  browser: string
  began_at: number
  seen_at: number
  ends_at: number
}): WebSession {
  return {
    id: row.id,
    hash: row.hash,
    person: row.person,
    browser: row.browser,
    beganAt: row.began_at,
    seenAt: row.seen_at,
    endsAt: row.ends_at,
  }
}
