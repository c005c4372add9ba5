import type { BookEntry } from '../sync/book-entry.ts'
import { foldStay } from '../sync/fold.ts'
import type { BookFact } from '../sync/log.ts'
import type { Stay } from '../sync/stay.ts'
import { isOutdated, isProvenSince, isToldSince, type Place, type Said } from './place.ts'
import type { Listing, ReadBook, Reading } from './reading.ts'
import { rowless } from './rowless.ts'

/** How a book stands on a device, by its own database. Of these each book has at most one. */
export const STANDINGS = [
  'ok',
  'entitledOnly',
  'lost',
  'removedRow',
  'fileMissing',
  'staleFile',
  'orphan',
  'unread',
] as const

export type Standing = (typeof STANDINGS)[number]

/** Classes that heal does something about. */
export const HEALED = ['lost', 'removedRow', 'fileMissing', 'staleFile', 'orphan'] as const

export type Healed = (typeof HEALED)[number]

/** A book that a device has or should have, as the server knows it. */
export type AuditedBook = {
  id: string
  /** On a shelf that the device carries, and not deleted. */
  carried: boolean
  /** The entries that bear on it, in the order of the device's log. */
  entries: readonly BookEntry[]
  /** Bytes of every artifact that was ever made of it, by hash; and the hash of today's. */
  sizes: ReadonlyMap<string, number>
  artifact: string | null
  /** What is stored here of its reading: how many highlights, how far it was read (0–100), and whether to its end. */
  stored: { highlights: number; percent: number | null; finished: boolean }
  /** The device may have highlights in it that are not stored here, as far as its calls tell. */
  unsaved: boolean
}

/** What an audit found of one book. */
export type Finding = {
  book: string
  standing: Standing
  /** The device says that the file is there. */
  file: boolean
  /** Something that came after the database was copied is newer than what it says, or nobody knows when it was copied. */
  outdated: boolean
  /** The next syncs put it right by themselves. */
  settles: boolean
  /** Its highlights on the device are more than are stored here, so that sending it anew may cost them. */
  unsaved: boolean
  /** There is a sideloaded book with its title and authors; the device has a place or highlights that are not known here. */
  duplicate: boolean
  newer: boolean
  /** The device is not as far in it as is known here. */
  behind: boolean
  /** Highlights in it on the device. */
  highlights: number
}

/** What a database, and the folder of files where it is given, says of each of these books. Pure and total. */
export function findingsOf(
  reading: Reading,
  listing: Listing | null,
  books: readonly AuditedBook[],
  place: Place | null,
): Finding[] {
  const rows = new Map(reading.books.map((row) => [row.id, row]))
  const files = listing && new Map(listing.map(({ name, size }) => [name, size]))
  return books.flatMap((book) => {
    const row = rows.get(book.id) ?? rowless(book.id)
    const stay = foldStay(book.entries)
    const standing = standingOf(book, stay, row, files, reading.salvaged)
    if (!standing) return []
    const isThere = row.row === 'there'
    return [
      {
        book: book.id,
        standing,
        file: row.downloaded,
        outdated:
          place === null || isOutdated(book.entries, place, saidBy(standing, row.downloaded)),
        settles: standing === 'orphan' && stay.state !== 'none',
        unsaved: mayCostHighlights(book, row, reading.marks),
        duplicate: isThere && row.doubles > 0,
        newer: isThere && isNewer(row, book.stored),
        behind: isBehind(row, book.stored),
        highlights: row.highlights,
      },
    ]
  })
}

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

function standingOf(
  book: AuditedBook,
  stay: Stay,
  row: ReadBook,
  files: ReadonlyMap<string, number> | null,
  salvaged: boolean,
): Standing | undefined {
  if (row.row === 'there') {
    if (!book.carried) return 'orphan'
    return row.downloaded ? fileStanding(book, stay, row, files) : 'entitledOnly'
  }
  // What was never sent, was removed by its reader or is being sent anyway is not missed.
  if (!book.carried || stay.excluded || !isThoughtThere(stay)) return undefined
  if (row.row === 'removed') return 'removedRow'
  return salvaged ? 'unread' : 'lost'
}

function isThoughtThere({ state, file, consent }: Stay): boolean {
  return consent === null && (state === 'held' || (state === 'unsure' && file))
}

function fileStanding(
  { id, sizes, artifact }: AuditedBook,
  stay: Stay,
  row: ReadBook,
  files: ReadonlyMap<string, number> | null,
): 'ok' | 'fileMissing' | 'staleFile' {
  const size = files ? files.get(id) : (row.size ?? undefined)
  if (files && size === undefined) return 'fileMissing'
  if (size === 0) return 'fileMissing'
  // A device keeps the artifact that it was announced.
  const expected = sizes.get(stay.artifact ?? artifact ?? '')
  if (size === undefined || expected === undefined || size === expected) return 'ok'
  return [...sizes.values()].includes(size) ? 'staleFile' : 'fileMissing'
}

export function saidBy(standing: Standing, file: boolean): Said {
  switch (standing) {
    case 'ok':
      return { row: true, file: true }
    case 'entitledOnly':
    case 'fileMissing':
    case 'staleFile':
      return { row: true, file: false }
    case 'orphan':
      return { row: true, file }
    case 'lost':
    case 'removedRow':
    case 'unread':
      return { row: false, file: false }
    default:
      return standing satisfies never
  }
}

/** Whether sending the book anew may cost highlights. Where they could be counted, those that are not on the device cannot be lost. */
function mayCostHighlights(
  { stored, unsaved }: AuditedBook,
  { highlights, markup }: ReadBook,
  counted: boolean,
): boolean {
  if (!counted) return unsaved || highlights > stored.highlights
  return markup > 0 || highlights > stored.highlights || (highlights > 0 && unsaved)
}

function isNewer(
  { percent, finished, highlights }: ReadBook,
  stored: AuditedBook['stored'],
): boolean {
  if (highlights > stored.highlights || (finished && !stored.finished)) return true
  return !stored.finished && percent !== null && percent > Math.ceil(stored.percent ?? 0)
}

function isBehind({ percent, finished }: ReadBook, stored: AuditedBook['stored']): boolean {
  if (finished) return false
  return stored.finished || Math.floor(stored.percent ?? 0) > (percent ?? 0)
}
