import type { Db, Tx } from '../db/schema.ts'

/** How an account at the provider became somebody's here. */
export type Cause = 'list' | 'linked' | 'invited' | 'code'

/** An account at the provider that is somebody's. Times in epoch ms. */
export type KnownIdentity = {
  issuer: string
  subject: string
  person: string
  label: string
  cause: Cause
  gaveOwnership: boolean
  linkedAt: number
}

/** Whose an account at a provider is. */
export async function knownIdentity(
  db: Db,
  { issuer, subject }: Pick<KnownIdentity, 'issuer' | 'subject'>,
): Promise<KnownIdentity | undefined> {
  const row = await db
    .selectFrom('provider_identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row && toIdentity(row)
}

/** The accounts of somebody at every provider that was ever used. */
export async function identitiesOf(db: Db, person: string): Promise<KnownIdentity[]> {
  const rows = await db
    .selectFrom('provider_identity')
    .selectAll()
    .where('person', '=', person)
    .orderBy('issuer')
    .execute()
  return rows.map(toIdentity)
}

/** Writes down whose an account is. The account and the person must have no other at this provider. */
export async function insertIdentity(tx: Tx, identity: KnownIdentity): Promise<void> {
  const { issuer, subject, person, label, cause, gaveOwnership, linkedAt } = identity
  await tx
    .insertInto('provider_identity')
    .values({
      issuer,
      subject,
      person,
      label,
      cause,
      gave_ownership: gaveOwnership ? 1 : 0,
      linked_at: linkedAt,
    })
    .execute()
}

/** Writes down whether somebody owns the server because the provider says so. */
export async function setGaveOwnership(
  tx: Tx,
  { issuer, subject }: Pick<KnownIdentity, 'issuer' | 'subject'>,
  gave: boolean,
): Promise<void> {
  await tx
    .updateTable('provider_identity')
    .set({ gave_ownership: gave ? 1 : 0 })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
}

/** Forgets the account of somebody at a provider. Answers whether there was one. */
export async function deleteIdentity(
  tx: Tx,
  { issuer, person }: Pick<KnownIdentity, 'issuer' | 'person'>,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('provider_identity')
    .where('issuer', '=', issuer)
    .where('person', '=', person)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function toIdentity(row: {
  issuer: string
  subject: string
  person: string
  label: string
  cause: Cause
  gave_ownership: 0 | 1
  linked_at: number
}): KnownIdentity {
  const { issuer, subject, person, label, cause } = row
  return {
    issuer,
    subject,
    person,
    label,
    cause,
    gaveOwnership: row.gave_ownership === 1,
    linkedAt: row.linked_at,
  }
}
