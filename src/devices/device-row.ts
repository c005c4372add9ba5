import type { Insertable, Selectable } from 'kysely'
import type { Schema } from '../db/schema.ts'
import type { Device } from './device.ts'

/** The Kobo that a row tells of. `shelves`: the ids of those that it carries, where it does not carry all. */
export function toDevice(row: Selectable<Schema['device']>, shelves: string[]): Device {
  return {
    id: row.id,
    person: row.person,
    pairing: row.pairing,
    name: row.name,
    hardwareId: row.hardware_id,
    model: row.model,
    firmware: row.firmware,
    platform: row.platform,
    shelves: row.carries_all === 1 ? null : shelves,
    paused: row.paused === 1,
    onDelete: row.on_delete,
    mediaNumber: row.media_number,
    onePage: row.one_page === 1,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    revokedAt: row.revoked_at,
  }
}

/** The row that keeps a Kobo; the shelves that it carries are rows of their own. */
export function toRow(device: Device): Insertable<Schema['device']> {
  return {
    id: device.id,
    person: device.person,
    pairing: device.pairing,
    name: device.name,
    hardware_id: device.hardwareId,
    model: device.model,
    firmware: device.firmware,
    platform: device.platform,
    carries_all: device.shelves === null ? 1 : 0,
    paused: device.paused ? 1 : 0,
    on_delete: device.onDelete,
    media_number: device.mediaNumber,
    one_page: device.onePage ? 1 : 0,
    created_at: device.createdAt,
    last_seen_at: device.lastSeenAt,
    revoked_at: device.revokedAt,
  }
}
