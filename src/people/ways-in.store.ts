import type { Db } from '../db/schema.ts'

/** In which ways somebody can sign in by themselves: a password, a passkey, an account at the provider with this issuer. */
export async function waysInOf(
  db: Db,
  person: string,
  issuer: string | undefined,
): Promise<{ password: boolean; passkey: boolean; provider: boolean }> {
  const password = await db
    .selectFrom('password')
    .select('person')
    .where('person', '=', person)
    .executeTakeFirst()
  const passkey = await db
    .selectFrom('passkey')
    .select('id')
    .where('person', '=', person)
    .executeTakeFirst()
  const provider = await db
    .selectFrom('provider_identity')
    .select('subject')
    .where('person', '=', person)
    .where('issuer', '=', issuer ?? '')
    .executeTakeFirst()
  return {
    password: password !== undefined,
    passkey: passkey !== undefined,
    provider: provider !== undefined,
  }
}
