import type { Device } from '../devices/device.ts'
import type { Home } from '../home.ts'
import { keepForetold } from './foretold.store.ts'
import type { Due } from './plan.ts'
import { rehearseSync, type Wish } from './rehearse.ts'
import type { Encode } from './words.ts'

/**
 * Does what somebody wants of a device, and answers what its next sync will do then. That is kept, so that the diary can say whether it
 * came true. Throws what the wish throws.
 */
export async function doAndForetell(
  home: Home,
  device: Device,
  encode: Encode,
  wish: Wish,
): Promise<Due[]> {
  await home.db.transact((tx) => wish(tx, home, device))
  const due = await rehearseSync(home, device, encode)
  const operations = due.map(({ operation }) => operation)
  await home.db.transact((tx) => keepForetold(tx, device.id, operations, home.now()))
  return due
}
