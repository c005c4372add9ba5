import type { Tx } from '../db/schema.ts'

/** A book that is not ours, by its id on the wire, and when a Kobo told that its reader removed it (epoch ms). */
export type ForeignRemoval = { device: string; content: string; at: number }

/** Keeps a removal: the newest of each book, of at most `limit` books for each device. */
export async function recordForeignRemoval(
  tx: Tx,
  removal: ForeignRemoval,
  limit: number,
): Promise<void> {
  const { at, device } = removal
  const { kept } = await tx
    .selectFrom('foreign_removal')
    .select((expression) => expression.fn.countAll<number>().as('kept'))
    .where('device', '=', device)
    .executeTakeFirstOrThrow()
  if (kept >= limit) return
  await tx
    .insertInto('foreign_removal')
    .values(removal)
    .onConflict((conflict) => conflict.columns(['device', 'content']).doUpdateSet({ at }))
    .execute()
}
