import type { Selectable } from 'kysely'
import type { Db, Schema } from '../db/schema.ts'
import type { Device } from './device.ts'
import { toDevice } from './device-row.ts'

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

/** When the Kobo last called the reading services with a token of ours, in epoch ms; null when it never did. */
export async function servicesCalledAt(db: Db, id: string): Promise<number | null> {
  const row = await db
    .selectFrom('device')
    .select('services_at')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.services_at ?? null
}

async function withShelves(db: Db, rows: Selectable<Schema['device']>[]): Promise<Device[]> {
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
