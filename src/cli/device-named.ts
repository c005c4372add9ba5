import { deviceById, devicesOf } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import { nameKey } from '../name-key.ts'
import { personIds } from '../people/person.store.ts'
import { Problem } from '../problem.ts'

/** Everybody's Kobos, for whoever may use this machine: the oldest account's first. */
export async function everyDevice(db: Db): Promise<Device[]> {
  const devices: Device[] = []
  for (const person of await personIds(db)) devices.push(...(await devicesOf(db, person)))
  return devices
}

/**
 * The Kobo with this id, or the only one with this name; of several, the only one that was not revoked. Throws `Problem`: `not_found`,
 * or `conflict` when the name says not which.
 */
export async function deviceNamed(db: Db, text: string): Promise<Device> {
  const byId = await deviceById(db, text)
  if (byId) return byId
  const named = (await everyDevice(db)).filter(({ name }) => nameKey(name) === nameKey(text))
  const inUse = named.filter(({ revokedAt }) => revokedAt === null)
  const [device, another] = inUse.length > 0 ? inUse : named
  if (!device)
    throw new Problem('not_found', `There is no device “${text}”. “device list” names them all.`)
  if (another)
    throw new Problem(
      'conflict',
      `Several devices are called “${text}”. Say its id, which “device list” tells.`,
    )
  return device
}
