import Database from 'better-sqlite3'
import type { Home } from './home.ts'
import { deviceTables, simulationTables, wipedTables } from './schema.ts'

/** The account that owns the books on the device. */
export const READER = 'f00dfeed-0000-4000-8000-00000000c0de'

/** What table `content` calls the two kinds of books. */
export const KEPUB_TYPE = 'application/x-kobo-epub+zip'
export const EPUB_TYPE = 'application/epub+zip'

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
  mimeType: string
}

const BOOK_COLUMNS = `c.ContentID AS id, c.Title AS title, c.ImageId AS imageId,
 c.PurchaseRevisionId AS revision, c.IsDownloaded AS downloaded, c.___FileSize AS fileSize,
 c.___PercentRead AS percent, c.ReadStatus AS readStatus, c.___UserID AS owner,
 c.DateLastRead AS lastRead, c.ReadStateSynced AS stateSent, c.ChapterIDBookmarked AS location,
 c.CurrentChapterProgress AS chapterProgress, c.TimesStartedReading AS timesStarted,
 c.TimeSpentReading AS minutes, c.AnnotationsSyncToken AS annotationsToken, c.MimeType AS mimeType`

/**
 * Opens the database of a device on its drive, with its tables. Nothing waits for the disk: a simulated crash ends a
 * session, not the machine.
 */
export function openLibrary(home: Home): Database.Database {
  const db = new Database(home.database)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  furnish(db)
  return cachingStatements(db)
}

let emptyLibrary: Buffer | undefined

/** Opens a database in memory: an empty one, or the one with these bytes. It is gone when it is closed. */
export function openLibraryInMemory(bytes?: Buffer): Database.Database {
  if (!bytes && !emptyLibrary) {
    const first = new Database(':memory:')
    furnish(first)
    emptyLibrary = first.serialize()
    first.close()
  }
  return cachingStatements(new Database(bytes ?? emptyLibrary))
}

function furnish(db: Database.Database): void {
  db.exec(deviceTables + simulationTables)
  db.prepare('INSERT OR IGNORE INTO DbVersion(version) VALUES (175)').run()
  addReader(db)
}

/** Makes `prepare` compile each text once: a device says the same few statements over and over. */
function cachingStatements(db: Database.Database): Database.Database {
  const known = new Map<string, unknown>()
  const prepare = db.prepare.bind(db)
  const cached = (sql: string): unknown => {
    const statement = known.get(sql) ?? prepare(sql)
    known.set(sql, statement)
    return statement
  }
  Object.assign(db, { prepare: cached })
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

/** All books that are in the library, downloaded or not, oldest first. */
export function presentBooks(db: Database.Database): BookRow[] {
  return db
    .prepare<[], BookRow>(
      `SELECT ${BOOK_COLUMNS} FROM content c
       WHERE c.ContentType = '6' AND c.BookID IS NULL AND c.___UserID <> 'removed' ORDER BY c.rowid`,
    )
    .all()
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

/** How far the reader is in a book: 0–100, 100 when it is finished. */
export function progressOf(row: Pick<BookRow, 'percent' | 'readStatus'>): number {
  return row.readStatus === 2 ? 100 : (row.percent ?? 0)
}

/** A value that the simulation keeps, or undefined. */
export function kept(db: Database.Database, name: string): string | undefined {
  return db
    .prepare<[string], { value: string }>('SELECT value FROM sim_state WHERE name = ?')
    .get(name)?.value
}

export function forget(db: Database.Database, ...names: string[]): void {
  const drop = db.prepare('DELETE FROM sim_state WHERE name = ?')
  for (const name of names) drop.run(name)
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
