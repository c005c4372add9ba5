import type { Db, Tx } from '../db/schema.ts'

/**
 * The device that a token of ours was first seen with, and the newest generation of its pairing's address with which it came; undefined
 * while it was seen with none.
 */
export async function boundToken(
  db: Db,
  token: string,
): Promise<{ device: string; generation: number } | undefined> {
  const row = await db
    .selectFrom('access_token')
    .select(['device', 'generation'])
    .where('id', '=', token)
    .executeTakeFirst()
  return row && row.device !== null ? { device: row.device, generation: row.generation } : undefined
}

/** Notes that a token came together with a newer address of its pairing. */
export async function renewToken(tx: Tx, token: string, generation: number): Promise<void> {
  await tx.updateTable('access_token').set({ generation }).where('id', '=', token).execute()
}

/** Binds a token to a device, unless it is bound already. Tokens that the same device had before stay good. */
export async function bindToken(
  tx: Tx,
  token: { id: string; pairing: string; generation: number; issuedAt: number },
  device: string,
): Promise<void> {
  await tx
    .insertInto('access_token')
    .values({
      id: token.id,
      pairing: token.pairing,
      generation: token.generation,
      device,
      issued_at: token.issuedAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}
