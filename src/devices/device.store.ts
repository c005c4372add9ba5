import type { Insertable, Selectable } from 'kysely'
import type { Db, Schema, Tx } from '../db/schema.ts'
import type { Device } from './device.ts'

type Row = Selectable<Schema['device']>

/** Every Kobo of a person, revoked ones included, the oldest first. */
export async function devicesOf(db: Db, person: string): Promise<Device[]> {
  return await withShelves(
    db,
    await db
      .selectFrom('device')
      .selectAll()
      .where('person', '=', person)
      .orderBy('created_at')
      .orderBy('id')
      .execute(),
  )
}

/** The ids of every Kobo, revoked ones included. */
export async function everyDevice(db: Db): Promise<string[]> {
  return (await db.selectFrom('device').select('id').execute()).map((row) => row.id)
}

/** The Kobo with this id, revoked or not. */
export async function deviceById(db: Db, id: string): Promise<Device | undefined> {
  const rows = await db.selectFrom('device').selectAll().where('id', '=', id).execute()
  return (await withShelves(db, rows)).at(0)
}

/** Every Kobo of a pairing, the oldest first: revoked ones too, unless no Kobo ever claimed them. */
export async function devicesOfPairing(db: Db, pairing: string): Promise<Device[]> {
  return await withShelves(
    db,
    await db
      .selectFrom('device')
      .selectAll()
      .where('pairing', '=', pairing)
      .where((is) => is.or([is('revoked_at', 'is', null), is('hardware_id', 'is not', null)]))
      .orderBy('created_at')
      .orderBy('id')
      .execute(),
  )
}

/** The Kobo of a person that sends this x-kobo-deviceid, revoked or not. */
export async function deviceByHardware(
  db: Db,
  person: string,
  hardwareId: string,
): Promise<Device | undefined> {
  const rows = await db
    .selectFrom('device')
    .selectAll()
    .where('person', '=', person)
    .where('hardware_id', '=', hardwareId)
    .execute()
  return (await withShelves(db, rows)).at(0)
}

/** The Kobo that sends this x-kobo-deviceid, whoever it belongs to: of several the one that was seen last, and none that is revoked. */
export async function deviceLastSeenWith(db: Db, hardwareId: string): Promise<Device | undefined> {
  const rows = await db
    .selectFrom('device')
    .selectAll()
    .where('hardware_id', '=', hardwareId)
    .where('revoked_at', 'is', null)
    .orderBy('last_seen_at', 'desc')
    .limit(1)
    .execute()
  return (await withShelves(db, rows)).at(0)
}

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

/** When the Kobo last called the reading services with a token of ours, in epoch ms; null when it never did. */
export async function servicesCalledAt(db: Db, id: string): Promise<number | null> {
  const row = await db
    .selectFrom('device')
    .select('services_at')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.services_at ?? null
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

async function withShelves(db: Db, rows: Row[]): Promise<Device[]> {
  const choosing = rows.filter((row) => row.carries_all === 0).map((row) => row.id)
  const chosen =
    choosing.length === 0
      ? []
      : await db
          .selectFrom('device_shelf')
          .selectAll()
          .where('device', 'in', choosing)
          .orderBy('shelf')
          .execute()
  return rows.map((row) =>
    toDevice(
      row,
      chosen.filter((choice) => choice.device === row.id).map((choice) => choice.shelf),
    ),
  )
}

function toDevice(row: Row, shelves: string[]): Device {
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

function toRow(device: Device): Insertable<Schema['device']> {
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
