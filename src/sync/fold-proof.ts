import type { BookFact, Mark } from './log.ts'
import { endStay, isLater, momentOf, type Moment, type Stay } from './stay.ts'

/** A report proves that the file was there at the instant inside it; one without a credible instant, that it is there if the book is. */
export function hearReport(stay: Stay, report: Mark & { instant: number }): void {
  const moment = momentOf(report)
  if (moment) prove(stay, moment, 'file')
  else if ((stay.state === 'held' && !stay.consent) || isAboutToGo(stay)) stay.file = true
}

/** Whether a place was reached in the file that is there now: a file that came again has a place of its own. */
export function isOfThisFile(report: Mark & { instant: number }, { filled }: Stay): boolean {
  if (filled === null || filled === 'once') return true
  const moment = momentOf(report)
  return moment !== null && isLater(moment, filled)
}

/** Proof that the device has the book: it acknowledges what is open about it, and adopts a book that is none. */
export function prove(stay: Stay, moment: Moment, what: 'row' | 'file'): void {
  if (!isLater(moment, stay.since)) {
    // The removal may not have been applied: what was there before it may be there still.
    if (what === 'file' && isAboutToGo(stay)) stay.file = true
    return
  }
  if (stay.consent) return // the old file neither spends nor blocks a consent
  if (stay.state === 'none' || stay.state === 'offered') stay.file = false
  stay.state = 'held'
  stay.why = null
  stay.doubtSeq = null
  stay.excluded = false
  stay.deleted = false
  if (what === 'file') stay.file = true
}

/** A removal was offered, and nobody knows whether it was applied. */
function isAboutToGo({ state, why }: Stay): boolean {
  return state === 'unsure' && why === 'removal'
}

/** What an audit found of one book at the place that it has in the log: there, and with which file; or not there. */
export function audit(stay: Stay, entry: Mark & Extract<BookFact, { kind: 'audited' }>): void {
  stay.consent = null
  if (!entry.row) {
    endStay(stay, entry)
    return
  }
  if (!entry.current || stay.state !== 'held') {
    // It says that the book is there, and not what it shows.
    stay.metaRev = null
    stay.stateRev = null
  }
  stay.state = 'held'
  stay.file = entry.file
  stay.why = null
  stay.doubtSeq = null
  stay.excluded = false
  if (stay.since === 'open' || (stay.since && stay.since.seq > entry.seq)) stay.since = entry
}
