import type { Db, Tx } from '../db/schema.ts'

/** A passkey as its person sees it. Times in epoch ms. */
export type Passkey = {
  id: string
  person: string
  name: string
  /** The host name that it is for. */
  rpId: string
  createdAt: number
  /** Null when it was never used. */
  usedAt: number | null
}

/** What an answer of its authenticator is checked against. */
export type PasskeyKey = {
  credential: string
  publicKey: Uint8Array<ArrayBuffer>
  counter: number
  transports: string[]
}

/** Writes a new passkey. Its credential must be new. */
export async function insertPasskey(tx: Tx, passkey: Passkey & PasskeyKey): Promise<void> {
  const { id, person, name, rpId, createdAt, usedAt } = passkey
  const { credential, publicKey, counter, transports } = passkey
  await tx
    .insertInto('passkey')
    .values({
      id,
      person,
      name,
      rp_id: rpId,
      created_at: createdAt,
      used_at: usedAt,
      credential,
      public_key: Buffer.from(publicKey),
      counter,
      transports: transports.join(' '),
    })
    .execute()
}

/** The passkey that its authenticator calls so. */
export async function passkeyByCredential(
  db: Db,
  credential: string,
): Promise<(Passkey & PasskeyKey) | undefined> {
  const row = await db
    .selectFrom('passkey')
    .selectAll()
    .where('credential', '=', credential)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    ...toPasskey(row),
    credential: row.credential,
    publicKey: new Uint8Array(row.public_key),
    counter: row.counter,
    transports: row.transports.split(' ').filter(Boolean),
  }
}

/** The passkey with this id, whosever it is. */
export async function passkeyById(db: Db, id: string): Promise<Passkey | undefined> {
  const row = await db.selectFrom('passkey').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toPasskey(row)
}

/** Every passkey of somebody, the oldest first, with what their authenticators call them. */
export async function passkeysOf(
  db: Db,
  person: string,
): Promise<(Passkey & { credential: string })[]> {
  const rows = await db
    .selectFrom('passkey')
    .selectAll()
    .where('person', '=', person)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...toPasskey(row), credential: row.credential }))
}

/** Writes down that a passkey signed, unless its counter is not `before` any more. Answers whether it was. */
export async function countPasskey(
  tx: Tx,
  { id, before, counter, now }: { id: string; before: number; counter: number; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkey')
    .set({ counter, used_at: now })
    .where('id', '=', id)
    .where('counter', '=', before)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Gives the passkey of this person another name. Answers whether there was one. */
export async function renamePasskey(
  tx: Tx,
  { id, person, name }: { id: string; person: string; name: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkey')
    .set({ name })
    .where('id', '=', id)
    .where('person', '=', person)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Deletes the passkey of this person. Answers whether there was one. */
export async function deletePasskey(
  tx: Tx,
  { id, person }: { id: string; person: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('passkey')
    .where('id', '=', id)
    .where('person', '=', person)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function toPasskey(row: {
  id: string
  person: string
  name: string
  rp_id: string
  created_at: number
  used_at: number | null
}): Passkey {
  return {
    id: row.id,
    person: row.person,
    name: row.name,
    rpId: row.rp_id,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}
