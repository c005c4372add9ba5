import type { Device } from '../devices/device.ts'
import { closeErrataAbout } from '../errata/errata.store.ts'
import { toldErrata } from '../errata/find-errata.store.ts'
import type { Erratum } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { shelvesCarriedWith } from '../sync/carried.store.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { duePairs } from '../sync/due.store.ts'
import { isInQuestion } from '../sync/plan.ts'

/** Closes questions about a device that answered themselves: nothing is left of what they ask. */
export async function watchQuestions(home: Home, device: Device): Promise<void> {
  const db = home.db.read
  for (const erratum of await toldErrata(db, { kind: 'removed-on-kobo', device: device.id }))
    if (device.revokedAt !== null || !(await isOpenRemoval(home, device, erratum)))
      await settle(home, erratum, 'It is off the shelves, or back on this Kobo.')
  for (const erratum of await toldErrata(db, { kind: 'gone-back-in-time', device: device.id }))
    if (!(await duePairs(db, device)).some(isInQuestion))
      await settle(home, erratum, 'Of every book it is known again.')
}

/** The book is still kept off this device, and still on shelves that it carries. */
async function isOpenRemoval(home: Home, device: Device, { book }: Erratum): Promise<boolean> {
  if (book === null || !(await holdingOf(home.db.read, device.id, book)).excluded) return false
  return (await shelvesCarriedWith(home.db.read, device, book)).length > 0
}

async function settle(home: Home, { kind, subject }: Erratum, because: string): Promise<void> {
  await home.db.transact((tx) => closeErrataAbout(tx, kind, subject, because, home.now()))
}
