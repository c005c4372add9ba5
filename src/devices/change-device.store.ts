import type { Tx } from '../db/schema.ts'
import type { Device } from './device.ts'
import { toRow } from './device-row.ts'

/** Adds a Kobo. Its shelves must exist. */
export async function insertDevice(tx: Tx, device: Device): Promise<void> {
  await tx.insertInto('device').values(toRow(device)).execute()
  const shelves = [...new Set(device.shelves)]
  if (shelves.length > 0)
    await tx
      .insertInto('device_shelf')
      .values(shelves.map((shelf) => ({ device: device.id, shelf })))
      .execute()
}

/** What its owner may change of a Kobo without touching what it carries. */
export async function changeDevice(
  tx: Tx,
  id: string,
  changes: { name?: string; paused?: boolean; onDelete?: Device['onDelete'] },
): Promise<void> {
  const columns = {
    ...(changes.name !== undefined && { name: changes.name }),
    ...(changes.paused !== undefined && { paused: changes.paused ? (1 as const) : (0 as const) }),
    ...(changes.onDelete !== undefined && { on_delete: changes.onDelete }),
  }
  if (Object.keys(columns).length > 0)
    await tx.updateTable('device').set(columns).where('id', '=', id).execute()
}

/** Writes what the Kobo's own headers say, and where it belongs. */
export async function recordSeen(
  tx: Tx,
  device: Pick<
    Device,
    'id' | 'pairing' | 'hardwareId' | 'model' | 'firmware' | 'platform' | 'lastSeenAt' | 'revokedAt'
  >,
): Promise<void> {
  await tx
    .updateTable('device')
    .set({
      pairing: device.pairing,
      hardware_id: device.hardwareId,
      model: device.model,
      firmware: device.firmware,
      platform: device.platform,
      last_seen_at: device.lastSeenAt,
      revoked_at: device.revokedAt,
    })
    .where('id', '=', device.id)
    .execute()
}

/** Writes down that the Kobo called the reading services with a token of ours. */
export async function recordServicesCall(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('device').set({ services_at: now }).where('id', '=', id).execute()
}

/** Turns a Kobo away from now on. Its ledger is kept. */
export async function revokeDevice(tx: Tx, id: string, now: number): Promise<void> {
  await tx
    .updateTable('device')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Lets a revoked Kobo in again. */
export async function restoreDevice(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('device').set({ revoked_at: null }).where('id', '=', id).execute()
}
