import type { Db, Tx } from './db/schema.ts'
import type { Device } from './devices/device.ts'
import { changeDevice, restoreDevice, revokeDevice } from './devices/change-device.store.ts'
import { pair, regenerate } from './devices/pairing.ts'
import { makeFirstShelf } from './first-shelf.ts'
import type { Home } from './home.ts'
import { ownDevice } from './own-device.ts'
import type { Person } from './people/person.ts'
import { Problem } from './problem.ts'
import { shelvesOf } from './shelves/shelf.store.ts'
import { tellLibrary } from './sync/answer-amnesia.ts'
import { carry } from './sync/wishes.ts'

/** What a person may change of a Kobo of theirs. `shelves` are ids; null is every shelf, also future ones. */
export type DeviceChanges = {
  name?: string | undefined
  shelves?: string[] | null | undefined
  paused?: boolean | undefined
  onDelete?: Device['onDelete'] | undefined
}

/**
 * Makes an address for another Kobo of a person; `first`: it carries their first shelf as well, which is made. Its secret is told here
 * and never again. Throws `Problem('not_found')` for shelves of others, and then nothing is made.
 */
export async function connectDevice(
  home: Home,
  person: Person,
  { name, shelves, first = false }: { name: string; shelves: string[] | null; first?: boolean },
): Promise<{ device: Device; secret: string }> {
  const now = home.now()
  return await home.db.transact(async (tx) => {
    await refuseForeignShelves(tx, person, shelves)
    const made = first ? await makeFirstShelf(tx, home, person) : undefined
    const carried = shelves && made !== undefined ? [...new Set([...shelves, made])] : shelves
    return pair(tx, { person: person.id, name, shelves: carried, now, random: home.random })
  })
}

/** Changes a Kobo of a person, and what it carries. Throws `Problem('not_found')` for one or for shelves of others. */
export async function changeOwnDevice(
  home: Home,
  person: Person,
  id: string,
  { shelves, name, paused, onDelete }: DeviceChanges,
): Promise<Device> {
  return await home.db.transact(async (tx) => {
    const before = await ownDevice(tx, person, id)
    await changeDevice(tx, id, {
      ...(name !== undefined && { name }),
      ...(paused !== undefined && { paused }),
      ...(onDelete !== undefined && { onDelete }),
    })
    if (shelves !== undefined) {
      await refuseForeignShelves(tx, person, shelves)
      await carry(tx, home, before, shelves)
    }
    return ownDevice(tx, person, id)
  })
}

/**
 * Gives a Kobo of a person another address; the one before stops working. What is known of its library is said with it, since a reset
 * takes the address away. The secret is told here and never again.
 */
export async function readdress(
  home: Home,
  person: Person,
  id: string,
  library: 'kept' | 'empty' | 'unknown',
): Promise<{ device: Device; secret: string }> {
  const now = home.now()
  return await home.db.transact(async (tx) => {
    const device = await ownDevice(tx, person, id)
    if (library !== 'unknown') await tellLibrary(tx, home, device, library)
    const secret = await regenerate(tx, { pairing: device.pairing, now, random: home.random })
    return { device, secret }
  })
}

/** Turns a Kobo of a person away from now on; what is known of it is kept. */
export async function revokeOwn(home: Home, person: Person, id: string): Promise<void> {
  const now = home.now()
  await onOwn(home, person, id, (tx) => revokeDevice(tx, id, now))
}

/** Lets a Kobo of a person in again that was revoked. */
export async function restoreOwn(home: Home, person: Person, id: string): Promise<Device> {
  return await onOwn(home, person, id, async (tx) => {
    await restoreDevice(tx, id)
    return ownDevice(tx, person, id)
  })
}

async function onOwn<Done>(
  home: Home,
  person: Person,
  id: string,
  work: (tx: Tx) => Promise<Done>,
): Promise<Done> {
  return await home.db.transact(async (tx) => {
    await ownDevice(tx, person, id)
    return work(tx)
  })
}

async function refuseForeignShelves(
  db: Db,
  person: Person,
  shelves: string[] | null,
): Promise<void> {
  if (shelves === null) return
  const own = new Set((await shelvesOf(db, person.id)).map((shelf) => shelf.id))
  const foreign = shelves.find((shelf) => !own.has(shelf))
  if (foreign !== undefined)
    throw new Problem('not_found', `You have no shelf with the id “${foreign}”.`)
}
