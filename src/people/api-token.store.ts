import type { Db, Tx } from '../db/schema.ts'
import { readScopes, type Scope } from './scope.ts'

/** An API token as its person sees it. Times in epoch ms. */
export type ApiToken = {
  id: string
  person: string
  label: string
  scopes: Scope[]
  createdAt: number
  /** To some minutes; null when it was never used. */
  usedAt: number | null
  /** Null is never. */
  endsAt: number | null
}

/** Writes a new API token, of which only the hash is known. */
export async function insertApiToken(
  tx: Tx,
  token: Omit<ApiToken, 'usedAt'> & { hash: string },
): Promise<void> {
  await tx
    .insertInto('api_token')
    .values({
      id: token.id,
      person: token.person,
      label: token.label,
      hash: token.hash,
      scopes: token.scopes.join(' '),
      created_at: token.createdAt,
      ends_at: token.endsAt,
      used_at: null,
      revoked_at: null,
    })
    .execute()
}

/** The token with this SHA-256 (hexadecimal), unless it was revoked or has ended at `now`. */
export async function tokenByHash(
  db: Db,
  hash: string,
  now: number,
): Promise<(ApiToken & { hash: string }) | undefined> {
  const row = await valid(db, now).where('hash', '=', hash).executeTakeFirst()
  return row && { ...toToken(row), hash: row.hash }
}

/** Every valid token of a person, the newest first. */
export async function tokensOf(db: Db, person: string, now: number): Promise<ApiToken[]> {
  const rows = await valid(db, now)
    .where('person', '=', person)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(toToken)
}

/** Every valid token, the newest first. */
export async function everyToken(db: Db, now: number): Promise<ApiToken[]> {
  const rows = await valid(db, now).orderBy('created_at', 'desc').orderBy('id').execute()
  return rows.map(toToken)
}

/** Writes down that a token is used. */
export async function touchToken(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('api_token').set({ used_at: now }).where('id', '=', id).execute()
}

/** Revokes the token of this person with this id; of anybody when `person` is undefined. Answers whether there was one. */
export async function revokeToken(
  tx: Tx,
  { id, person, now }: { id: string; person: string | undefined; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('api_token')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .$if(person !== undefined, (query) => query.where('person', '=', person ?? ''))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function valid(db: Db, now: number) {
  return db
    .selectFrom('api_token')
    .selectAll()
    .where('revoked_at', 'is', null)
    .where((is) => is.or([is('ends_at', 'is', null), is('ends_at', '>', now)]))
}

function toToken(row: {
  id: string
  person: string
  label: string
  scopes: string
  created_at: number
  used_at: number | null
  ends_at: number | null
}): ApiToken {
  return {
    id: row.id,
    person: row.person,
    label: row.label,
    scopes: readScopes(row.scopes),
    createdAt: row.created_at,
    usedAt: row.used_at,
    endsAt: row.ends_at,
  }
}
