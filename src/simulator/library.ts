import Database from 'better-sqlite3'
import type { Home } from './home.ts'
import { deviceTables, simulationTables, wipedTables } from './schema.ts'

/** The account that owns the books on the device. */
export const READER = 'f00dfeed-0000-4000-8000-00000000c0de'

/** A row of table `content` that is a book, as far as the simulation needs it. */
export interface BookRow {
  id: string
  title: string
  imageId: string | null
  revision: string | null
  downloaded: 'true' | 'false'
  fileSize: number | null
  percent: number | null
  readStatus: 0 | 1 | 2 | null
  owner: string
  lastRead: string | null
  stateSent: 'true' | 'false'
  location: string | null
  chapterProgress: number | null
  timesStarted: number | null
  minutes: number | null
  annotationsToken: string | null
}

const BOOK_COLUMNS = `c.ContentID AS id, c.Title AS title, c.ImageId AS imageId,
 c.PurchaseRevisionId AS revision, c.IsDownloaded AS downloaded, c.___FileSize AS fileSize,
 c.___PercentRead AS percent, c.ReadStatus AS readStatus, c.___UserID AS owner,
 c.DateLastRead AS lastRead, c.ReadStateSynced AS stateSent, c.ChapterIDBookmarked AS location,
 c.CurrentChapterProgress AS chapterProgress, c.TimesStartedReading AS timesStarted,
 c.TimeSpentReading AS minutes, c.AnnotationsSyncToken AS annotationsToken`

/**
 * Opens the database of a device, with its tables. Nothing waits for the disk: a simulated crash ends a session, not the
 * machine.
 */
export function openLibrary(home: Home): Database.Database {
  const db = new Database(home.database)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  db.exec(deviceTables + simulationTables)
  db.prepare('INSERT OR IGNORE INTO DbVersion(version) VALUES (175)').run()
  addReader(db)
  return db
}

/** Empties what a factory reset empties. */
export function wipe(db: Database.Database): void {
  for (const table of wipedTables) db.exec(`DELETE FROM ${table}`)
  db.exec("DELETE FROM sim_state WHERE name = 'resources'")
  addReader(db)
}

/** All books, removed ones included, oldest first. */
export function bookRows(db: Database.Database): BookRow[] {
  return db
    .prepare<[], BookRow>(
      `SELECT ${BOOK_COLUMNS} FROM content c WHERE c.ContentType = '6' AND c.BookID IS NULL ORDER BY c.rowid`,
    )
    .all()
}

/** All books that are in the library, downloaded or not. */
export function presentBooks(db: Database.Database): BookRow[] {
  return bookRows(db).filter((row) => row.owner !== 'removed')
}

export function bookRow(db: Database.Database, id: string): BookRow | undefined {
  return db
    .prepare<[string], BookRow>(`SELECT ${BOOK_COLUMNS} FROM content c WHERE c.ContentID = ?`)
    .get(id)
}

export function setDownloaded(db: Database.Database, id: string, downloaded: boolean): void {
  db.prepare('UPDATE content SET IsDownloaded = ? WHERE ContentID = ?').run(String(downloaded), id)
}

/** The token to send with the next library sync, or null. */
export function syncToken(db: Database.Database): string | null {
  const row = db
    .prepare<[], { token: string | null }>('SELECT SyncContinuationToken AS token FROM user')
    .get()
  return row?.token ?? null
}

export function storeSyncToken(
  db: Database.Database,
  token: string | null,
  firmware: string,
  at: string,
): void {
  db.prepare(
    'UPDATE user SET SyncContinuationToken = ?, SyncTokenAppVersion = ?, LibrarySyncTime = ?',
  ).run(token, firmware, at)
}

/** The access token in use: the one of OAuth, else the one of the device's own sign-in. */
export function accessToken(db: Database.Database): string | null {
  const row = db
    .prepare<[], { token: string | null }>(
      'SELECT coalesce(KoboAccessToken, AuthToken) AS token FROM user',
    )
    .get()
  return row?.token ?? null
}

export function userKey(db: Database.Database): string {
  return db.prepare<[], { key: string }>('SELECT UserKey AS key FROM user').get()?.key ?? ''
}

/** A value that the simulation keeps, or undefined. */
export function kept(db: Database.Database, name: string): string | undefined {
  return db
    .prepare<[string], { value: string }>('SELECT value FROM sim_state WHERE name = ?')
    .get(name)?.value
}

export function keep(db: Database.Database, name: string, value: string): void {
  db.prepare('INSERT OR REPLACE INTO sim_state(name, value) VALUES (?, ?)').run(name, value)
}

/** Deletes that were not told to the server yet, oldest first. */
export function pendingDeletes(db: Database.Database): string[] {
  return db
    .prepare<[], { id: string }>('SELECT id FROM sim_deletes ORDER BY rowid')
    .all()
    .map((row) => row.id)
}

/** Notes that a server announced these books here once. */
export function noteAnnounced(db: Database.Database, ids: Iterable<string>): void {
  const insert = db.prepare('INSERT OR IGNORE INTO sim_announced(id) VALUES (?)')
  for (const id of ids) insert.run(id)
}

export function wasAnnounced(db: Database.Database, id: string): boolean {
  return db.prepare('SELECT 1 FROM sim_announced WHERE id = ?').get(id) !== undefined
}

/** Every book that a server ever announced here. */
export function announcedBooks(db: Database.Database): string[] {
  return db
    .prepare<[], { id: string }>('SELECT id FROM sim_announced')
    .all()
    .map((row) => row.id)
}

function addReader(db: Database.Database): void {
  db.prepare(
    "INSERT OR IGNORE INTO user(UserID, UserKey, UserDisplayName, AuthType) VALUES (?, '', 'Reader', 'OAuth')",
  ).run(READER)
}
