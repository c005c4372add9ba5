import { seededRandom } from '../../src/simulator/random.ts'
import { lightSwitches, type Switches } from '../../src/simulator/switches.ts'
import type { Profile } from './step.ts'

const GENTLEST: Partial<Switches> = {
  ...lightSwitches,
  newOnHeld: 'harmless',
  tokenStored: 'per-page',
  storesTokenOnEmpty: true,
  annotationList: 'all',
  annotationsAfterDownload: 'kept',
  downloadsPerSync: 5,
  oauth: 'none',
}

const HARSHEST: Partial<Switches> = {
  ...lightSwitches,
  newOnHeld: 'always-flips',
  pageApplied: 'item-by-item',
  tokenStored: 'at-end',
  storesTokenOnEmpty: false,
  annotationList: 'nothing',
  annotationsAfterDownload: 'emptied-and-filled',
  downloadsPerSync: 1,
  offlineWrites: 'every-state',
  pageAskedAgain: 'at-once',
  oauth: 'none',
}

/** The habits of a Kobo with this profile: every doubt about real firmware is settled in one way or the other. */
export function switchesOf(profile: Profile): Partial<Switches> {
  if (profile === 'gentlest') return GENTLEST
  if (profile === 'harshest') return HARSHEST
  const random = seededRandom(profile)
  function one<Value>(...values: readonly [Value, ...Value[]]): Value {
    return values[Math.floor(random() * values.length)] ?? values[0]
  }
  return {
    ...lightSwitches,
    oauth: 'none',
    newOnHeld: one('harmless', 'flips-if-size-differs', 'always-flips'),
    pageApplied: one('whole', 'item-by-item', 'torn'),
    tokenStored: one('per-page', 'at-end', 'pinned'),
    storesTokenOnEmpty: one(true, false),
    annotationList: one('all', 'open-only', 'recent', 'nothing'),
    annotationsAfterDownload: one('emptied-and-filled', 'kept'),
    downloadsPerSync: one(0, 1, 2, 5),
    metadataShape: one('both', 'bare', 'container'),
    signOut: one('keeps-rows', 'drops-rows'),
    offlineWrites: one('last-state', 'every-state'),
    highlightsSent: one('with-states', 'after-downloads'),
    deleteSends: one('empty-json', 'nothing'),
    pageAskedAgain: one('at-once', 'next-sync'),
    coversFetched: one(true, false),
    clockAheadMs: one(0, 0, -40 * 60_000, 3 * 60_000),
  }
}
