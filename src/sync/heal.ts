import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { beginEpoch } from './epoch.ts'
import { record } from './facts.ts'
import { pairsOf } from './pair.store.ts'
import type { Pair } from './plan.ts'
import type { Wish } from './rehearse.ts'

/** How a book is sent again: announced as new at once, or removed first and offered when that was acknowledged. */
export type How = 'auto' | 'retract'

/** What can be done so that a device holds what it should again. */
export const HEALINGS = ['resend', 'retract', 'bring-back', 'reset-sync'] as const

export type Healing = (typeof HEALINGS)[number]

/** The wish that a healing is, of these books; a reset of the sync is of all of them. It throws what that healing throws. */
export function wishOf(healing: Healing, books: readonly string[]): Wish {
  switch (healing) {
    case 'resend':
      return (tx, home, device) => resend(tx, home, device, books, 'auto')
    case 'retract':
      return (tx, home, device) => retract(tx, home, device, books)
    case 'bring-back':
      return async (tx, home, device) => {
        for (const book of books) await bringBack(tx, home, device, book)
      }
    case 'reset-sync':
      return resetSync
    default:
      return healing satisfies never
  }
}

/**
 * Sends books of a device again, by the owner's consent: what is there of them is not relied on any more, and what was downloaded must be
 * downloaded again. A book that will be sent anyway is left as it is. Throws `Problem('not_found')` for a book that is not known, and
 * `Problem('conflict')` for one that the device does not carry or that its reader removed, and for a device that was revoked.
 */
export async function resend(
  tx: Tx,
  home: Home,
  device: Device,
  books: readonly string[],
  how: How,
): Promise<void> {
  if (how === 'retract') return retract(tx, home, device, books)
  const pairs = await carriedPairs(tx, home, device, books)
  const wanting = pairs.filter(({ holding }) => isThereOrMayBe(holding))
  await record(
    tx,
    home,
    device.id,
    wanting.map(({ book }) => ({ kind: 'consent', book })),
  )
}

/** Removes books from a device with the next sync and offers them again when it has acknowledged that. Throws as `resend`. */
export async function retract(
  tx: Tx,
  home: Home,
  device: Device,
  books: readonly string[],
): Promise<void> {
  const pairs = await carriedPairs(tx, home, device, books)
  await record(
    tx,
    home,
    device.id,
    pairs
      .filter(({ holding }) => holding.state !== 'none')
      .map(({ book }) => ({ kind: 'retract', book })),
  )
}

/** Sends everything that a device should hold again. What it had downloaded must be downloaded again. */
export async function resetSync(tx: Tx, home: Home, device: Device): Promise<void> {
  refuseRevoked(device)
  await beginEpoch(tx, home, device, { consent: true })
}

/** Brings a book back that its reader removed on the device. Throws `Problem('conflict')` when nobody removed it there. */
export async function bringBack(tx: Tx, home: Home, device: Device, book: string): Promise<void> {
  const [pair] = await knownPairs(tx, home, device, [book])
  if (!pair?.holding.excluded)
    throw new Problem('conflict', 'Nobody removed this book on the Kobo.')
  await record(tx, home, device.id, [{ kind: 'bring-back', book }])
}

function isThereOrMayBe({ state, file, consent }: Pair['holding']): boolean {
  return consent === null && (state === 'held' || (state === 'unsure' && file))
}

async function carriedPairs(
  tx: Tx,
  home: Home,
  device: Device,
  books: readonly string[],
): Promise<Pair[]> {
  const pairs = await knownPairs(tx, home, device, books)
  for (const { wanted, holding } of pairs) {
    if (holding.excluded)
      throw new Problem(
        'conflict',
        'Its reader removed this book on the Kobo. Bring it back instead.',
      )
    if (!wanted) throw new Problem('conflict', 'This book is on no shelf that the Kobo carries.')
  }
  return pairs
}

async function knownPairs(
  tx: Tx,
  home: Home,
  device: Device,
  books: readonly string[],
): Promise<Pair[]> {
  refuseRevoked(device)
  // What was noted counts: a book that the Kobo just told of is there.
  await record(tx, home, device.id, [])
  const ids = [...new Set(books)]
  const pairs = await pairsOf(tx, device, ids)
  if (pairs.length < ids.length) throw new Problem('not_found', 'There is no such book.')
  return pairs
}

function refuseRevoked({ revokedAt }: Device): void {
  if (revokedAt !== null) throw new Problem('conflict', 'This Kobo was revoked.')
}
