import { violate, type Session } from './device.ts'
import { stamp } from './instants.ts'
import { parseJson } from './json.ts'
import { presentBooks, READER, type BookRow } from './library.ts'
import { readingRoot } from './resources.ts'
import { arrayOf, filledText, isRecord, object, text, timestamp } from './validate/shape.ts'
import { mayContact, send, sendJson, stop } from './wire.ts'

const annotation = object(
  {
    id: filledText,
    type: filledText,
    clientLastModifiedUtc: timestamp,
    location: object({ span: object({ chapterFilename: filledText }) }),
  },
  { highlightedText: text, noteText: text },
)

/** How many books a device lists that names only those read last. */
const RECENT = 7

/**
 * Asks for the annotations of a book. A 200 replaces the whole local set; after a download an error, a hang or a 304 leaves
 * none (docs/protocol/annotations.md).
 */
export async function fillAnnotations(session: Session, id: string): Promise<void> {
  const root = contact(session)
  if (root === undefined) return
  const { db, switches } = session.device
  const known = presentBooks(db).find((row) => row.id === id)?.annotationsToken
  const { answer, at } = await send(session, {
    method: 'GET',
    to: `${root}/api/v3/content/${id}/annotations?limit=100`,
    kind: 'reading',
    headers: known ? { 'If-None-Match': known } : {},
  })
  const json: unknown = answer.status === 200 && answer.whole ? parseJson(answer.body) : undefined
  if (answer.status === 200) {
    violate(session, at, object({ annotations: arrayOf(annotation) })(json, 'the body'))
    if (isRecord(json) && (json['nextPageOffsetToken'] ?? null) !== null) {
      violate(session, at, ['nextPageOffsetToken must be null: how to ask for more is not known'])
    }
  }
  const set: unknown = isRecord(json) ? json['annotations'] : undefined
  const replaces = Array.isArray(set)
  if (replaces || switches.annotationsAfterDownload === 'emptied-and-filled') {
    db.prepare('DELETE FROM Bookmark WHERE VolumeID = ?').run(id)
  }
  if (!replaces) return
  for (const each of set as unknown[]) if (isRecord(each)) insertAnnotation(session, id, each)
  const etag = answer.headers.etag
  if (!etag) return violate(session, at, ['the answer has no ETag'])
  if (switches.annotationList !== 'nothing') {
    db.prepare('UPDATE content SET AnnotationsSyncToken = ? WHERE ContentID = ?').run(etag, id)
  }
}

/** What a download does to the annotations of its book. A device that asks for none keeps those that it had. */
export async function annotationsAfterDownload(session: Session, id: string): Promise<void> {
  if (session.device.switches.annotationsAskedAfterDownload) await fillAnnotations(session, id)
}

/** Sends highlights that the server does not have yet, one PATCH for each book. */
export async function sendHighlights(session: Session, only?: string): Promise<void> {
  const { db, now } = session.device
  const unsent = db
    .prepare<[], { id: string; book: string; text: string; at: string; chapter: string }>(
      `SELECT BookmarkID AS id, VolumeID AS book, Text AS text, DateModified AS at, ContentID AS chapter
       FROM Bookmark WHERE SyncTime IS NULL ORDER BY rowid`,
    )
    .all()
  const books = new Set(
    unsent.map((row) => row.book).filter((id) => only === undefined || id === only),
  )
  const root = books.size > 0 ? contact(session) : undefined
  if (root === undefined) return
  for (const book of books) {
    const mine = unsent.filter((row) => row.book === book)
    const { answer, at } = await send(session, {
      method: 'PATCH',
      to: `${root}/api/v3/content/${book}/annotations`,
      kind: 'reading',
      json: { updatedAnnotations: mine.map(annotationOf) },
    })
    if (answer.status < 200 || answer.status > 299) {
      throw stop(session, at, `the server answered ${answer.status}; the highlights stay queued`)
    }
    const sent = db.prepare('UPDATE Bookmark SET SyncTime = ? WHERE BookmarkID = ?')
    for (const row of mine) sent.run(stamp(now()), row.id)
  }
}

/** Asks which of these books have other annotations on the server, and takes those. */
export async function checkForChanges(session: Session, books: readonly BookRow[]): Promise<void> {
  const root = contact(session)
  if (root === undefined) return
  const { at, json } = await sendJson(session, {
    method: 'POST',
    to: `${root}/api/v3/content/checkforchanges`,
    kind: 'reading',
    json: books.map((row) => ({ ContentId: row.id, etag: row.annotationsToken ?? '' })),
  })
  violate(session, at, arrayOf(filledText)(json, 'the body'))
  const named: unknown[] = Array.isArray(json) ? json : []
  const asked = new Set<unknown>(books.map((row) => row.id))
  if (named.some((id) => !asked.has(id))) {
    violate(session, at, ['the body names a book that was not asked about'])
  }
  for (const row of books) if (named.includes(row.id)) await fillAnnotations(session, row.id)
}

/** The books that this firmware lists in a sync. Undefined when it does not ask at all. */
export function listedInSync(session: Session): BookRow[] | undefined {
  const { db, switches } = session.device
  // A device that never asks for annotations by itself lists its books without an etag.
  const known = presentBooks(db).filter((row) =>
    switches.annotationsAskedAfterDownload
      ? (row.annotationsToken ?? '') !== ''
      : row.downloaded === 'true',
  )
  const recent = known
    .filter((row) => row.lastRead !== null)
    .sort((a, b) => (b.lastRead ?? '').localeCompare(a.lastRead ?? ''))
  if (switches.annotationList === 'all') return known
  if (switches.annotationList === 'recent') return recent.slice(0, RECENT)
  const asks = switches.annotationList === 'open-only' && recent.length > 0
  return asks ? recent.slice(0, 1) : undefined
}

function contact(session: Session): string | undefined {
  const root = readingRoot(session.device)
  if (root === undefined) return undefined
  return mayContact(session, root, 'Resources.reading_services_host') ? root : undefined
}

function insertAnnotation(session: Session, book: string, each: Record<string, unknown>): void {
  const { location, highlightedText, noteText, id, type, clientLastModifiedUtc: at } = each
  const span = isRecord(location) && isRecord(location['span']) ? location['span'] : {}
  const chapter = `${book}!!${textOr(span['chapterFilename'], '')}`
  session.device.db
    .prepare(
      `INSERT OR REPLACE INTO Bookmark(BookmarkID, VolumeID, ContentID, StartContainerPath,
        StartContainerChildIndex, StartOffset, EndContainerPath, EndContainerChildIndex, EndOffset, Text, Annotation,
        DateCreated, DateModified, UserID, SyncTime, Published, Type)
       VALUES (?, ?, ?, ?, -99, ?, ?, -99, ?, ?, ?, ?, ?, ?, ?, 'true', ?)`,
    )
    .run(
      textOr(id, ''),
      book,
      chapter,
      textOr(span['startPath'], ''),
      Number(span['startChar'] ?? 0),
      textOr(span['endPath'], ''),
      Number(span['endChar'] ?? 0),
      textOr(highlightedText, null),
      textOr(noteText, null),
      textOr(at, null),
      textOr(at, null),
      READER,
      stamp(session.device.now()),
      textOr(type, 'highlight'),
    )
}

function annotationOf(row: { id: string; text: string; at: string; chapter: string }) {
  return {
    id: row.id,
    type: 'highlight',
    clientLastModifiedUtc: row.at,
    highlightedText: row.text,
    highlightColor: '#FFE08A',
    attachments: {},
    location: {
      span: {
        chapterFilename: row.chapter.split('!!')[1] ?? '',
        chapterProgress: 0.5,
        chapterTitle: 'Chapter 1',
        startPath: String.raw`span#kobo\.1\.1`,
        startChar: 0,
        endPath: String.raw`span#kobo\.1\.1`,
        endChar: row.text.length,
      },
    },
  }
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise
}
