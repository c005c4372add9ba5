import type { BookEntry } from '../sync/book-entry.ts'
import { foldStay } from '../sync/fold.ts'
import type { Mark } from '../sync/log.ts'
import { isLater, type Stay } from '../sync/stay.ts'

/** What became of a book's download: it is `over`, `under way`, or there is trouble that its person should hear of. */
export type Fetching = 'over' | 'under way' | DownloadTrouble

/**
 * `failed`: tried `tries` times and never completed; `anew`: it is known to have broken off, syncs passed, and this artifact was not
 * taken back before, so that it may be offered anew without asking anybody. `cut`: broken off and not taken up again. `not-begun`: asked for and not
 * fetched.
 */
export type DownloadTrouble =
  | { trouble: 'failed'; tries: number; anew: boolean }
  | { trouble: 'cut' }
  | { trouble: 'not-begun' }

/** So many beginnings without an end are a failure, whatever else happened. */
const TRIES = 3

/** A download that was begun is given up by the Kobo when so many complete syncs passed. */
const SYNCS = 2

/** A Kobo comes for the file within a second of asking where it is, and takes a broken one up again as soon; in ms. */
const PATIENCE = 60_000

/** What happened once and led to nothing is old news then, in ms: thirty days. */
const OLD = 30 * 24 * 60 * 60_000

/**
 * What became of a book's download in its present stay on the device. `entries` are those that bear on the book, `completes` the
 * ends of the device's syncs, both in the order of the log.
 */
export function downloadTrouble(
  entries: readonly BookEntry[],
  completes: readonly Mark[],
  now: number,
): Fetching {
  const stay = foldStay(entries)
  if (stay.state === 'none') return 'over'
  const inStay = entries.filter((entry) => isLater(entry, stay.since))
  const end = inStay.findLastIndex(isEnd)
  const wasEnded = end >= 0
  const open = inStay.slice(end + 1)
  const begun = open.filter((entry) => entry.kind === 'download-begun')
  const [first] = begun
  if (first) {
    const syncs = completes.filter((mark) => mark.seq > first.seq).length
    const last = open.findLast(
      (entry) => entry.kind === 'download-begun' || entry.kind === 'download-cut',
    )
    // The Kobo may be about to get it.
    if (last?.kind === 'download-begun' && now - last.at < PATIENCE) return 'under way'
    if (begun.length >= TRIES || syncs >= SYNCS) {
      const isBroken = stay.state === 'held' && last?.kind === 'download-cut'
      const anew = isBroken && syncs >= SYNCS && !wasTakenBack(entries, stay)
      return { trouble: 'failed', tries: begun.length, anew }
    }
    if (last?.kind !== 'download-cut' || now - last.at < PATIENCE) return 'under way'
    return now - last.at < OLD ? { trouble: 'cut' } : 'over'
  }
  const asked = open.findLast((entry) => entry.kind === 'metadata-asked')
  if (!asked || wasEnded || now - asked.at >= OLD) return 'over'
  return now - asked.at < PATIENCE ? 'under way' : { trouble: 'not-begun' }
}

/** Whether what the device was announced was taken off it before, to be offered anew. */
function wasTakenBack(entries: readonly BookEntry[], { artifact }: Stay): boolean {
  const offer = entries.find(
    (entry) => entry.kind === 'operation' && entry.operation.artifact === artifact,
  )
  return entries.some((entry) => entry.kind === 'retract' && offer && entry.seq > offer.seq)
}

/** The file arrived, or shows that it did. After a download its annotations are asked for. */
function isEnd(entry: BookEntry): boolean {
  return (
    entry.kind === 'download-completed' ||
    entry.kind === 'annotations-asked' ||
    entry.kind === 'annotation' ||
    entry.kind === 'listed' ||
    entry.kind === 'state' ||
    (entry.kind === 'audited' && entry.file)
  )
}
