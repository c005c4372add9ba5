import type { Db, Tx } from '../db/schema.ts'

/** The device that a token of ours was first seen with; undefined while it was seen with none. */
export async function boundDevice(db: Db, token: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('access_token')
    .select('device')
    .where('id', '=', token)
    .executeTakeFirst()
  return row?.device ?? undefined
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
