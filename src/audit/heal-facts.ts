import type { BookEntry } from '../sync/book-entry.ts'
import type { BookFact } from '../sync/log.ts'
import { isProvenSince, isToldSince, type Place } from './place.ts'
import type { Finding } from './snapshot.ts'

/**
 * The facts that follow from a finding at once: what the database shows to be there is there. None where the device has shown the same
 * since. `current`: the device knows the same past as its ledger.
 */
export function confirmationOf(
  finding: Finding,
  entries: readonly BookEntry[],
  place: Place | null,
  current: boolean,
): BookFact[] {
  const { standing, outdated } = finding
  if (place === null || outdated || (standing !== 'ok' && standing !== 'entitledOnly')) return []
  const file = standing === 'ok'
  if (file && isProvenSince(entries, place)) return []
  // What it was told after the page that the copy names, it may have forgotten since; and so a place that it had reached itself.
  const isSame = current && !finding.behind && !isToldSince(entries, place)
  return [{ kind: 'audited', row: true, file, ...(isSame && { current: true }) }]
}

/** The facts by which the ordinary planner heals what was found: none for what heals by itself or is no drift. */
export function healingOf({ standing, file, outdated, settles }: Finding): BookFact[] {
  if (outdated || settles) return []
  switch (standing) {
    case 'lost':
    case 'removedRow':
      return [{ kind: 'audited', row: false, file: false }]
    case 'fileMissing':
    case 'staleFile':
      // Announced once more, a book whose row claims its file stays as it is on most firmware.
      return [{ kind: 'retract' }]
    case 'orphan':
      return [{ kind: 'audited', row: true, file }]
    case 'ok':
    case 'entitledOnly':
    case 'unread':
      return []
    default:
      return standing satisfies never
  }
}

/** The same facts, as they are recorded: what a database says was so when it was copied. */
export function factsOf(finding: Finding, place: Place): (BookFact & { book: string })[] {
  return healingOf(finding).map((fact) => recorded(fact, finding.book, place))
}

/** That a book, or its file, is not where it was thought to be: nothing of it is done before somebody heals it. */
export function missedIn(
  { book, standing }: Finding,
  { at }: Place,
): (BookFact & { book: string })[] {
  const isRow = standing === 'lost' || standing === 'removedRow'
  if (!isRow && standing !== 'fileMissing') return []
  return [{ kind: 'missed', row: !isRow, copied: at, book }]
}

/** A fact that follows from a copy, with the book and the time that it speaks of. */
export function recorded(fact: BookFact, book: string, { at }: Place): BookFact & { book: string } {
  return fact.kind === 'audited' ? { ...fact, copied: at, book } : { ...fact, book }
}
