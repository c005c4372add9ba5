import type { Device, Session } from './device.ts'
import { stamp } from './instants.ts'
import { unlessPostponed } from './interrupted.ts'
import { READER, type BookRow } from './library.ts'
import { tellLostAnnotations } from './losses.ts'
import { chaptersOf, placeAt } from './places.ts'
import { uuidFrom } from './random.ts'
import { downloadedBook } from './known-book.ts'
import { readingServices } from './reading-services.ts'
import { WrongUse } from './wrong-use.ts'
import { stop } from './stop.ts'
import { send } from './wire.ts'

interface Mark {
  id: string
  book: string
  hidden: 0 | 1
  text: string
  note: string | null
  type: string
  at: string
  chapter: string
  progress: number
  start: string
  startChar: number
  end: string
  endChar: number
}

/**
 * Marks a passage where the reader is, with a note or without. The server hears of it when the book is closed or at the next
 * sync. Gives the id of the highlight.
 */
export function highlight(device: Device, id: string, text: string, note?: string): string {
  const row = downloadedBook(device, id)
  const bookmark = uuidFrom(device.random)
  const at = stamp(device.now())
  const { document, path } = whereabouts(device, row)
  device.db
    .prepare(
      `INSERT INTO Bookmark(BookmarkID, VolumeID, ContentID, StartContainerPath, StartContainerChildIndex, StartOffset,
        EndContainerPath, EndContainerChildIndex, EndOffset, Text, Annotation, ChapterProgress, DateCreated, DateModified,
        UserID, Type)
       VALUES (?, ?, ?, ?, -99, 0, ?, -99, ?, ?, ?, 0.5, ?, ?, ?, ?)`,
    )
    .run(
      bookmark,
      id,
      `${id}!!${document}`,
      path,
      path,
      text.length,
      text,
      note ?? null,
      at,
      at,
      READER,
      note === undefined ? 'highlight' : 'note',
    )
  return bookmark
}

/** Writes a note to a highlight, or another one. */
export function editHighlight(device: Device, bookmark: string, note: string): void {
  const { changes } = device.db
    .prepare(
      `UPDATE Bookmark SET Annotation = ?, Type = 'note', DateModified = ?, SyncTime = NULL
       WHERE BookmarkID = ? AND Hidden IN (0, 'false')`,
    )
    .run(note, stamp(device.now()), bookmark)
  if (changes === 0) throw new WrongUse(`This Kobo has no highlight ${bookmark}.`)
}

/** The highlight is hidden at once, and gone when the server has heard of it. */
export function deleteHighlight(device: Device, bookmark: string): void {
  const row = device.db
    .prepare<[string], { book: string }>(
      "SELECT VolumeID AS book FROM Bookmark WHERE BookmarkID = ? AND Hidden IN (0, 'false')",
    )
    .get(bookmark)
  if (!row) throw new WrongUse(`This Kobo has no highlight ${bookmark}.`)
  device.db
    .prepare(
      "UPDATE Bookmark SET Hidden = 'true', DateModified = ?, SyncTime = NULL WHERE BookmarkID = ?",
    )
    .run(stamp(device.now()), bookmark)
  const cause = { by: 'reader', how: 'delete highlight' } as const
  tellLostAnnotations(device, row.book, [bookmark], [], cause)
}

/** Tells of highlights that the server does not know of as they are, one PATCH for each book, or for `only` that one. */
export async function sendHighlights(session: Session, only?: string): Promise<void> {
  const unsent = unsentMarks(session.device).filter(
    ({ book }) => only === undefined || book === only,
  )
  const root = unsent.length > 0 ? readingServices(session) : undefined
  if (root === undefined) return
  for (const book of new Set(unsent.map((mark) => mark.book))) {
    const mine = unsent.filter((mark) => mark.book === book)
    await unlessPostponed(() => patch(session, root, book, mine))
  }
}

async function patch(
  session: Session,
  root: string,
  book: string,
  marks: readonly Mark[],
): Promise<void> {
  const { db, now } = session.device
  const changed = marks.filter((mark) => mark.hidden === 0)
  const deleted = marks.filter((mark) => mark.hidden === 1)
  const { answer, at } = await send(session, {
    method: 'PATCH',
    to: `${root}/api/v3/content/${book}/annotations`,
    kind: 'reading',
    mayWait: true,
    json: {
      ...(changed.length > 0 && { updatedAnnotations: changed.map(annotationOf) }),
      ...(deleted.length > 0 && { deletedAnnotationIds: deleted.map(({ id }) => id) }),
    },
  })
  if (answer.status < 200 || answer.status > 299) {
    throw stop(session, at, `the server answered ${answer.status}; the highlights stay queued`)
  }
  const sent = db.prepare('UPDATE Bookmark SET SyncTime = ? WHERE BookmarkID = ?')
  for (const { id } of changed) sent.run(stamp(now()), id)
  const gone = db.prepare('DELETE FROM Bookmark WHERE BookmarkID = ?')
  for (const { id } of deleted) gone.run(id)
}

function unsentMarks({ db }: Device): Mark[] {
  return db
    .prepare<[], Mark>(
      `SELECT BookmarkID AS id, VolumeID AS book, CASE WHEN Hidden IN (0, 'false') THEN 0 ELSE 1 END AS hidden,
        Text AS text, Annotation AS note, Type AS type, DateModified AS at, ContentID AS chapter,
        ChapterProgress AS progress, StartContainerPath AS start, StartOffset AS startChar, EndContainerPath AS end,
        EndOffset AS endChar
       FROM Bookmark WHERE SyncTime IS NULL ORDER BY rowid`,
    )
    .all()
}

/** The document and the path of the span where the reader is. Without spans they are made up. */
function whereabouts(device: Device, row: BookRow): { document: string; path: string } {
  const place = placeAt(chaptersOf(device, row), row.percent ?? 0)
  const document = place?.source ?? 'OEBPS/chapter001.xhtml'
  return { document, path: `span#${(place?.value ?? 'kobo.1.1').replaceAll('.', String.raw`\.`)}` }
}

function annotationOf(mark: Mark) {
  return {
    id: mark.id,
    type: mark.type,
    clientLastModifiedUtc: mark.at,
    highlightedText: mark.text,
    ...(mark.note !== null && { noteText: mark.note }),
    highlightColor: '#FFE08A',
    attachments: {},
    location: {
      span: {
        chapterFilename: mark.chapter.split('!!')[1] ?? '',
        chapterProgress: mark.progress,
        chapterTitle: 'Chapter 1',
        startPath: mark.start,
        startChar: mark.startChar,
        endPath: mark.end,
        endChar: mark.endChar,
      },
    },
  }
}
