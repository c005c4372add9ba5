import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { massRemoval } from '../errata/device-errata.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { addToShelf, shelvesOf } from '../shelves/shelf.store.ts'
import { record } from './facts.ts'
import { booksByMachine, countHeld } from './brake.store.ts'
import { shelvesLeftByMachine } from './brake.store.ts'

/** So many removals by a machine need no confirmation, and this part of what the device holds. */
const FEW = 5
const PART = 0.1

/**
 * Whether removals that a machine caused wait for a person: those since the last confirmation are more than a few. Raises the question
 * and takes it back.
 */
export async function isBraked(tx: Tx, home: Home, device: Device): Promise<boolean> {
  const books = (await booksByMachine(tx, device.id)).length
  const isOn = books > FEW && books > PART * (await countHeld(tx, device.id))
  if (isOn) await fileErratum(tx, massRemoval(device, books), randomId(home.random), home.now())
  else if (await openErratum(tx, 'mass-removal', device.id))
    await closeErrataAbout(tx, 'mass-removal', device.id, 'It is few books now.', home.now())
  return isOn
}

/**
 * A person answers: the books are to leave the Kobo with the next syncs, or they are put back on the shelves they were taken off. Throws
 * `Problem('conflict')` when such a shelf is gone.
 */
export async function answerBrake(
  tx: Tx,
  home: Home,
  device: Device,
  answer: 'remove' | 'keep',
): Promise<void> {
  const books = await booksByMachine(tx, device.id)
  if (answer === 'keep') await putBack(tx, home, device, books)
  await record(
    tx,
    home,
    device.id,
    books.map((book) => ({
      kind: answer === 'keep' ? 'shelved' : 'unshelved',
      book,
      cause: 'person',
    })),
  )
  const because = answer === 'keep' ? 'They stay.' : 'They leave.'
  await closeErrataAbout(tx, 'mass-removal', device.id, because, home.now())
}

async function putBack(tx: Tx, home: Home, device: Device, books: string[]): Promise<void> {
  const shelves = new Set((await shelvesOf(tx, device.person)).map(({ id }) => id))
  const left = await shelvesLeftByMachine(tx, device.id, books)
  for (const book of books) {
    const shelf = left.get(book)
    if (shelf === undefined || !shelves.has(shelf))
      throw new Problem(
        'conflict',
        'A shelf that they stood on is gone. Please put them on another one, and they stay.',
      )
    await addToShelf(tx, shelf, [book], home.now(), 'person')
  }
}
