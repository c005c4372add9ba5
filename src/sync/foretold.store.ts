import { z } from 'zod'
import type { Db, Tx } from '../db/schema.ts'
import { lastSeq } from './log.store.ts'
import type { Foretold } from './log.ts'

/** After so long nobody looks whether it came true, in ms: ninety days. */
const OLD = 90 * 24 * 60 * 60_000

const Operations = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    z.array(
      z.object({ verb: z.enum(['new', 'file', 'metadata', 'removal', 'state']), book: z.string() }),
    ),
  )

/** Keeps what somebody was told that the next sync of a device will do, at this place of its log. */
export async function keepForetold(
  tx: Tx,
  device: string,
  operations: readonly Foretold[],
  now: number,
): Promise<void> {
  const text = JSON.stringify(operations.map(({ verb, book }) => ({ verb, book })))
  await tx
    .deleteFrom('foretold')
    .where('device', '=', device)
    .where('at', '<', now - OLD)
    .execute()
  await tx
    .insertInto('foretold')
    .values({ device, seq: await lastSeq(tx, device), at: now, operations: text })
    .onConflict((same) =>
      same.columns(['device', 'seq']).doUpdateSet({ at: now, operations: text }),
    )
    .execute()
}

/** What was foretold of a device from entry `from` of its log on and before entry `to`, the oldest first. */
export async function foretoldBetween(
  db: Db,
  device: string,
  from: number,
  to: number,
): Promise<{ seq: number; operations: Foretold[] }[]> {
  const rows = await db
    .selectFrom('foretold')
    .select(['seq', 'operations'])
    .where('device', '=', device)
    .where('seq', '>=', from)
    .where('seq', '<', to)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq, operations }) => ({ seq, operations: Operations.parse(operations) }))
}
