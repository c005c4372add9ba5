import type { Device } from '../devices/device.ts'
import type { Home } from '../home.ts'
import { noteFact, noteList as noteWholeList } from './facts.ts'
import { presenceOf, type Presence } from './inventory.store.ts'
import { recentKinds, wereEverListed } from './inventory.store.ts'

/** A list that follows a reading state this closely is about the book that was just opened or closed, in ms. */
const READING = 30_000

/** What a list tells of a book: it is there; or an inventory lacks it that used to name it. */
type ListFact = { kind: 'listed' | 'unlisted'; book: string }

/** When a list arrived, and what the device did before. */
export type ListContext = {
  /** It came after the last page of a completed library sync. */
  afterSync: boolean
  /** A reading state came shortly before. */
  whileReading: boolean
}

/**
 * What a list of books (`checkforchanges`) tells: that these are there, and, if it counts as an inventory, that others it used to
 * name are not. Only what is news is told, for a device lists all its books at every sync. Pure.
 */
export function readList(
  names: readonly string[],
  holdings: ReadonlyMap<string, Presence>,
  context: ListContext,
): { facts: ListFact[]; inventory: boolean } {
  const named = new Set(names)
  const facts: ListFact[] = []
  for (const book of named) {
    const holding = holdings.get(book)
    const isNews = !(holding?.state === 'held' && holding.file && holding.listed)
    if (isNews) facts.push({ kind: 'listed', book })
  }
  const listed = [...holdings].filter(([, holding]) => holding.listed).map(([book]) => book)
  const isInventory =
    context.afterSync &&
    !context.whileReading &&
    (named.size >= 2 || listed.every((book) => named.has(book)))
  if (isInventory)
    for (const book of listed) if (!named.has(book)) facts.push({ kind: 'unlisted', book })
  return { facts, inventory: isInventory }
}

/**
 * Notes what a list tells that a device sent with a token of ours. `names` are entitlement ids, books of others among them.
 * Writes nothing by itself, and the usual list tells nothing new.
 */
export async function noteList(
  home: Home,
  device: Pick<Device, 'id'>,
  names: readonly string[],
): Promise<void> {
  const recent = await recentKinds(home.db.read, device.id)
  const state = recent.find((entry) => entry.kind === 'state')
  const context = {
    afterSync:
      recent.find((entry) => entry.kind === 'complete' || entry.kind === 'session')?.kind ===
      'complete',
    whileReading: state !== undefined && home.now() - state.at < READING,
  }
  const presence = await presenceOf(home.db.read, device.id)
  const { facts, inventory } = readList(names, presence, context)
  const known = await wereEverListed(home.db.read, device.id, names)
  // One name is a whole list only when that is all that was ever listed.
  noteWholeList(home, device, { inventory: inventory && (names.length > 1 || known), known })
  for (const { book, kind } of facts) noteFact(home, device, book, { kind })
}
