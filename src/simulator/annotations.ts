import { byServer, violate, type Device, type Session } from './device.ts'
import { stamp } from './instants.ts'
import { Interrupted } from './interrupted.ts'
import { parseJson } from './json.ts'
import { bookRow, presentBooks, READER, type BookRow } from './library.ts'
import { annotationIds, tellLostAnnotations } from './losses.ts'
import type { Answer } from './request.ts'
import { readingServices } from './reading-services.ts'
import { arrayOf, filledText, isRecord, object, text, timestamp } from './validate/shape.ts'
import { send, sendJson } from './wire.ts'

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
 * Asks for the annotations of a book. A 200 replaces the whole local set; an error, a hang or a 304 leaves none
 * (docs/protocol/annotations.md). `how` says what made the device ask.
 */
export async function fillAnnotations(session: Session, id: string, how: string): Promise<void> {
  const root = readingServices(session)
  if (root === undefined) return
  const { device } = session
  const before = annotationIds(device, id)
  const known = bookRow(device.db, id)?.annotationsToken
  let outcome = 'no answer'
  try {
    const { answer, at } = await send(session, {
      method: 'GET',
      to: `${root}/api/v3/content/${id}/annotations?limit=100`,
      kind: 'reading',
      headers: known ? { 'If-None-Match': known } : {},
    })
    outcome = String(answer.status)
    const set = setOf(session, answer, at)
    if (set) replaceAnnotations(session, id, set, answer.headers.etag, at)
    else emptyAnnotations(device, id)
  } catch (error) {
    if (error instanceof Interrupted) emptyAnnotations(device, id)
    throw error
  } finally {
    const cause = byServer(session, `annotations ${how} → ${outcome}`)
    tellLostAnnotations(device, id, before, annotationIds(device, id), cause)
  }
}

/** The set in an answer, when it is one that the device takes. */
function setOf(session: Session, answer: Answer, at: string): unknown[] | undefined {
  if (answer.status !== 200) return undefined
  const json: unknown = answer.whole ? parseJson(answer.body) : undefined
  violate(session, at, object({ annotations: arrayOf(annotation) })(json, 'the body'))
  if (!isRecord(json)) return undefined
  if ((json['nextPageOffsetToken'] ?? null) !== null) {
    violate(session, at, ['nextPageOffsetToken must be null: how to ask for more is not known'])
  }
  const set = json['annotations']
  return Array.isArray(set) ? set : undefined
}

function replaceAnnotations(
  session: Session,
  id: string,
  set: readonly unknown[],
  etag: string | undefined,
  at: string,
): void {
  const { db, switches } = session.device
  db.transaction(() => {
    db.prepare('DELETE FROM Bookmark WHERE VolumeID = ?').run(id)
    for (const each of set) if (isRecord(each)) insertAnnotation(session, id, each)
  })()
  if (!etag) return violate(session, at, ['the answer has no ETag'])
  if (switches.annotationList === 'nothing') return
  db.prepare('UPDATE content SET AnnotationsSyncToken = ? WHERE ContentID = ?').run(etag, id)
}

function emptyAnnotations({ db, switches }: Device, id: string): void {
  if (switches.annotationsAfterDownload === 'kept') return
  db.prepare('DELETE FROM Bookmark WHERE VolumeID = ?').run(id)
}

/** What a download does to the annotations of its book. A device that asks for none keeps those that it had. */
export async function annotationsAfterDownload(session: Session, id: string): Promise<void> {
  if (session.device.switches.annotationsAskedAfterDownload)
    await fillAnnotations(session, id, 'after a download')
}

/** Asks which of these books have other annotations on the server, and takes those. */
export async function checkForChanges(session: Session, books: readonly BookRow[]): Promise<void> {
  const root = readingServices(session)
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
  for (const row of books) {
    if (named.includes(row.id)) await fillAnnotations(session, row.id, 'named as changed')
  }
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

function insertAnnotation(session: Session, book: string, each: Record<string, unknown>): void {
  const { location, highlightedText, noteText, id, type, clientLastModifiedUtc: at } = each
  const span = isRecord(location) && isRecord(location['span']) ? location['span'] : {}
  const chapter = `${book}!!${textOr(span['chapterFilename'], '')}`
  session.device.db
    .prepare(
      `INSERT OR REPLACE INTO Bookmark(BookmarkID, VolumeID, ContentID, StartContainerPath,
        StartContainerChildIndex, StartOffset, EndContainerPath, EndContainerChildIndex, EndOffset, Text, Annotation,
        ChapterProgress, DateCreated, DateModified, UserID, SyncTime, Published, Type)
       VALUES (?, ?, ?, ?, -99, ?, ?, -99, ?, ?, ?, ?, ?, ?, ?, ?, 'true', ?)`,
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
      Number(span['chapterProgress'] ?? 0),
      textOr(at, null),
      textOr(at, null),
      READER,
      stamp(session.device.now()),
      textOr(type, 'highlight'),
    )
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise
}
