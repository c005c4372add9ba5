import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { removedOnKobo } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { removeFromShelf } from '../shelves/shelf.store.ts'
import { record } from './facts.ts'
import { holdingOf } from './holding.store.ts'
import { titleOf } from './known-books.store.ts'
import { shelvesCarriedWith, shelvesOnlyCarriedBy } from './carried.store.ts'
import { readDelete } from './read-delete.ts'
import { shelve } from './wishes.ts'

/**
 * Records that the reader removed a book on the device (`DELETE /v1/library/{id}`). It ends the book's stay there and touches
 * nothing else, unless the device's policy says that the book is to leave the shelves only this device carries; of shelves that
 * others carry too its person is asked. The same DELETE again changes nothing. Durable when it resolves.
 */
export async function recordDelete(home: Home, device: Device, book: string): Promise<void> {
  await home.db.transact(async (tx) => {
    await record(tx, home, device.id, [])
    const fact = readDelete(await holdingOf(tx, device.id, book), device.onDelete)
    await record(tx, home, device.id, [{ ...fact, book }])
    if (device.onDelete === 'unshelve' && !fact.repeat) {
      for (const shelf of await shelvesOnlyCarriedBy(tx, device, book))
        await removeFromShelf(tx, shelf, [book])
      await askAboutShelves(tx, home, device, book)
    }
  })
}

/** The person's answer: the book leaves every shelf that the device carries, and so the devices that carry them too. */
export async function unshelveEverywhere(
  tx: Tx,
  home: Home,
  device: Device,
  book: string,
): Promise<void> {
  for (const { id } of await shelvesCarriedWith(tx, device, book))
    await shelve(tx, home, { shelf: id, add: [], remove: [book], cause: 'person' })
  await settleRemoval(tx, home, device, book, 'It left the shelves.')
}

/** Closes the question about a book that was removed on the device. */
export async function settleRemoval(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  book: string,
  because: string,
): Promise<void> {
  await closeErrataAbout(tx, 'removed-on-kobo', `${device.id} ${book}`, because, home.now())
}

async function askAboutShelves(tx: Tx, home: Home, device: Device, book: string): Promise<void> {
  const shelves = await shelvesCarriedWith(tx, device, book)
  if (shelves.length === 0) return
  const erratum = removedOnKobo(
    device,
    { id: book, title: await titleOf(tx, book) },
    shelves.map(({ name }) => name),
  )
  await fileErratum(tx, erratum, randomId(home.random), home.now())
}
