import type { Tx } from '../db/schema.ts'

/** A kind of request that we do not know. */
export type UnknownKind = { method: string; shape: string; firmware: string }

/** Writes a kind down, once, unless `limit` kinds are known already. */
export async function recordUnknown(
  tx: Tx,
  kind: UnknownKind,
  now: number,
  limit: number,
): Promise<void> {
  const { kinds } = await tx
    .selectFrom('unknown_request')
    .select((expression) => expression.fn.countAll<number>().as('kinds'))
    .executeTakeFirstOrThrow()
  if (kinds >= limit) return
  await tx
    .insertInto('unknown_request')
    .values({ ...kind, first_at: now })
    .onConflict((conflict) => conflict.columns(['method', 'shape', 'firmware']).doNothing())
    .execute()
}
