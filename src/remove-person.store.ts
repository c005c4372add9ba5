import type { Db, Tx } from './db/schema.ts'

/** How much of somebody's there is, where it can be counted without telling what they read. */
export async function countBelongings(
  db: Db,
  person: string,
): Promise<{ shelves: number; devices: string[]; tokens: number; brought: number }> {
  const shelves = await db.selectFrom('shelf').select('id').where('person', '=', person).execute()
  const devices = await db
    .selectFrom('device')
    .select('name')
    .where('person', '=', person)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const tokens = await db
    .selectFrom('api_token')
    .select('id')
    .where('person', '=', person)
    .where('revoked_at', 'is', null)
    .execute()
  const brought = await db
    .selectFrom('book')
    .select('id')
    .where('uploader', '=', person)
    .where('deleted_at', 'is', null)
    .execute()
  return {
    shelves: shelves.length,
    devices: devices.map(({ name }) => name),
    tokens: tokens.length,
    brought: brought.length,
  }
}

/** Everything by which somebody signs in or lets others in goes. */
export async function deleteWaysIn(tx: Tx, person: string): Promise<void> {
  await tx.deleteFrom('password').where('person', '=', person).execute()
  await tx.deleteFrom('web_session').where('person', '=', person).execute()
  await tx.deleteFrom('api_token').where('person', '=', person).execute()
  await tx.deleteFrom('invitation').where('inviter', '=', person).execute()
}

/**
 * Revokes the devices of somebody for good, and forgets what was on them: no address, key or token of theirs opens anything, and
 * nobody can let them in again. Their ids stay, so that they are never used again.
 */
export async function forgetDevices(tx: Tx, person: string, now: number): Promise<void> {
  const rows = await tx.selectFrom('device').select('id').where('person', '=', person).execute()
  const pairings = await tx
    .selectFrom('pairing')
    .select('id')
    .where('person', '=', person)
    .execute()
  const ids = rows.map(({ id }) => id)
  await tx
    .updateTable('device')
    .set({ name: '', hardware_id: null, carries_all: 0, services_at: null })
    .where('person', '=', person)
    .execute()
  await tx
    .updateTable('device')
    .set({ revoked_at: now })
    .where('person', '=', person)
    .where('revoked_at', 'is', null)
    .execute()
  for (const { id } of pairings) {
    await tx.deleteFrom('pairing_secret').where('pairing', '=', id).execute()
    await tx.deleteFrom('access_token').where('pairing', '=', id).execute()
  }
  for (const table of OF_DEVICES)
    for (const id of ids) await tx.deleteFrom(table).where('device', '=', id).execute()
}

/** Shelves, places, highlights, collections and stars of somebody go. Books stay in the library. */
export async function deleteBelongings(tx: Tx, person: string): Promise<void> {
  await tx.deleteFrom('shelf').where('person', '=', person).execute()
  await tx.deleteFrom('reading_state').where('person', '=', person).execute()
  await tx.deleteFrom('annotation_patch').where('person', '=', person).execute()
  await tx.deleteFrom('tag').where('person', '=', person).execute()
  await tx.deleteFrom('rating').where('person', '=', person).execute()
}

/** What needed this person's eye goes; what is about no device of theirs, such as a file that failed, needs the owner's. */
export async function passErrataOn(tx: Tx, person: string): Promise<void> {
  await tx
    .deleteFrom('erratum')
    .where('person', '=', person)
    .where('device', 'is not', null)
    .execute()
  await tx.updateTable('erratum').set({ person: null }).where('person', '=', person).execute()
}

/** The person is nobody from now on: without a name, which somebody else may take. */
export async function markRemoved(tx: Tx, person: string, now: number): Promise<void> {
  await tx
    .updateTable('person')
    // No name that somebody chooses has a line end in it.
    .set({ name: '', name_key: `\n${person}`, owner: 0, removed_at: now })
    .where('id', '=', person)
    .execute()
}

/** Tables about what is on a device, those that refer to others first. */
const OF_DEVICES = [
  'operation',
  'page',
  'device_shelf',
  'log',
  'holding',
  'sync_session',
  'foreign_removal',
  'download_watch',
  'base',
  'foretold',
  'audit',
  'due',
] as const
