import { isFileProof } from './file-proof.ts'
import { foldStay } from './fold.ts'
import { touches } from './journeys.ts'
import type { Base, BookFact, Mark } from './log.ts'
import { isEvidence, type Thinned } from './thin.ts'
import {
  itemsIn,
  presentWorld,
  type BookRecord,
  type DeviceRecord,
  type Item,
  type ToldOperation,
} from './worlds.ts'

/** A base is made when so many entries go for it. */
const WORTH = 4

/**
 * What the entries about a book that are older than `before` (epoch ms) come to, and what goes for it; undefined when that is not yet worth it,
 * or not yet certain. From then on their acknowledgement is final: a token that was lost, or an older one that comes back, no longer
 * takes it away. The first and the newest evidence of each kind stay, as what was seen.
 */
export function makeBase(
  device: DeviceRecord,
  book: BookRecord,
  before: number,
): (Thinned & { base: Mark & Base }) | undefined {
  const items = itemsIn(presentWorld(device, book.operations), device, book)
  const cut = cutOf(device, items, before)
  const folded = items.filter(({ entry }) => entry.seq <= cut)
  const { facts, operations } = goingFrom(book, cut)
  const last = folded.findLast(({ entry }) => isOwn(entry))?.entry
  if (!last || facts.length + operations.length < WORTH) return undefined
  const { since, ...stay } = foldStay(folded.map(({ entry }) => entry))
  if (since === 'open') return undefined
  const own = folded.filter(({ entry }) => isOwn(entry)).map(({ entry }) => entry)
  const touching = own.map((entry) =>
    entry.kind === 'base' ? (entry.touched ?? 0) : touches(entry) ? entry.seq : 0,
  )
  const touched = Math.max(0, ...touching) || null
  return {
    base: {
      seq: last.seq,
      at: last.at,
      kind: 'base',
      // Only its place and time, not what else the entry says.
      stay: { ...stay, since: since && { seq: since.seq, at: since.at } },
      touched,
      proven: own.some(isFileProof),
    },
    facts,
    operations,
  }
}

/** The place of the last entry that can be folded for good; 0 for none. */
function cutOf(device: DeviceRecord, items: readonly Item[], before: number): number {
  let cut = 0
  for (const { entry } of items) {
    if (!isOwn(entry)) continue
    const mayBeTaken = entry.kind === 'operation' && entry.seq >= device.newest
    if (entry.at >= before || entry.seq >= device.limit || mayBeTaken) break
    cut = entry.seq
  }
  // What begins or is void from an earlier place on must not lie on both sides.
  const across = device.sweeping.filter(
    (entry) => entry.kind === 'epoch' || entry.kind === 'restored',
  )
  for (const entry of across.toReversed())
    if (entry.seq > cut && entry.from <= cut) cut = entry.from - 1
  return cut
}

/** What goes for a base: operations, wishes, and all evidence but the first and the newest of each kind. */
function goingFrom(book: BookRecord, cut: number): Thinned {
  const old = book.facts.filter(({ seq }) => seq <= cut)
  const kept = new Set<Mark & BookFact>()
  // By which shelf a machine took it away is asked when a person wants it back.
  const seen = old.filter((fact) => isEvidence(fact) || fact.kind === 'unshelved')
  for (const kind of new Set(seen.map((fact) => fact.kind))) {
    const some = seen.filter((fact) => fact.kind === kind)
    for (const fact of [some[0], some.at(-1)]) if (fact) kept.add(fact)
  }
  return {
    facts: old.filter((fact) => !kept.has(fact)),
    operations: book.operations.filter(({ seq }: ToldOperation) => seq <= cut),
  }
}

function isOwn({ kind }: Item['entry']): boolean {
  return !(
    kind === 'tokenless' ||
    kind === 'activation' ||
    kind === 'epoch' ||
    kind === 'restored' ||
    kind === 'rolled-back'
  )
}
