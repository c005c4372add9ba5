import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import { PAGE_OPERATIONS, type Session } from './page.ts'
import { duePairsInParts, lastShelvedDuePairs } from './due.store.ts'
import { isInQuestion, plan, staysDue, type Due, type Pair } from './plan.ts'

/** A page of books that are gone from what is due when they are looked at, and two of such that take their place. */
const FRONT = 3 * PAGE_OPERATIONS

/** The first that is due, more than a page if there is more, in the order of sending. */
export type DueNow = {
  due: Due[]
  /** How many operations are due; all of them are counted for the first page of a session, which fixes its budget. */
  count: number
  /** Books for which nothing is. */
  settled: string[]
  /** A person must be asked about some, as far as was looked. */
  asks: boolean
}

/** After the first page of a session, the front is planned alone while it has more new books than a page: nothing comes before these. */
export async function dueNow(
  db: Db,
  device: Device,
  session: Session,
  brake: boolean,
): Promise<DueNow> {
  if (session.budget !== null) {
    const { pairs, comesFirst } = await lastShelvedDuePairs(db, device, FRONT)
    const due = plan(pairs, brake)
    const last = due[PAGE_OPERATIONS]
    if (last?.operation.verb === 'new' && comesFirst(last.pair))
      return {
        due,
        count: due.length,
        settled: settledAmong(pairs),
        asks: pairs.some(isInQuestion),
      }
  }
  return everythingDue(db, device, brake)
}

export async function everythingDue(db: Db, device: Device, brake: boolean): Promise<DueNow> {
  const settled: string[] = []
  let count = 0
  let due: Due[] = []
  let asks = false
  for await (const pairs of duePairsInParts(db, device)) {
    settled.push(...settledAmong(pairs))
    asks ||= pairs.some(isInQuestion)
    const more = plan(pairs, brake)
    count += more.length
    // What is not among the first of some is not among the first of all.
    const first = [...due, ...more.slice(0, PAGE_OPERATIONS + 1)].map((each) => each.pair)
    due = plan([...new Set(first)], brake).slice(0, PAGE_OPERATIONS + 1)
  }
  return { due, count, settled, asks }
}

function settledAmong(pairs: readonly Pair[]): string[] {
  return pairs.filter((pair) => !staysDue(pair)).map((pair) => pair.book)
}
