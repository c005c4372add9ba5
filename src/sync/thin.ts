import { foldStay } from './fold.ts'
import type { BookFact, Mark } from './log.ts'
import type { Stay } from './stay.ts'
import { chainOf } from './replay.ts'
import {
  itemsIn,
  worldsOf,
  type BookRecord,
  type DeviceRecord,
  type Item,
  type ToldOperation,
} from './worlds.ts'

/** What of a book's entries may go. */
export type Thinned = { facts: (Mark & BookFact)[]; operations: ToldOperation[] }

/** Of each kind of evidence about a book the first and the newest of these many are kept. */
const NEWEST = 7

const EVIDENCE: ReadonlySet<string> = new Set<BookFact['kind']>([
  'metadata-asked',
  'cover-asked',
  'tagged',
  'annotations-asked',
  'download-begun',
  'download-completed',
  'download-cut',
  'state',
  'annotation',
  'listed',
  'unlisted',
  'missed',
])

/** Whether a fact is evidence of what is on the device, of which there is much, and not somebody's wish. */
export function isEvidence(fact: BookFact): boolean {
  return EVIDENCE.has(fact.kind)
}

/**
 * Which entries about a book may go, because without them its holding is the same: now, after any token that ever came or still may,
 * and after whatever is told from now on. Evidence of a kind of which the first and the newest seven stay, and operations of pages that were left
 * behind. What a device that is put back in time would find stays the same too, but for the revisions that it displays, of which
 * one may be told once more.
 */
export function thinBook(device: DeviceRecord, book: BookRecord): Thinned {
  const candidates = [...repeatedEvidence(device, book), ...abandonedOperations(device, book)]
  if (candidates.length === 0) return { facts: [], operations: [] }
  const pasts = pastsOf(device).flatMap((past) =>
    worldsOf(past, book.operations).map((world) => {
      const items = itemsIn(world, past, book)
      return { items, limit: past.limit, stays: staysOf(items, past.limit) }
    }),
  )
  const gone = droppable(candidates, (some) =>
    pasts.every(({ items, stays, limit }) => isSame(items, stays, some, limit)),
  )
  return {
    facts: book.facts.filter((fact) => gone.has(fact)),
    operations: book.operations.filter((told) => gone.has(told)),
  }
}

type Source = NonNullable<Item['of']>

/**
 * The device as it is, and as it is when it is put back in time to before an epoch was concluded that begins earlier: then that epoch is void
 * while what came after its beginning is not.
 */
function pastsOf(device: DeviceRecord): DeviceRecord[] {
  const late = device.sweeping.filter((entry) => entry.kind === 'epoch' && entry.from < entry.seq)
  return [
    device,
    ...late.map(({ seq }) => ({
      ...device,
      sweeping: device.sweeping.filter((entry) => entry.kind !== 'epoch' || entry.seq < seq),
      limit: Infinity,
    })),
  ]
}

function repeatedEvidence(device: DeviceRecord, { facts }: BookRecord): Source[] {
  const byKind = new Map<string, (Mark & BookFact)[]>()
  for (const fact of facts)
    if (isEvidence(fact) && fact.seq < device.limit)
      byKind.set(fact.kind, [...(byKind.get(fact.kind) ?? []), fact])
  return [...byKind.values()].flatMap((some) => some.slice(1, -NEWEST))
}

/** Of pages that were left behind, and that nobody can return any more. */
function abandonedOperations(device: DeviceRecord, { operations }: BookRecord): Source[] {
  // What touched the book last tells a device that is put back in time that it was touched.
  const last = operations.findLast(
    ({ operation: { verb } }) => verb === 'new' || verb === 'file' || verb === 'removal',
  )
  const pages = abandonedPages(device)
  return operations.filter(
    (told) => told !== last && told.seq < device.limit && pages.has(told.page),
  )
}

/** Ids of the pages that were left behind: never returned, not on the chain, and with a later one taken, or given to a later stranger. */
export function abandonedPages({ pages, head, newest }: DeviceRecord): Set<string> {
  const chain = chainOf(new Map(pages.map(({ id, parent }) => [id, parent])), head)
  const stranger = pages.findLast((page) => page.stranger)
  return new Set(
    pages
      .filter(({ id, seq, returned, stranger: isStrangers }) => {
        const isPassed = isStrangers ? seq < (stranger?.seq ?? 0) : seq < newest
        return isPassed && returned === null && !chain.has(id)
      })
      .map(({ id }) => id),
  )
}

/** As many of `candidates` as can go together: all, or what is left after halving them again and again. */
function droppable(
  candidates: readonly Source[],
  isSameWithout: (gone: ReadonlySet<Source>) => boolean,
): Set<Source> {
  let gone = new Set<Source>()
  const attempt = (some: readonly Source[]): void => {
    const more = new Set([...gone, ...some])
    if (isSameWithout(more)) gone = more
    else if (some.length > 1) {
      const half = some.length >> 1
      attempt(some.slice(0, half))
      attempt(some.slice(half))
    }
  }
  attempt(candidates)
  return gone
}

/** The stays after each of the items, as text. */
function staysOf(items: readonly Item[], limit: number): string[] {
  const places = new Map(items.map(({ entry }, place) => [entry, place]))
  const stays: string[] = []
  foldStay(
    items.map(({ entry }) => entry),
    (entry, stay) => {
      const place = places.get(entry)
      if (place !== undefined) stays[place] = textOf(stay, isExact(items, place, limit))
    },
  )
  return stays
}

/** Whether the fold without some of the items comes to the same: after each of them, those that are gone included. */
function isSame(
  items: readonly Item[],
  stays: readonly string[],
  gone: ReadonlySet<Source>,
  limit: number,
): boolean {
  const kept = items.filter(({ of }) => of === null || !gone.has(of))
  const thinned = new Map<Item['entry'], [string, string]>()
  foldStay(
    kept.map(({ entry }) => entry),
    (entry, stay) => thinned.set(entry, [textOf(stay, false), textOf(stay, true)]),
  )
  let [loose, exact] = NO_STAY
  return items.every(({ entry }, place) => {
    const after = thinned.get(entry)
    if (after) [loose, exact] = after
    return stays[place] === (isExact(items, place, limit) ? exact : loose)
  })
}

/** Before the limit only what the device holds must be the same; at it and after it also what it displays. */
function isExact(items: readonly Item[], place: number, limit: number): boolean {
  return (items[place + 1]?.entry.seq ?? Infinity) >= limit
}

/** What the device displays: told once more, it does no harm. */
const DISPLAYED: ReadonlySet<string> = new Set(['metaRev', 'stateRev', 'filled'])

function textOf(stay: Readonly<Stay>, exact: boolean): string {
  return JSON.stringify(stay, (key, value: unknown) =>
    !exact && DISPLAYED.has(key) ? undefined : value,
  )
}

const NO_STAY = [foldStay([])].map((stay): [string, string] => [
  textOf(stay, false),
  textOf(stay, true),
])[0] ?? ['', '']

/** So many of each kind of fact about the whole device are kept, however old. */
const KEPT = 10

const PASSING: ReadonlySet<string> = new Set(['session', 'complete', 'returned', 'list'])

/**
 * Which facts about a whole device may go: what passes, such as sessions, when it is older than `before` (epoch ms) and comes before the
 * place `limit`, from which on it still settles something. The newest of each kind stay.
 */
export function thinDevice(
  facts: readonly (Mark & { kind: string })[],
  { before, limit }: { before: number; limit: number },
): number[] {
  return [...PASSING].flatMap((kind) =>
    facts
      .filter((fact) => fact.kind === kind)
      .slice(0, -KEPT)
      .filter(({ at, seq }) => at < before && seq < limit)
      .map(({ seq }) => seq),
  )
}
