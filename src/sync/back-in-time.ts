import { deviceById, everyDevice } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { goneBackInTime } from '../errata/device-errata.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { replaceSetting } from '../setting.store.ts'
import { devicesInDoubt, refold } from './holding.store.ts'
import { record } from './facts.ts'
import { everyBook } from './known-books.store.ts'
import { duePairs } from './due.store.ts'
import { isInQuestion } from './plan.ts'

/**
 * Says that this library was put back in time, for instance from a backup: the ledger gets another name, and of no book on any device
 * is it known whether it is there. A device whose token this past still knows could not tell by itself. The library must be opened anew
 * afterwards, for the old name of the ledger is read at the opening. Returns the new name.
 */
export async function renewLedger(home: Home): Promise<string> {
  const ledger = home.random(16).toString('base64url')
  await home.db.transact(async (tx) => {
    await replaceSetting(tx, 'ledger', ledger)
    const books = await everyBook(tx)
    for (const device of await everyDevice(tx)) {
      await record(tx, home, device, [{ kind: 'rolled-back', page: null, was: home.ledger }])
      await refold(tx, device, books)
      await keepQuestion(tx, home, device)
    }
  })
  return ledger
}

/**
 * Asks, or asks no more, about the books of which nobody can tell whether they are on a device since it or the library went back in
 * time. The question follows from what the ledger says, and is open whenever such a book is wanted.
 */
export async function keepQuestion(tx: Tx, home: Home, id: string): Promise<void> {
  const device = await deviceById(tx, id)
  if (!device) return
  await tellQuestion(tx, home, device, (await duePairs(tx, device)).some(isInQuestion))
}

/** The same, where it is known whether there is such a book. */
export async function tellQuestion(
  tx: Tx,
  home: Home,
  device: Device,
  isOpen: boolean,
): Promise<void> {
  const now = home.now()
  if (isOpen) await fileErratum(tx, goneBackInTime(device), randomId(home.random), now)
  else if (await openErratum(tx, 'gone-back-in-time', device.id))
    await closeErrataAbout(tx, 'gone-back-in-time', device.id, 'It is settled.', now)
}

/** Brings the questions of every device up to what the ledger says. */
export async function reviewQuestions(home: Home): Promise<void> {
  for (const device of await devicesInDoubt(home.db.read))
    await home.db.transact((tx) => keepQuestion(tx, home, device))
}
