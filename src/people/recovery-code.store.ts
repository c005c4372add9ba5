import type { Db, Tx } from '../db/schema.ts'

/** How many recovery codes of somebody are left. */
export async function countRecoveryCodes(db: Db, person: string): Promise<number> {
  return (
    await db.selectFrom('recovery_code').select('hash').where('person', '=', person).execute()
  ).length
}

/** Gives somebody these codes, as hashes, in the place of those before. */
export async function replaceRecoveryCodes(
  tx: Tx,
  { person, hashes, now }: { person: string; hashes: readonly string[]; now: number },
): Promise<void> {
  await tx.deleteFrom('recovery_code').where('person', '=', person).execute()
  for (const hash of hashes)
    await tx.insertInto('recovery_code').values({ hash, person, created_at: now }).execute()
}

/** Uses up a code of somebody. Answers whether there was one. */
export async function spendRecoveryCode(
  tx: Tx,
  { person, hash }: { person: string; hash: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('recovery_code')
    .where('hash', '=', hash)
    .where('person', '=', person)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
