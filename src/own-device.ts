import type { Db } from './db/schema.ts'
import type { Device } from './devices/device.ts'
import { deviceById } from './devices/device.store.ts'
import type { Person } from './people/person.ts'
import { isTheirs } from './people/rules.ts'
import { Problem } from './problem.ts'

/** The device with this id. Throws `Problem('not_found')` unless it is theirs. */
export async function ownDevice(db: Db, person: Person, id: string): Promise<Device> {
  const device = await deviceById(db, id)
  if (!device || !isTheirs(person, device))
    throw new Problem('not_found', 'You have no device with that id.')
  return device
}
