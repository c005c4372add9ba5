import { existsSync } from 'node:fs'
import type { Device } from './device.ts'
import { bookFile } from './home.ts'
import { bookRows } from './library.ts'

/** A book as the device's owner sees it. */
export interface Content {
  id: string
  title: string
  /** The row says that the file is here. */
  downloaded: boolean
  /** Bytes of the file when it is downloaded, else the announced size. */
  size: number
  revision: string | null
  /** Of the downloaded file, when it is still on the drive. */
  sha256?: string
  imageId: string | null
  percentRead: number
  readStatus: 'ReadyToRead' | 'Reading' | 'Finished'
  /** Taken back by the server; the row is still there. */
  removed: boolean
  highlights: number
}

/** All books of the database, removed ones included, oldest first. */
export function contentsOf(device: Device): Content[] {
  const sums = new Map(
    device.db
      .prepare<[], { id: string; sha256: string | null }>('SELECT id, sha256 FROM sim_book')
      .all()
      .map((row) => [row.id, row.sha256]),
  )
  const marks = new Map(
    device.db
      .prepare<[], { book: string; count: number }>(
        "SELECT VolumeID AS book, count(*) AS count FROM Bookmark WHERE Hidden IN (0, 'false') GROUP BY VolumeID",
      )
      .all()
      .map((row) => [row.book, row.count]),
  )
  return bookRows(device.db).map((row) => {
    const downloaded = row.downloaded === 'true'
    const sha256 = sums.get(row.id)
    const content: Content = {
      id: row.id,
      title: row.title,
      downloaded,
      size: row.fileSize ?? 0,
      revision: row.revision,
      imageId: row.imageId,
      percentRead: row.percent ?? 0,
      readStatus: (['ReadyToRead', 'Reading', 'Finished'] as const)[row.readStatus ?? 0],
      removed: row.owner === 'removed',
      highlights: marks.get(row.id) ?? 0,
    }
    const onDrive = downloaded && sha256 && existsSync(bookFile(device.home, row.id))
    return onDrive ? { ...content, sha256 } : content
  })
}

/** The annotations of a book that its reader sees, oldest first. */
export function highlightsOf(device: Device, id: string): { id: string; text: string | null }[] {
  return device.db
    .prepare<[string], { id: string; text: string | null }>(
      "SELECT BookmarkID AS id, Text AS text FROM Bookmark WHERE VolumeID = ? AND Hidden IN (0, 'false') ORDER BY rowid",
    )
    .all(id)
}
