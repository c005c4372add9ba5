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
 * One way in which a book's operations can be acknowledged: pages of it that are on the chain, and from where on proof speaks about the
 * time after each removal on it.
 */
export type World = {
  acknowledged: ReadonlySet<string>
  settled: ReadonlyMap<string, Mark>
}

const NOTHING: World = { acknowledged: new Set(), settled: new Map() }

/**
 * Every way in which these operations of a book may be acknowledged, now or later: by no token at all, by each that ever came back, and by
 * each that still may. A page that was left behind, with a later one taken, is never taken itself.
 */
export function worldsOf(device: DeviceRecord, operations: readonly ToldOperation[]): World[] {
  const worlds = new Set([NOTHING])
  for (const [page, world] of worldsByPage(device, operations))
    if (mayReturn(device, page)) worlds.add(world)
  return [...new Map([...worlds].map((world) => [keyOf(world), world])).values()]
}

/** The way in which they are acknowledged today. */
export function presentWorld(device: DeviceRecord, operations: readonly ToldOperation[]): World {
  for (const [page, world] of worldsByPage(device, operations))
    if (page.id === device.head) return world
  return NOTHING
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
  const own = new Set(operations.map(({ page }) => page))
  const removals = new Set(
    operations.filter(({ operation }) => operation.verb === 'removal').map(({ page }) => page),
  )
  const byId = new Map<string, World>()
  const worlds = new Map<PageRecord, World>()
  for (const page of device.pages) {
    const world = worldOver(byId.get(page.parent ?? '') ?? NOTHING, page, own, removals)
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
  if (returned === null) return own.has(id) ? { acknowledged, settled: below.settled } : below
  const earlier = [...acknowledged].filter(
    (page) => removals.has(page) && (below.settled.get(page)?.seq ?? Infinity) > returned.seq,
  )
  if (earlier.length === 0 && !own.has(id)) return below
  const settled = new Map(below.settled)
  for (const page of earlier) settled.set(page, returned)
  return { acknowledged, settled }
}

function keyOf({ acknowledged, settled }: World): string {
  return JSON.stringify([[...acknowledged], [...settled].map(([page, { seq }]) => [page, seq])])
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
  return { seq, at, kind: 'operation', operation, acknowledged, settled }
}
