import type { BookEntry, OfferedOperation } from './book-entry.ts'
import type { Holding } from './holding.ts'
import { beginEpoch, comeBackInTime, loseSight, type Restored } from './journeys.ts'
import type { BookFact, Mark, Operation } from './log.ts'
import { doubt, endStay, isLater, momentOf, NO_STAY, type Moment, type Stay } from './stay.ts'

/**
 * What a device holds of one book: the fold of the entries that bear on it, in the order of the log, and of nothing else.
 * Folding again, late or after a repeated token gives the same.
 */
export function foldBook(entries: readonly BookEntry[]): Holding {
  const { since: _, filled: __, ...holding } = foldStay(entries)
  return holding
}

/**
 * Sees the holding as it is after each entry, in the order of the log. A beginning epoch is seen where it begins, before the entry
 * that stands there. `undone`: the device has forgotten the entry since, for it was restored from a backup of its own.
 */
export type Witness = (entry: BookEntry, stay: Readonly<Stay>, undone: boolean) => void

/** The same, with what began or ended the stay. */
export function foldStay(entries: readonly BookEntry[], witness?: Witness): Stay {
  const stay: Stay = { ...NO_STAY }
  const windows = entries.filter((entry) => entry.kind === 'restored')
  const epochs = entries
    .filter((entry) => entry.kind === 'epoch')
    .filter((epoch) => !windows.some((w) => isVoid(w, epoch)))
  for (const entry of entries) {
    for (const epoch of epochs) {
      if (epoch.from !== entry.seq) continue
      beginEpoch(stay, epoch, entry)
      witness?.({ ...epoch, seq: entry.seq, at: entry.at }, stay, false)
    }
    const undone = !outlives(entry) && windows.some((w) => isVoid(w, entry))
    if (isWish(entry)) applyWish(stay, entry, undone)
    else if (entry.kind === 'restored') comeBackInTime(stay, entry, entries)
    else if (entry.kind === 'rolled-back') loseSight(stay, entry)
    else if (entry.kind === 'base') Object.assign(stay, entry.stay)
    else if (!undone) apply(stay, entry)
    witness?.(entry, stay, undone)
  }
  return stay
}

type Wish = Extract<
  BookEntry,
  { kind: 'shelved' | 'unshelved' | 'bring-back' | 'delete' | 'consent' | 'retract' }
>

/** A device that was restored from its own backup has forgotten this entry. */
function isVoid(restored: Restored, entry: Mark): boolean {
  return entry.seq >= restored.from && entry.seq < restored.seq
}

/** What it says holds although the device went back in time; of a DELETE only the wish does. */
function outlives(entry: BookEntry): boolean {
  const isJourney = entry.kind === 'restored' || entry.kind === 'rolled-back'
  return isJourney || entry.kind === 'base' || (isWish(entry) && entry.kind !== 'delete')
}

/** Wishes of people outlive a device that goes back in time. */
function isWish(entry: BookEntry): entry is Mark & Wish {
  return (
    entry.kind === 'shelved' ||
    entry.kind === 'unshelved' ||
    entry.kind === 'bring-back' ||
    entry.kind === 'delete' ||
    entry.kind === 'consent' ||
    entry.kind === 'retract'
  )
}

function applyWish(stay: Stay, wish: Mark & Wish, undone: boolean): void {
  switch (wish.kind) {
    case 'shelved':
    case 'bring-back':
      stay.excluded = false
      stay.byMachine = false
      return
    case 'unshelved':
      stay.byMachine = wish.cause === 'machine'
      return
    case 'delete':
      if (wish.repeat) return
      stay.excluded = wish.exclude
      if (undone) return
      endStay(stay, wish)
      stay.consent = null
      stay.deleted = true
      return
    case 'consent':
      if (stay.state === 'none') endStay(stay, wish)
      else doubt(stay, 'consent', wish, wish)
      stay.file = false
      stay.consent = 'given'
      return
    case 'retract':
      doubt(stay, 'retracted', wish, wish)
      stay.file = true
      return
  }
}

function apply(stay: Stay, entry: Exclude<BookEntry, Mark & Wish>): void {
  switch (entry.kind) {
    case 'operation':
      applyOperation(stay, entry)
      return
    case 'metadata-asked':
    case 'cover-asked':
    case 'annotations-asked':
    case 'tagged':
      prove(stay, entry, 'row')
      return
    case 'download-begun':
      // Only bytes that were asked for after the new New show that the consent was used.
      if (stay.consent === 'offered' && isLater(entry, stay.since)) stay.consent = null
      prove(stay, entry, 'file')
      stay.stateRev = null // the device computes a place of its own when the bytes arrive
      stay.filled = stay.filled === null ? 'once' : { seq: entry.seq, at: entry.at }
      return
    case 'download-completed':
      prove(stay, entry, 'file')
      stay.stateRev = null
      return
    case 'state':
      hearReport(stay, entry)
      stay.stateRev = isOfThisFile(entry, stay) ? entry.rev : null
      return
    case 'annotation':
      hearReport(stay, entry)
      return
    case 'listed':
      prove(stay, entry, 'file')
      stay.listed = true
      return
    case 'unlisted':
      if (
        stay.listed &&
        stay.state === 'unsure' &&
        (stay.why === 'removal' || stay.why === 'retracted')
      )
        endStay(stay, entry)
      stay.listed = false
      return
    case 'audited':
      audit(stay, entry)
      return
    case 'activation':
      stay.listed = false
      return
    case 'tokenless':
      stay.listed = false
      // A file that was never fetched cannot be un-downloaded: offer it again.
      if (stay.state === 'held' && !stay.file) stay.state = 'offered'
      return
    case 'download-cut': // its beginning was told, and said all there is to say
    case 'missed':
    case 'epoch':
    case 'restored':
    case 'rolled-back':
    case 'base':
      return
  }
}

function applyOperation(stay: Stay, entry: Mark & OfferedOperation): void {
  const { operation, acknowledged } = entry
  switch (operation.verb) {
    case 'new':
    case 'file':
      stay.deleted = false
      if (acknowledged) {
        if (
          stay.state === 'none' ||
          stay.state === 'unsure' ||
          stay.consent ||
          operation.verb === 'file'
        ) {
          stay.since = entry
          stay.file = false
          stay.listed = false
        }
        stay.state = 'held'
        stay.why = null
        stay.doubtSeq = null
        stay.consent = null
        announce(stay, operation)
        return
      }
      if (stay.consent) stay.consent = 'offered'
      if (stay.state === 'none') {
        stay.state = 'offered'
        stay.since = entry
        stay.file = false
        announce(stay, operation)
        return
      }
      // Which of several offers it took is not known until one of them comes back.
      if (operation.metaRev !== stay.metaRev) stay.metaRev = null
      if (operation.stateRev !== stay.stateRev) stay.stateRev = null
      if (stay.state !== 'held') {
        stay.fileRev = operation.fileRev
        stay.artifact = operation.artifact
      }
      return
    case 'removal':
      if (acknowledged) endStay(stay, entry.settled ?? entry)
      else if (stay.state !== 'none') doubt(stay, 'removal', entry, entry.settled ?? 'open')
      return
    case 'metadata':
      stay.metaRev = acknowledged ? operation.metaRev : null
      return
    case 'state':
      stay.stateRev = acknowledged ? operation.stateRev : null
      return
  }
}

function announce(stay: Stay, operation: Operation): void {
  stay.metaRev = operation.metaRev
  stay.stateRev = operation.stateRev
  stay.fileRev = operation.fileRev
  stay.artifact = operation.artifact
}

/** A report proves that the file was there at the instant inside it; one without a credible instant, that it is there if the book is. */
function hearReport(stay: Stay, report: Mark & { instant: number }): void {
  const moment = momentOf(report)
  if (moment) prove(stay, moment, 'file')
  else if ((stay.state === 'held' && !stay.consent) || isAboutToGo(stay)) stay.file = true
}

/** Whether a place was reached in the file that is there now: a file that came again has a place of its own. */
function isOfThisFile(report: Mark & { instant: number }, { filled }: Stay): boolean {
  if (filled === null || filled === 'once') return true
  const moment = momentOf(report)
  return moment !== null && isLater(moment, filled)
}

/** Proof that the device has the book: it acknowledges what is open about it, and adopts a book that is none. */
function prove(stay: Stay, moment: Moment, what: 'row' | 'file'): void {
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

function audit(stay: Stay, entry: Mark & Extract<BookFact, { kind: 'audited' }>): void {
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
