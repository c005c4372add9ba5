import type { BookEntry } from './book-entry.ts'
import { isFileProof } from './file-proof.ts'
import type { Mark } from './log.ts'
import { doubt, endStay, type Stay } from './stay.ts'

/** A restored device's return, as the log says it. */
export type Restored = Extract<BookEntry, { kind: 'restored' }>

/** A new epoch: nothing is known to be there as of `at`. */
export function beginEpoch(
  stay: Stay,
  epoch: Extract<BookEntry, { kind: 'epoch' }>,
  at: Mark,
): void {
  if (stay.state === 'none') endStay(stay, at)
  else {
    doubt(stay, 'epoch', at, at)
    stay.file = false
    stay.listed = false
  }
  stay.consent = epoch.consent ? 'given' : null
}

/** A device that was restored from its own backup: what was done to the book since the returned page was issued is undone or not; its file may be there if it ever was. */
export function comeBackInTime(
  stay: Stay,
  restored: Restored,
  entries: readonly BookEntry[],
): void {
  const before = entries.filter((entry) => entry.seq < restored.seq)
  const between = before.filter((entry) => entry.seq > restored.issued)
  const wasFilled = between.some(isFileProof)
  // A place that was told since may be one that it forgot.
  if (wasFilled) stay.stateRev = null
  // A new epoch says nothing of a book that was not there before it.
  const isTouched = between.some(
    (entry) => touches(entry, restored.issued) && (entry.kind !== 'epoch' || stay.state !== 'none'),
  )
  if (!isTouched) {
    // It may have been put back to a moment between the download and the page that it remembers.
    if (wasFilled && stay.state !== 'none') stay.file = true
    return
  }
  doubt(stay, 'restored', restored, restored)
  // A server that was put back itself has forgotten what it was told.
  stay.file = before.some((entry) => isFileProof(entry) || entry.kind === 'rolled-back')
  stay.metaRev = null
  stay.stateRev = null
}

/** The server was put back in time: every book may be there or not. */
export function loseSight(stay: Stay, entry: Mark): void {
  doubt(stay, 'rolled-back', entry, entry)
  stay.file = true
  stay.metaRev = null
  stay.stateRev = null
  stay.listed = false
  stay.consent = null
}

/** Whether an entry puts a book on a device or takes it away, or says either; `after`: only what came after that place counts. */
export function touches(entry: BookEntry, after = 0): boolean {
  if (entry.kind === 'base') return entry.touched !== null && entry.touched > after
  if (entry.kind === 'operation')
    return entry.operation.verb !== 'metadata' && entry.operation.verb !== 'state'
  return (
    entry.kind === 'delete' ||
    entry.kind === 'retract' ||
    entry.kind === 'audited' ||
    entry.kind === 'epoch' ||
    entry.kind === 'rolled-back'
  )
}
