import type { BookEntry } from './book-entry.ts'
import type { Base, BookFact, Mark, Operation, SweepingFact } from './log.ts'

/** A page of a device. `returned`: the first return of its token. `stranger`: it was given to a caller that did not say who it is. */
export type PageRecord = Mark & {
  id: string
  parent: string | null
  returned: Mark | null
  stranger: boolean
}

/** What of a device's log bears on all its books. Everything is in the order of the log. */
export type DeviceRecord = {
  pages: readonly PageRecord[]
  sweeping: readonly (Mark & SweepingFact)[]
  sessions: readonly Mark[]
  /** The page whose token counts as returned; null when none does. */
  head: string | null
  /** The place of the page whose token came back last; 0 when none ever did. */
  newest: number
  /** Entries from here on are not judged yet, and are left alone. */
  limit: number
}

/** An operation with the page that told it. */
export type ToldOperation = Mark & { page: string; ordinal: number; operation: Operation }

/** What of a device's log is about one book. Everything is in the order of the log. */
export type BookRecord = {
  base: (Mark & Base) | null
  facts: readonly (Mark & BookFact)[]
  operations: readonly ToldOperation[]
}

/**
 * One way in which a book's operations can be acknowledged: pages of it that are on the chain, pages of it whose token came back at some
 * time, and from where on proof speaks about the time after each removal on the chain.
 */
export type World = {
  acknowledged: ReadonlySet<string>
  taken: ReadonlySet<string>
  settled: ReadonlyMap<string, Mark>
}

/**
 * Every way in which these operations of a book may be acknowledged, now or later: by no token at all, by each that ever came back, and by
 * each that still may, which may be lost again. A page that was left behind, with a later one taken, is never taken itself.
 */
export function worldsOf(device: DeviceRecord, operations: readonly ToldOperation[]): World[] {
  const own = pagesOf(operations)
  const coming = device.pages.filter((page) => own.has(page.id) && mayReturn(device, page))
  const worlds = [forgotten(device, own)]
  for (const [page, world] of worldsByPage(device, operations))
    if (mayReturn(device, page)) worlds.push(world)
  const later = worlds.map((world) => ({
    ...world,
    taken: new Set([...world.taken, ...coming.map(({ id }) => id)]),
  }))
  return [...new Map([...worlds, ...later].map((world) => [keyOf(world), world])).values()]
}

/** The way in which they are acknowledged today. */
export function presentWorld(device: DeviceRecord, operations: readonly ToldOperation[]): World {
  for (const [page, world] of worldsByPage(device, operations))
    if (page.id === device.head) return world
  return forgotten(device, pagesOf(operations))
}

/** No token counts, as after one that was lost. */
function forgotten(device: DeviceRecord, own: ReadonlySet<string>): World {
  const taken = device.pages.filter(({ id, returned }) => returned !== null && own.has(id))
  return { acknowledged: new Set(), taken: new Set(taken.map(({ id }) => id)), settled: new Map() }
}

function pagesOf(operations: readonly ToldOperation[]): Set<string> {
  return new Set(operations.map(({ page }) => page))
}

/** A book's entries as the fold takes them, each with what it stands for. */
export type Item = { entry: BookEntry; of: BookRecord['facts'][number] | ToldOperation | null }

/** The entries that bear on a book in one of its worlds. */
export function itemsIn(world: World, device: DeviceRecord, book: BookRecord): Item[] {
  const { base, facts, operations } = book
  const items: Item[] = [
    ...facts.map((fact) => ({ entry: fact, of: fact })),
    ...operations.map((told) => ({ entry: operationEntry(world, device, told), of: told })),
    // A base goes after what stands in its place.
    ...(base === null ? [] : [{ entry: base, of: null }]),
    ...device.sweeping.map((entry) => ({ entry, of: null })),
  ]
  return items.sort((one, other) => one.entry.seq - other.entry.seq)
}

function mayReturn(device: DeviceRecord, page: PageRecord): boolean {
  return !page.stranger && (page.returned !== null || page.seq > device.newest)
}

function worldsByPage(
  device: DeviceRecord,
  operations: readonly ToldOperation[],
): Map<PageRecord, World> {
  const own = pagesOf(operations)
  const none = forgotten(device, own)
  const removals = new Set(
    operations.filter(({ operation }) => operation.verb === 'removal').map(({ page }) => page),
  )
  const byId = new Map<string, World>()
  const worlds = new Map<PageRecord, World>()
  for (const page of device.pages) {
    const world = worldOver(byId.get(page.parent ?? '') ?? none, page, own, removals)
    byId.set(page.id, world)
    worlds.set(page, world)
  }
  return worlds
}

/** The world of a chain, from that of the chain below its last page. Most pages change nothing. */
function worldOver(
  below: World,
  { id, returned }: PageRecord,
  own: ReadonlySet<string>,
  removals: ReadonlySet<string>,
): World {
  const acknowledged = own.has(id) ? new Set([...below.acknowledged, id]) : below.acknowledged
  const taken = own.has(id) ? new Set([...below.taken, id]) : below.taken
  if (returned === null) return own.has(id) ? { ...below, acknowledged, taken } : below
  const earlier = [...acknowledged].filter(
    (page) => removals.has(page) && (below.settled.get(page)?.seq ?? Infinity) > returned.seq,
  )
  if (earlier.length === 0 && !own.has(id)) return below
  const settled = new Map(below.settled)
  for (const page of earlier) settled.set(page, returned)
  return { acknowledged, taken, settled }
}

function keyOf({ acknowledged, taken, settled }: World): string {
  const marks = [...settled].map(([page, { seq }]) => [page, seq])
  return JSON.stringify([[...acknowledged], [...taken].toSorted(), marks])
}

function operationEntry(world: World, device: DeviceRecord, told: ToldOperation): BookEntry {
  const { seq, at, operation, page } = told
  const acknowledged = world.acknowledged.has(page)
  const settled =
    operation.verb !== 'removal'
      ? null
      : acknowledged
        ? (world.settled.get(page) ?? null)
        : (device.sessions.find((session) => session.seq > seq) ?? null)
  const taken = world.taken.has(page)
  return { seq, at, kind: 'operation', operation, acknowledged, taken, settled }
}
