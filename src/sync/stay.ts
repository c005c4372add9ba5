import { NOTHING, type Holding } from './holding.ts'
import type { Mark } from './log.ts'

/**
 * A holding on its way through the log. `since`: what began or ended the stay; 'open' while that is not settled. `filled`: when its file came
 * again, for what was read before is not the place that it shows; 'once' when it came a first time.
 */
export type Stay = Holding & {
  since: Mark | 'open' | undefined
  filled: Mark | 'once' | null
}

/** The stay of a book that no entry names. */
export const NO_STAY: Readonly<Stay> = { ...NOTHING, since: undefined, filled: null }

/** When a proof holds: at its place in the log, or at the instant (ms) inside a report that may come late. */
export type Moment = { seq: number } | { instant: number }

/** How much a device's clock may be off without being noticed, in ms. */
const SLACK = 60_000

/**
 * The time that a report speaks about for certain: its instant is by the device's clock, which may be off a little. Null for one that
 * claims to be later than its arrival: by that clock nothing can be put in order.
 */
export function momentOf(report: Mark & { instant: number }): Moment | null {
  if (report.instant > report.at + SLACK) return null
  return { instant: Math.min(report.instant, report.at) - SLACK }
}

/** Whether a proof speaks about the time after what began or ended the stay. */
export function isLater(moment: Moment, since: Stay['since']): boolean {
  if (since === undefined) return true
  if (since === 'open') return false
  return 'instant' in moment ? moment.instant > since.at : moment.seq > since.seq
}

/** What the device had of the book is gone, as of `since`. */
export function endStay(stay: Stay, since: Mark): void {
  stay.state = 'none'
  stay.file = false
  stay.since = since
  stay.listed = false
  stay.why = null
  stay.doubtSeq = null
}

/** Whether the device has the book is not known from this entry on; proof counts from `since` on. */
export function doubt(
  stay: Stay,
  why: NonNullable<Holding['why']>,
  entry: Mark,
  since: Mark | 'open',
): void {
  if (stay.state !== 'unsure') stay.doubtSeq = entry.seq
  stay.state = 'unsure'
  stay.why = why
  stay.since = since
}
