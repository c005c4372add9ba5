import type { Db, Tx } from '../db/schema.ts'

/** The hash that a person's password must fit; undefined for somebody who signs in otherwise. */
export async function passwordHash(db: Db, person: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('password')
    .select('hash')
    .where('person', '=', person)
    .executeTakeFirst()
  return row?.hash
}

/** Gives a person another password, or their first. */
export async function setPasswordHash(
  tx: Tx,
  password: { person: string; hash: string; now: number },
): Promise<void> {
  const { person, hash, now } = password
  await tx
    .insertInto('password')
    .values({ person, hash, changed_at: now })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ hash, changed_at: now }))
    .execute()
}
