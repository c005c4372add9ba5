import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { removeFromShelf } from '../shelves/shelf.store.ts'
import { record } from './facts.ts'
import { holdingOf } from './holding.store.ts'
import { shelvesOnlyCarriedBy } from './carried.store.ts'

/**
 * Records that the reader removed a book on the device (`DELETE /v1/library/{id}`). It ends the book's stay there and touches
 * nothing else, unless the device's policy says that the book is to leave the shelves only this device carries. The same DELETE
 * again changes nothing. Durable when it resolves.
 */
export async function recordDelete(home: Home, device: Device, book: string): Promise<void> {
  await home.db.transact(async (tx) => {
    await record(tx, home, device.id, [])
    const holding = await holdingOf(tx, device.id, book)
    const repeat = holding.state === 'none' && holding.deleted
    const exclude = device.onDelete !== 'bring-back'
    await record(tx, home, device.id, [{ kind: 'delete', book, repeat, exclude }])
    if (device.onDelete === 'unshelve' && !repeat) await unshelve(tx, device, book)
  })
}

async function unshelve(tx: Tx, device: Device, book: string): Promise<void> {
  for (const shelf of await shelvesOnlyCarriedBy(tx, device, book))
    await removeFromShelf(tx, shelf, [book])
}
