import type { Device } from './device.ts'
import type { Cause } from './events.ts'
import { presentBooks, progressOf } from './library.ts'

interface Kept {
  downloaded: boolean
  progress: number
  annotations: string[]
}

/**
 * Does something to a device and writes into its events what was lost by it: rows, files, annotations, and places that are
 * further back than before. A row that is gone takes its place along without a word of its own.
 */
export function tellingLosses<Result>(device: Device, cause: Cause, act: () => Result): Result {
  const before = whatIsThere(device)
  const result = act()
  const after = whatIsThere(device)
  for (const [book, had] of before) {
    const has = after.get(book)
    if (!has) device.events.push({ what: 'row gone', book, cause })
    if (has && had.downloaded && !has.downloaded)
      device.events.push({ what: 'file gone', book, cause })
    tellLostAnnotations(device, book, had.annotations, annotationIds(device, book), cause)
    if (has) tellPlaceBack(device, book, had.progress, has.progress, cause)
  }
  return result
}

export function tellLostAnnotations(
  device: Device,
  book: string,
  before: readonly string[],
  after: readonly string[],
  cause: Cause,
): void {
  const ids = before.filter((id) => !after.includes(id))
  if (ids.length > 0) device.events.push({ what: 'annotations lost', book, ids, cause })
}

export function tellPlaceBack(
  device: Device,
  book: string,
  from: number,
  to: number,
  cause: Cause,
): void {
  if (to < from) device.events.push({ what: 'place back', book, from, to, cause })
}

/** The ids of a book's annotations, oldest first; those that the reader deleted are not among them. */
export function annotationIds({ db }: Device, book: string): string[] {
  return db
    .prepare<[string], { id: string }>(
      "SELECT BookmarkID AS id FROM Bookmark WHERE VolumeID = ? AND Hidden IN (0, 'false') ORDER BY rowid",
    )
    .all(book)
    .map((row) => row.id)
}

function whatIsThere(device: Device): Map<string, Kept> {
  return new Map(
    presentBooks(device.db).map((row) => [
      row.id,
      {
        downloaded: row.downloaded === 'true',
        progress: progressOf(row),
        annotations: annotationIds(device, row.id),
      },
    ]),
  )
}
