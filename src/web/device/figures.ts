import { syncsSince, type BriefSync } from '../../diary/recent.store.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { agesOf, agreementOf, type Agreement } from '../../sync/agreement.ts'
import { countWanted } from '../../sync/agreement.store.ts'
import { lastArrivals } from '../../sync/arrivals.store.ts'
import { waitsOf } from '../../sync/arrivals.ts'
import { TIMELINE_DAYS } from '../chart/timeline.tsx'
import { baseOf } from '../cookie.ts'
import { keeping } from '../kept.ts'
import type { WebContext } from '../visit.ts'
import { nextSyncInBrief } from './next-sync.ts'

const DAY = 86_400_000
/** The most syncs that are drawn. */
const SYNCS = 200
/** How many books the time from shelf to device is told of. */
const ARRIVALS = 100

/** How the books of a device stand: the agreement, and how old the proof of each book is that it has (in days; null is none). */
export type Standing = { agreement: Agreement; ages: [days: number | null, books: number][] }

/** The newest syncs of four weeks, newest first; `more`: there were more of them. */
export type Syncs = { newest: BriefSync[]; more: boolean }

/** What the pages of a device draw. It costs as much as there are books, and is kept until something changes. */
export type Figures = {
  standing(device: Device): Promise<Standing>
  syncs(device: Device): Promise<Syncs>
  /** How long each of the last books took from the shelf to the device, in ms. */
  waits(device: Device): Promise<number[]>
  /** The next sync in a sentence. */
  nextSync(c: WebContext, device: Device): Promise<string>
}

/** Opens them for a house. */
export function openFigures(home: Home): Figures {
  const db = home.db.read
  const keepStanding = keeping<Standing>(home.db, home.now)
  const keepSyncs = keeping<Syncs>(home.db, home.now)
  const keepWaits = keeping<number[]>(home.db, home.now)
  const keepNext = keeping<string>(home.db, home.now)
  return {
    standing: (device) =>
      keepStanding(device.id, async () => {
        const { wanted, alike } = await countWanted(db, device, home.now())
        return { agreement: agreementOf(wanted, alike), ages: agesOf(alike) }
      }),
    syncs: (device) =>
      keepSyncs(device.id, async () => {
        const since = home.now() - TIMELINE_DAYS * DAY
        const syncs = await syncsSince(db, device.id, { since, limit: SYNCS + 1 })
        return { newest: syncs.slice(0, SYNCS), more: syncs.length > SYNCS }
      }),
    waits: (device) =>
      keepWaits(device.id, async () => {
        const { arrivals, shelvedAt } = await lastArrivals(db, device, ARRIVALS)
        return waitsOf(arrivals, shelvedAt, device.createdAt)
      }),
    nextSync: (c, device) =>
      keepNext(`${device.id} ${baseOf(c, home)}`, () => nextSyncInBrief(c, home, device)),
  }
}
