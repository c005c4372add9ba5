import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Device } from './device.ts'
import { bookRows, kept, pendingDeletes, progressOf, syncToken, type BookRow } from './library.ts'
import { queuedStates } from './local-changes.ts'
import { placeIsInFile } from './places.ts'

/** Everything that a check of a device may ask for, as it is now. */
export interface KoboState {
  /** The books of the library, downloaded or not: the entitled set. Oldest first. */
  books: BookState[]
  /** Books whose rows say that they were removed. */
  removed: string[]
  /** Bytes of each file in the folder of books, by its name, whether a row knows of it or not. */
  files: Map<string, number>
  /** Image ids of the covers that are here. */
  covers: Set<string>
  /** The token that the next library sync sends. */
  token: string | null
  signedIn: boolean
  /** What the next sync tells before it asks for the library. */
  unsent: { deletes: string[]; states: string[]; highlights: number }
  /** The paths of the requests that are on their way still, and will come a second time. */
  twins: string[]
}

export interface BookState {
  id: string
  title: string
  /** The row says that the file is here. */
  downloaded: boolean
  /** Bytes of the file, when there is one. */
  file: number | undefined
  revision: string | null
  imageId: string | null
  place: {
    /** 0–100; 100 when the book is finished. */
    progress: number
    status: 'ReadyToRead' | 'Reading' | 'Finished'
    /** `document#span`. */
    location: string | null
    /** Whether the file has that span. Undefined for a file without spans. */
    inFile: boolean | undefined
  }
  /** Those that the reader sees, oldest first. */
  annotations: { id: string; text: string | null; note: string | null }[]
  /** The etag with which the device lists the book, when it does. */
  etag: string | null
}

export function stateOf(device: Device): KoboState {
  const { db, home } = device
  const rows = bookRows(db)
  const files = new Map(
    readdirSync(home.kepub).map((name) => [name, statSync(join(home.kepub, name)).size]),
  )
  const unsent = rows.filter((row) => row.owner !== 'removed' && row.stateSent !== 'true')
  return {
    books: rows
      .filter((row) => row.owner !== 'removed')
      .map((row) => bookState(device, row, files.get(row.id))),
    removed: rows.filter((row) => row.owner === 'removed').map((row) => row.id),
    files,
    covers: new Set(readdirSync(home.images).map((name) => name.replace(/ - N3_\w+\.parsed$/, ''))),
    token: syncToken(db),
    signedIn: kept(db, 'signed_in') === 'true',
    unsent: {
      deletes: pendingDeletes(db),
      states: [...queuedStates(device), ...unsent].map(({ id }) => id),
      highlights: unsentHighlights(device),
    },
    twins: device.twins.map(({ request }) => request.url.pathname),
  }
}

function bookState(device: Device, row: BookRow, file: number | undefined): BookState {
  return {
    id: row.id,
    title: row.title,
    downloaded: row.downloaded === 'true',
    file,
    revision: row.revision,
    imageId: row.imageId,
    place: {
      progress: progressOf(row),
      status: (['ReadyToRead', 'Reading', 'Finished'] as const)[row.readStatus ?? 0],
      location: row.location,
      inFile: placeIsInFile(device, row),
    },
    annotations: device.db
      .prepare<[string], { id: string; text: string | null; note: string | null }>(
        `SELECT BookmarkID AS id, Text AS text, Annotation AS note FROM Bookmark
         WHERE VolumeID = ? AND Hidden IN (0, 'false') ORDER BY rowid`,
      )
      .all(row.id),
    etag: row.annotationsToken,
  }
}

function unsentHighlights({ db }: Device): number {
  const row = db
    .prepare<[], { n: number }>('SELECT count(*) AS n FROM Bookmark WHERE SyncTime IS NULL')
    .get()
  return row?.n ?? 0
}
