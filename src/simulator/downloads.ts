import { annotationsAfterDownload } from './annotations.ts'
import { violate, type Session } from './device.ts'
import { bookFile } from './home.ts'
import { stamp } from './instants.ts'
import { bookRow, EPUB_TYPE, KEPUB_TYPE } from './library.ts'
import { readMetadata } from './operations.ts'
import { keepSpans } from './places.ts'
import { inspectKepub } from './spans.ts'
import { complaintsAboutLength, looksLikeZip } from './validate/answer.ts'
import { bookMetadata } from './validate/book-metadata.ts'
import { mayContact } from './may-contact.ts'
import { send, sendJson } from './wire.ts'

/**
 * Downloads what the device fetches by itself: books left over from a session that broke off, then the newly announced,
 * up to the device's number. The rest wait for a tap.
 */
export async function downloadQueued(session: Session): Promise<void> {
  const { db, switches, now } = session.device
  const left = db
    .prepare<[], { id: string }>('SELECT VolumeId AS id FROM SyncQueue ORDER BY rowid')
    .all()
  const wanted = [...new Set([...left.map((row) => row.id), ...session.fresh])].filter(
    (id) => bookRow(db, id)?.downloaded === 'false',
  )
  const chosen = wanted.slice(0, switches.downloadsPerSync)
  db.exec('DELETE FROM SyncQueue')
  const queue = db.prepare('INSERT INTO SyncQueue(Date, VolumeId, State) VALUES (?, ?, 0)')
  for (const id of chosen) queue.run(stamp(now()), id)
  for (const id of chosen) await download(session, id)
}

/** Downloads one book: its metadata, its file, then its annotations (docs/protocol/download.md). True when the file arrived. */
export async function download(session: Session, id: string): Promise<boolean> {
  const { device, report } = session
  const url = await askWhere(session, id)
  device.db.prepare('DELETE FROM SyncQueue WHERE VolumeId = ?').run(id)
  if (!url || !mayContact(session, url.href, `GET /v1/library/${id}/metadata`)) return false

  const title = bookRow(device.db, id)?.title ?? id
  device.db
    .prepare('INSERT OR IGNORE INTO SyncQueue(Date, VolumeId, State) VALUES (?, ?, 1)')
    .run(stamp(device.now()), id)
  const { answer, at } = await send(session, {
    method: 'GET',
    to: url.href,
    kind: 'download',
    identity: 'none',
    into: bookFile(device.home, id),
    untold: true,
  })
  device.db.prepare('DELETE FROM SyncQueue WHERE VolumeId = ?').run(id)
  violate(session, at, complaintsAboutLength(answer))
  if (answer.contentLength !== undefined && answer.contentLength !== url.size) {
    violate(session, at, [
      `the Content-Length ${answer.contentLength} differs from the announced Size ${url.size}`,
    ])
  }
  const book = answer.status === 200 && looksLikeZip(answer)
  if (answer.status === 200 && !book)
    violate(session, at, ['the file does not begin like a ZIP archive'])
  device.diary.note(`download of “${title}” → ${answer.status}, ${answer.received} bytes`)
  if (!answer.whole || !book) return false

  device.db
    .prepare(
      "UPDATE content SET IsDownloaded = 'true', ___FileSize = ?, MimeType = ? WHERE ContentID = ?",
    )
    .run(answer.received, url.isKepub ? KEPUB_TYPE : EPUB_TYPE, id)
  const spans = url.isKepub ? await lookForSpans(session, id, answer.sha256 ?? '', at) : undefined
  device.events.push({ what: 'downloaded', book: id, bytes: answer.received, spans })
  device.db.prepare('UPDATE sim_book SET sha256 = ? WHERE id = ?').run(answer.sha256 ?? null, id)
  report.downloaded.push(id)
  session.fresh.delete(id)
  await annotationsAfterDownload(session, id)
  return true
}

/** Keeps the spans of a KEPUB that arrived. Gives how many there are. */
async function lookForSpans(
  session: Session,
  id: string,
  sha256: string,
  at: string,
): Promise<number> {
  const { device } = session
  const { chapters, complaints } = await inspectKepub(bookFile(device.home, id), sha256)
  violate(session, at, complaints)
  keepSpans(device, id, chapters)
  return chapters.reduce((sum, { spans }) => sum + spans.length, 0)
}

/** The address and size that the metadata names. A body that is not an array of one ends the download without a word. */
async function askWhere(
  session: Session,
  id: string,
): Promise<{ href: string; size: number; isKepub: boolean } | undefined> {
  const { at, json } = await sendJson(session, {
    method: 'GET',
    to: `/v1/library/${id}/metadata`,
  })
  const books: unknown[] = Array.isArray(json) ? json : []
  if (books.length !== 1) {
    violate(session, at, ['the body must be an array with exactly one book'])
    return undefined
  }
  violate(session, at, bookMetadata(books[0], 'the book'))
  const metadata = readMetadata(books[0])
  if (metadata && metadata.id !== id)
    violate(session, at, [`the book is ${metadata.id}, not the one asked for`])
  const announced = session.device.db
    .prepare<[string], { size: number | null }>(
      'SELECT announced_size AS size FROM sim_book WHERE id = ?',
    )
    .get(id)?.size
  if (metadata?.size !== undefined && (announced ?? metadata.size) !== metadata.size) {
    violate(session, at, [`the Size ${metadata.size} differs from the announced ${announced}`])
  }
  if (metadata?.url === undefined) return undefined
  return { href: metadata.url, size: metadata.size ?? 0, isKepub: metadata.format === 'KEPUB' }
}
