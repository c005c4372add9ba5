import Sqlite from 'better-sqlite3'
import { deviceTables } from '../../src/simulator/schema.ts'

/** A row of `content` as a test wants it: columns by name. */
export type ContentValues = Record<string, string | number | Buffer | null>

/** The account that owns what is in the library of such a database. */
export const ACCOUNT = 'aaaaaaaa-0000-4000-8000-000000000001'

/** What a device of old firmware had: fewer columns, and booleans that are numbers. */
export const OLD_TABLES = `
CREATE TABLE content(ContentID TEXT NOT NULL, ContentType TEXT NOT NULL, MimeType TEXT NOT NULL, BookID TEXT, Title TEXT,
 Attribution TEXT, ___UserID TEXT NOT NULL, ___FileSize INTEGER, PRIMARY KEY (ContentID));
CREATE TABLE Bookmark(BookmarkID TEXT NOT NULL, VolumeID TEXT NOT NULL, ContentID TEXT NOT NULL, Text TEXT, PRIMARY KEY (BookmarkID));
CREATE TABLE user(UserID TEXT NOT NULL, UserKey TEXT NOT NULL, PRIMARY KEY (UserID));
CREATE TABLE DbVersion(version INTEGER NOT NULL, PRIMARY KEY(version));
`

/** Writes a Kobo's database to `path`: the tables of a recent firmware unless `tables` are given, then what `fill` adds. */
export function writeKoboDatabase(
  path: string,
  fill: (db: Sqlite.Database) => void = () => undefined,
  tables: string = deviceTables,
): void {
  const db = new Sqlite(path)
  db.pragma('synchronous = OFF')
  try {
    db.exec(tables)
    db.transaction(fill)(db)
  } finally {
    db.close()
  }
}

/** Adds a row to `content`: a downloaded book of the account, unless `values` say otherwise. */
export function addContent(db: Sqlite.Database, id: string, values: ContentValues = {}): void {
  const row: ContentValues = {
    ContentID: id,
    ContentType: '6',
    MimeType: 'application/x-kobo-epub+zip',
    Title: `The Book ${id}`,
    Attribution: 'Somebody',
    ___UserID: ACCOUNT,
    ___FileSize: 1000,
    IsDownloaded: 'true',
    ...values,
  }
  insert(db, 'content', row)
}

/** Adds a row to `Bookmark`: a highlight, unless `values` say otherwise. */
export function addMark(db: Sqlite.Database, book: string, values: ContentValues = {}): void {
  const { n } = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM Bookmark').get() ?? {
    n: 0,
  }
  insert(db, 'Bookmark', {
    BookmarkID: `mark-${n}`,
    VolumeID: book,
    ContentID: `${book}!!chapter`,
    StartContainerPath: 'p',
    StartContainerChildIndex: 0,
    StartOffset: 0,
    EndContainerPath: 'p',
    EndContainerChildIndex: 0,
    EndOffset: 5,
    Type: 'highlight',
    ...values,
  })
}

function insert(db: Sqlite.Database, table: string, values: ContentValues): void {
  const known = new Set(
    db
      .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name),
  )
  const row = Object.entries(values).filter(([name]) => known.has(name))
  db.prepare(
    `INSERT INTO ${table}(${row.map(([name]) => name).join(', ')}) VALUES (${row.map(() => '?').join(', ')})`,
  ).run(...row.map(([, value]) => value))
}
