import type { BookEntry } from '../sync/book-entry.ts'
import { foldStay } from '../sync/fold.ts'
import { isOutdated, type Place } from './place.ts'
import type { Listing, ReadBook, Reading } from './reading.ts'
import { rowless } from './rowless.ts'
import { type Standing, standingOf, saidBy } from './standing.ts'

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
