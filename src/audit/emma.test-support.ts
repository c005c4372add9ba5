import type { BookEntry } from '../sync/book-entry.ts'
import type { Operation } from '../sync/log.ts'
import type { Place } from './place.ts'
import type { ReadBook, Reading } from './reading.ts'
import { findingsOf, type AuditedBook, type Finding } from './snapshot.ts'

/** A copy that knows all up to entry 20 of the log, for certain up to entry 15, and of what was sent all up to page 10. */
export const PLACE: Place = { seq: 20, at: 20_000, page: 10, sure: 15 }

/** Sent on page 10, taken, and downloaded. */
export const HELD: BookEntry[] = [
  operation(5, 'new', true),
  { seq: 11, at: 11_000, kind: 'download-begun' },
  { seq: 12, at: 12_000, kind: 'download-completed' },
]

/** Something that was sent at this place of the log. */
export function operation(seq: number, verb: Operation['verb'], acknowledged: boolean): BookEntry {
  const revisions = { metaRev: 1, fileRev: 1, stateRev: 0 }
  return {
    seq,
    at: seq * 1000,
    kind: 'operation',
    operation: { verb, book: 'emma', artifact: verb === 'removal' ? null : 'today', ...revisions },
    acknowledged,
    taken: acknowledged,
    settled: { seq, at: seq * 1000 },
  }
}

/** Nothing is stored here of its reading. */
export const NOTHING_STORED = { highlights: 0, percent: null, finished: false }

/** A book that the device holds and should, but for what is named. */
export function emma(other: Partial<AuditedBook> = {}): AuditedBook {
  return {
    id: 'emma',
    carried: true,
    entries: HELD,
    sizes: new Map([
      ['today', 1000],
      ['yesterday', 900],
    ]),
    artifact: 'today',
    stored: NOTHING_STORED,
    unsaved: false,
    ...other,
  }
}

/** What its database says of that book when all is well, but for what is named. */
export function rowOf(other: Partial<ReadBook> = {}): ReadBook {
  return {
    id: 'emma',
    row: 'there',
    downloaded: true,
    size: 1000,
    percent: null,
    finished: false,
    highlights: 0,
    markup: 0,
    doubles: 0,
    ...other,
  }
}

/** What was read of a database with this row, or with none. */
export function read(row?: ReadBook, other: Partial<Reading> = {}): Reading {
  return {
    books: row ? [row] : [],
    foreign: 0,
    salvaged: false,
    marks: true,
    token: null,
    ...other,
  }
}

/** What an audit finds of that book by its row; undefined when there is nothing to tell. */
export function found(
  row?: ReadBook,
  book = emma(),
  how: { listing?: [string, number][]; place?: Place | null; reading?: Partial<Reading> } = {},
): Finding | undefined {
  const listing = how.listing?.map(([name, size]) => ({ name, size })) ?? null
  const place = how.place === undefined ? PLACE : how.place
  return findingsOf(read(row, how.reading), listing, [book], place)[0]
}
