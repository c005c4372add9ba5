import { sql } from 'kysely'
import type { Tx } from '../db/schema.ts'

/** So often a device may fail to advance its token before it gets one page per sync. */
const PINS = 2

/** Notes a session in which the device sent one token three times although every answer had reached it. */
export async function notePin(tx: Tx, device: string): Promise<void> {
  await tx
    .updateTable('device')
    .set({
      pins: sql`pins + 1`,
      one_page: sql`case when pins + 1 >= ${PINS} then 1 else one_page end`,
    })
    .where('id', '=', device)
    .execute()
}

/** Raises the number of a device's media keys, so that downloads are told apart from earlier ones. Returns the new number. */
export async function raiseMediaNumber(tx: Tx, device: string): Promise<number> {
  const row = await tx
    .updateTable('device')
    .set({ media_number: sql`media_number + 1` })
    .where('id', '=', device)
    .returning('media_number')
    .executeTakeFirstOrThrow()
  return row.media_number
}
