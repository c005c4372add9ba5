import type { Device } from './device.ts'
import type { Cause } from './events.ts'
import { KEPUB_TYPE, type BookRow } from './library.ts'
import type { Chapter } from './spans.ts'

/** A place by a span, as a device tells it. */
export interface SpanPlace {
  /** The document, by its path in the archive. */
  source: string
  /** The id of the span. */
  value: string
  /** 0–100, within the document. */
  chapterPercent: number
}

/** Keeps what was found in a file. Nothing is found in a book without spans. */
export function keepSpans({ db }: Device, book: string, chapters: readonly Chapter[]): void {
  db.prepare('DELETE FROM sim_spans WHERE book = ?').run(book)
  const insert = db.prepare('INSERT INTO sim_spans(book, n, document, spans) VALUES (?, ?, ?, ?)')
  for (const [n, { document, spans }] of chapters.entries())
    insert.run(book, n, document, spans.join(' '))
}

/** The documents with spans of a book's file, in order; none when the file is not here or has no spans. */
export function chaptersOf({ db }: Device, row: BookRow): Chapter[] {
  if (row.downloaded !== 'true' || row.mimeType !== KEPUB_TYPE) return []
  return db
    .prepare<[string], { document: string; spans: string }>(
      "SELECT document, spans FROM sim_spans WHERE book = ? AND spans <> '' ORDER BY n",
    )
    .all(row.id)
    .map(({ document, spans }) => ({ document, spans: spans.split(' ') }))
}

/** The span at so many percent of the book. Undefined when there are no spans. */
export function placeAt(chapters: readonly Chapter[], percent: number): SpanPlace | undefined {
  const total = chapters.reduce((sum, { spans }) => sum + spans.length, 0)
  let left = Math.min(total - 1, Math.floor((total * percent) / 100))
  for (const { document, spans } of chapters) {
    const value = spans[left]
    if (value !== undefined) {
      const chapterPercent = Math.round((100 * left) / spans.length)
      return { source: document, value, chapterPercent }
    }
    left -= spans.length
  }
  return undefined
}

/** Whether the file of a book has the place of its row. Undefined when the file has no spans, or the row no place. */
export function placeIsInFile(device: Device, row: BookRow): boolean | undefined {
  const chapters = chaptersOf(device, row)
  if (chapters.length === 0 || !row.location) return undefined
  const [source = '', value = ''] = row.location.split('#')
  const path = source.slice(source.lastIndexOf('!') + 1)
  return chapters.some(({ document, spans }) => document === path && spans.includes(value))
}

/** Writes into the events that a place of the server leads nowhere. */
export function tellPlaceNotFound(device: Device, row: BookRow, cause: Cause): void {
  if (placeIsInFile(device, row) !== false) return
  device.events.push({
    what: 'place not found',
    book: row.id,
    location: row.location ?? '',
    cause,
  })
}
