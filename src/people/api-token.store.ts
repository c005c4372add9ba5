import type { Db, Tx } from '../db/schema.ts'

/** Writes a new API token, of which only the hash is known. */
export async function insertApiToken(
  tx: Tx,
  token: { id: string; person: string; label: string; hash: string; createdAt: number },
): Promise<void> {
  await tx
    .insertInto('api_token')
    .values({
      id: token.id,
      person: token.person,
      label: token.label,
      hash: token.hash,
      created_at: token.createdAt,
      revoked_at: null,
    })
    .execute()
}

/** The token with this SHA-256 (hexadecimal), unless it was revoked. */
export async function tokenByHash(
  db: Db,
  hash: string,
): Promise<{ hash: string; person: string } | undefined> {
  return db
    .selectFrom('api_token')
    .select(['hash', 'person'])
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}
