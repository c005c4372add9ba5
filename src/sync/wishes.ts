import type { Device } from '../devices/device.ts'
import { deviceById } from '../devices/device.store.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { addToShelf, deleteShelf, removeFromShelf } from '../shelves/shelf.store.ts'
import { booksCarried, devicesCarrying, excludedBooks, setCarried } from './carried.store.ts'
import { record } from './facts.ts'
import { booksByMachine } from './brake.store.ts'
import { booksThere } from './holding.store.ts'

/** Who changed what should be on a device: a person, or a machine that must not empty a Kobo unasked. */
export type Cause = 'person' | 'machine'

/**
 * Puts books on a shelf and takes others off it. A book that thereby comes to a shelf of a Kobo on which the reader had removed
 * it is wanted there again.
 */
export async function shelve(
  tx: Tx,
  home: Home,
  change: { shelf: string; add: readonly string[]; remove: readonly string[]; cause: Cause },
): Promise<void> {
  const { shelf, add, remove, cause } = change
  const devices = await devicesCarrying(tx, shelf)
  await watchingExclusions(tx, home, devices, cause, async () => {
    if (remove.length > 0) await removeFromShelf(tx, shelf, [...remove])
    if (add.length > 0) await addToShelf(tx, shelf, [...add], home.now(), cause)
  })
  if (cause === 'machine') await noteRemovals(tx, home, { devices, shelf, books: remove })
  else await takeBackRemovals(tx, home, devices, add)
}

/** Says for each device that a machine took books off what it carries: many of them wait for a person. */
async function noteRemovals(
  tx: Tx,
  home: Home,
  removal: { devices: readonly string[]; shelf: string; books: readonly string[] },
): Promise<void> {
  const { devices, shelf, books } = removal
  for (const id of devices) {
    const device = await deviceById(tx, id)
    if (!device || books.length === 0) continue
    const carried = await booksCarried(tx, device, books)
    const known = await booksThere(tx, id, books)
    await record(
      tx,
      home,
      id,
      books
        .filter((book) => known.has(book) && !carried.has(book))
        .map((book) => ({ kind: 'unshelved', book, cause: 'machine', shelf })),
    )
  }
}

/** A person put books back that a machine had taken off: that was not confirmed, and is over. */
async function takeBackRemovals(
  tx: Tx,
  home: Home,
  devices: readonly string[],
  books: readonly string[],
): Promise<void> {
  for (const id of devices) {
    const taken = new Set(await booksByMachine(tx, id))
    await record(
      tx,
      home,
      id,
      books
        .filter((book) => taken.has(book))
        .map((book) => ({ kind: 'shelved', book, cause: 'person' })),
    )
  }
}

/** Deletes a shelf; its books stay in the library. */
export async function removeShelf(tx: Tx, shelf: string): Promise<void> {
  await deleteShelf(tx, shelf)
}

/** Says which shelves a Kobo carries: these, or every one of its person's, also future ones (null). */
export async function carry(
  tx: Tx,
  home: Home,
  device: Device,
  shelves: readonly string[] | null,
): Promise<void> {
  await watchingExclusions(tx, home, [device.id], 'person', () =>
    setCarried(tx, device.id, shelves === null ? null : [...shelves]),
  )
}

/** Records a return to the shelf for each removed book that `change` brings from absent to present on a carried shelf. */
async function watchingExclusions(
  tx: Tx,
  home: Home,
  devices: readonly string[],
  cause: Cause,
  change: () => Promise<void>,
): Promise<void> {
  const before = new Map<string, Set<string>>()
  for (const id of devices) {
    const device = await deviceById(tx, id)
    const removed = await excludedBooks(tx, id)
    if (device && removed.length > 0) before.set(id, await booksCarried(tx, device, removed))
  }
  await change()
  for (const [id, carried] of before) {
    const device = await deviceById(tx, id)
    if (!device) continue
    const removed = await excludedBooks(tx, id)
    const now = await booksCarried(tx, device, removed)
    const came = removed.filter((book) => now.has(book) && !carried.has(book))
    await record(
      tx,
      home,
      id,
      came.map((book) => ({ kind: 'shelved', book, cause })),
    )
  }
}
