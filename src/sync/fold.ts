import type { BookEntry } from './book-entry.ts'
import { applyOperation } from './fold-operation.ts'
import { audit, hearReport, isOfThisFile, prove } from './fold-proof.ts'
import { applyWish, isWish, type Wish } from './fold-wish.ts'
import type { Holding } from './holding.ts'
import { beginEpoch, comeBackInTime, loseSight, type Restored } from './journeys.ts'
import type { Mark } from './log.ts'
import { endStay, isLater, NO_STAY, type Stay } from './stay.ts'

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

/** A device that was restored from its own backup has forgotten this entry. */
function isVoid(restored: Restored, entry: Mark): boolean {
  return entry.seq >= restored.from && entry.seq < restored.seq
}

/** What it says holds although the device went back in time; of a DELETE only the wish does. */
function outlives(entry: BookEntry): boolean {
  const isJourney = entry.kind === 'restored' || entry.kind === 'rolled-back'
  return isJourney || entry.kind === 'base' || (isWish(entry) && entry.kind !== 'delete')
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
