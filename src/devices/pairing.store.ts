import type { Db, Tx } from '../db/schema.ts'
import type { Pairing } from './device.ts'

/** A pairing found by its secret. `hash` is the stored SHA-256 of that secret, hexadecimal. */
export type KnownPairing = Pairing & { hash: string }

/** The pairing whose secret has this hash, unless the secret was retired. */
export async function pairingBySecretHash(db: Db, hash: string): Promise<KnownPairing | undefined> {
  return await db
    .selectFrom('pairing_secret')
    .innerJoin('pairing', 'pairing.id', 'pairing_secret.pairing')
    .select(['pairing.id', 'pairing.person', 'pairing.generation', 'pairing_secret.hash'])
    .where('pairing_secret.hash', '=', hash)
    .where('pairing_secret.retired_at', 'is', null)
    .executeTakeFirst()
}

/** The pairing that a secret with this hash opened once, or still opens. */
export async function pairingOfAnySecret(
  db: Db,
  hash: string,
): Promise<(Pairing & { retired: boolean }) | undefined> {
  const row = await db
    .selectFrom('pairing_secret')
    .innerJoin('pairing', 'pairing.id', 'pairing_secret.pairing')
    .select(['pairing.id', 'pairing.person', 'pairing.generation', 'pairing_secret.retired_at'])
    .where('pairing_secret.hash', '=', hash)
    .executeTakeFirst()
  if (!row) return undefined
  const { retired_at: retiredAt, ...pairing } = row
  return { ...pairing, retired: retiredAt !== null }
}

/** The pairing with this id. */
export async function pairingById(db: Db, id: string): Promise<Pairing | undefined> {
  return await db
    .selectFrom('pairing')
    .select(['id', 'person', 'generation'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Adds a pairing without a secret. */
export async function insertPairing(tx: Tx, pairing: Pairing, now: number): Promise<void> {
  await tx
    .insertInto('pairing')
    .values({ ...pairing, created_at: now })
    .execute()
}

/** Writes down which generation of its secret a pairing is at. */
export async function setGeneration(tx: Tx, pairing: string, generation: number): Promise<void> {
  await tx.updateTable('pairing').set({ generation }).where('id', '=', pairing).execute()
}

/** Adds the hash of a secret. */
export async function insertSecret(
  tx: Tx,
  secret: { hash: string; pairing: string; generation: number },
  now: number,
): Promise<void> {
  await tx
    .insertInto('pairing_secret')
    .values({ ...secret, created_at: now, retired_at: null })
    .execute()
}

/** No secret that a pairing has had until now is good any longer. */
export async function retireSecrets(tx: Tx, pairing: string, now: number): Promise<void> {
  await tx
    .updateTable('pairing_secret')
    .set({ retired_at: now })
    .where('pairing', '=', pairing)
    .where('retired_at', 'is', null)
    .execute()
}

/** Whether a pairing had devices and all of them are revoked. */
export async function isRevoked(db: Db, pairing: string): Promise<boolean> {
  const rows = await db
    .selectFrom('device')
    .select('revoked_at')
    .where('pairing', '=', pairing)
    .execute()
  return rows.length > 0 && rows.every((row) => row.revoked_at !== null)
}
