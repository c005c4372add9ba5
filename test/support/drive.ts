import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { HouseKobo } from './kobo-at.ts'

/** A book as it lies on the drive of a Kobo: its row, its file and its highlights. */
export type BookOnDrive = {
  id: string
  title: string
  /** `removed` for a book that was taken back. */
  owner: string
  downloaded: string
  bytes: number | null
  percent: number | null
  status: number | null
  /** `source#span`, as the device keeps a place. */
  place: string | null
  minutes: number | null
  readAt: string | null
  revision: string | null
  imageId: string | null
  /** Hash of the file that lies there; null for none. */
  file: string | null
  highlights: string[]
}

/** All that a Kobo has of each book, by title: what must stay as it was when something else changes. */
export function booksOnDrive(kobo: HouseKobo): Record<string, BookOnDrive> {
  const db = open(kobo)
  try {
    const rows = db
      .prepare<[], Omit<BookOnDrive, 'file' | 'highlights'>>(
        `SELECT ContentID AS id, Title AS title, ___UserID AS owner, IsDownloaded AS downloaded, ___FileSize AS bytes,
          ___PercentRead AS percent, ReadStatus AS status, ChapterIDBookmarked AS place, TimeSpentReading AS minutes,
          DateLastRead AS readAt, PurchaseRevisionId AS revision, ImageId AS imageId
         FROM content WHERE ContentType = '6' AND BookID IS NULL`,
      )
      .all()
    const marks = db.prepare<[string], { text: string }>(
      'SELECT Text AS text FROM Bookmark WHERE VolumeID = ? ORDER BY BookmarkID',
    )
    return Object.fromEntries(
      rows.map((row) => [
        row.title,
        {
          ...row,
          file: fileHash(kobo.fileOf(row.id)),
          highlights: marks.all(row.id).map(({ text }) => text),
        },
      ]),
    )
  } finally {
    db.close()
  }
}

/** Writes to the database of a Kobo what its reader or another program did there. */
export function writeOnDrive(
  kobo: HouseKobo,
  sql: string,
  ...values: (string | number | null)[]
): void {
  const db = open(kobo)
  try {
    db.prepare(sql).run(...values)
  } finally {
    db.close()
  }
}

function open(kobo: HouseKobo): Database.Database {
  return new Database(join(kobo.drive, '.kobo', 'KoboReader.sqlite'))
}

function fileHash(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null
}
