import type { Db, Tx } from '../db/schema.ts'

/** A way to become a person of the household, as whoever invites sees it. Times in epoch ms. */
export type Invitation = { id: string; label: string; createdAt: number; endsAt: number }

/** Writes a new invitation, and lets go of those that have ended. */
export async function insertInvitation(
  tx: Tx,
  invitation: Invitation & { hash: string; inviter: string },
): Promise<void> {
  const { id, hash, inviter, label, createdAt, endsAt } = invitation
  await tx.deleteFrom('invitation').where('ends_at', '<=', createdAt).execute()
  await tx
    .insertInto('invitation')
    .values({ id, hash, inviter, label, created_at: createdAt, ends_at: endsAt })
    .execute()
}

/** The open invitation with this hash. */
export async function invitationByHash(
  db: Db,
  hash: string,
  now: number,
): Promise<(Invitation & { hash: string }) | undefined> {
  const row = await open(db, now).where('hash', '=', hash).executeTakeFirst()
  return row && { ...toInvitation(row), hash: row.hash }
}

/** Every open invitation, the newest first. */
export async function openInvitations(db: Db, now: number): Promise<Invitation[]> {
  const rows = await open(db, now).orderBy('created_at', 'desc').orderBy('id').execute()
  return rows.map(toInvitation)
}

/** Lets go of an invitation. Answers whether it was open. */
export async function deleteInvitation(tx: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('invitation')
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function open(db: Db, now: number) {
  return db.selectFrom('invitation').selectAll().where('ends_at', '>', now)
}

function toInvitation(row: {
  id: string
  label: string
  created_at: number
  ends_at: number
}): Invitation {
  return { id: row.id, label: row.label, createdAt: row.created_at, endsAt: row.ends_at }
}
