import type { BookEntry } from '../sync/book-entry.ts'
import { isFileProof } from '../sync/file-proof.ts'
import type { Mark } from '../sync/log.ts'

/**
 * The place of a device's database in the log of that device: it knows what stands up to there, and nothing that came later counts
 * against it. `page`: the same for what was sent, which is known more exactly where the database names the page it took last.
 * `sure`: up to where that is certain whoever brings it. `at`: when it was copied, as far as that is known, in epoch ms.
 */
export type Place = Mark & { page: number; sure: number }

/** What the log tells about when a database was copied. */
export type Clues = {
  /**
   * The page of ours that its token names, where the first session after that page ends, and the next page that was issued; null when it
   * names none. `returns`: where the device returned it although that next page had been issued, so that it never took that one, or was put
   * back. `following`: the first page that was issued after the last of these.
   */
  page:
    | (Mark & {
        sessionEnds: Mark
        nextPage: Mark | null
        returns: readonly number[]
        following: Mark | null
      })
    | null
  /** When it was copied, by whoever brings it, in epoch ms; and the last entry up to then. */
  taken: Mark | null
  /** The newest entry of the log. */
  last: Mark
}

/**
 * Where in the log a database belongs; null when nothing tells. The token it names is proof: the copy is no older than the page, and no
 * newer than the next page that was issued, for whoever took that has its token, unless the device showed since that it has none. Everything
 * up to the next session was certainly there, whatever the clock of the device says. From there on the day of the copy decides, where somebody says it; a copy of a copy may be
 * older than it looks.
 */
export function placeOf({ page, taken, last }: Clues): Place | null {
  if (!page) return taken && { ...taken, page: taken.seq, sure: taken.seq }
  const end = page.following ? page.following.seq - 1 : last.seq
  const sure = Math.min(page.sessionEnds.seq, page.nextPage ? page.nextPage.seq - 1 : end)
  if (!taken) return { seq: sure, at: page.sessionEnds.at, page: page.seq, sure }
  const seq = Math.max(sure, Math.min(taken.seq, end))
  const at = Math.max(page.at, Math.min(taken.at, page.following?.at ?? taken.at))
  const known = page.returns.findLast((returned) => returned <= seq) ?? page.seq
  return { seq, at, page: known, sure }
}

/** What a database says of a book: whether it is in the library, and whether its file is there. */
export type Said = { row: boolean; file: boolean }

/** Whether something came after the database was copied that speaks against what it says of this book, or may have changed it. */
export function isOutdated(entries: readonly BookEntry[], place: Place, said: Said): boolean {
  return entries.some((entry) => isAfter(entry, place, said) && overturns(entry, said))
}

/** Whether the device showed since that it has the file, and nothing after that speaks against it. */
export function isProvenSince(entries: readonly BookEntry[], place: Place): boolean {
  const proof = entries.findLastIndex((entry) => isAfter(entry, place, THERE) && isFileProof(entry))
  return proof >= 0 && !entries.slice(proof).some((entry) => overturns(entry, THERE))
}

const THERE: Said = { row: true, file: true }

/** Whether the device was told of the book since, in details that its database does not show. */
export function isToldSince(entries: readonly BookEntry[], place: Place): boolean {
  // Of a page that was issued, and never taken, it may be known that it was not taken only later.
  const told = Math.min(place.page, place.sure)
  return entries.some((entry) => entry.kind === 'operation' && entry.seq > told)
}

function isAfter(entry: BookEntry, place: Place, said: Said): boolean {
  if (entry.kind === 'operation') return entry.seq > place.page
  if (said.row && CHANGES_ROWS.has(entry.kind)) return entry.seq > place.sure
  if (entry.seq <= place.seq) return false
  // A report that came late is about the instant inside it, by a clock that may be in another time zone.
  const isReport = entry.kind === 'state' || entry.kind === 'annotation'
  return !isReport || Math.min(entry.instant, entry.at) > place.at - DAY
}

const DAY = 86_400_000

/**
 * By these a reader changes what a row says without a page being sent, so that a copy that looks too young would lie. But a row comes with
 * a page, so that one which is missing was lost.
 */
const CHANGES_ROWS = new Set<BookEntry['kind']>([
  'delete',
  'unlisted',
  'download-begun',
  'download-completed',
])

function overturns(entry: BookEntry, said: Said): boolean {
  switch (entry.kind) {
    case 'operation':
      return entry.operation.verb !== 'metadata' && entry.operation.verb !== 'state'
    case 'audited':
      return entry.row !== said.row || entry.file !== said.file
    case 'missed':
      return entry.row !== said.row || said.file
    case 'metadata-asked':
    case 'cover-asked':
    case 'tagged':
    case 'annotations-asked':
      return !said.row
    case 'download-begun':
    case 'download-completed':
    case 'state':
    case 'annotation':
    case 'listed':
      return !said.file
    case 'unlisted':
      return said.file
    case 'delete':
      return !entry.repeat
    case 'consent':
    case 'retract':
    case 'base':
    case 'tokenless':
    case 'epoch':
    case 'restored':
    case 'rolled-back':
      return true
    case 'download-cut':
    case 'shelved':
    case 'unshelved':
    case 'bring-back':
    case 'activation':
      return false
    default:
      return entry satisfies never
  }
}
