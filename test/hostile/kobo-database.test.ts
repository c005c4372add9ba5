import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reading } from '../../src/audit/reading.ts'
import { readDatabase } from '../../src/audit/read-database.ts'
import { Problem } from '../../src/problem.ts'
import { deviceTables } from '../../src/simulator/schema.ts'
import { writeToken } from '../../src/sync/token.ts'
import { addContent, addMark, OLD_TABLES, writeKoboDatabase } from '../support/kobo-database.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-database-'))
  path = join(folder, 'KoboReader.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const OURS = ['emma', 'persuasion', 'sanditon']

async function read(ours: readonly string[] = OURS): Promise<Reading> {
  return readDatabase(path, ours)
}

async function refused(limits?: { time?: number; heap?: number }): Promise<string> {
  const error: unknown = await readDatabase(path, OURS, limits).catch((thrown: unknown) => thrown)
  if (!(error instanceof Problem)) throw new Error('It was read.', { cause: error })
  return error.message
}

function rowIn({ books }: Reading, id: string) {
  return books.find((book) => book.id === id)
}

describe('the database of a Kobo', () => {
  test('tells of our books, and of others only how many there are', async () => {
    writeKoboDatabase(path, (db) => {
      addContent(db, 'emma', { ___FileSize: 4321, ___PercentRead: 42, ReadStatus: 1 })
      addContent(db, 'persuasion', { IsDownloaded: 'false', ReadStatus: 2 })
      addContent(db, 'sanditon', { ___UserID: 'removed', IsDownloaded: 'false' })
      addContent(db, 'of-the-shop')
      addContent(db, 'recommended', { ___UserID: '' })
      addContent(db, 'file:///mnt/onboard/a.kepub.epub', { Title: 'the book EMMA ' })
      addContent(db, 'emma!OEBPS!a.xhtml', { ContentType: '9', BookID: 'emma' })
      addMark(db, 'emma')
      addMark(db, 'emma', { Type: 'note' })
      addMark(db, 'emma', { Type: 'markup' })
      addMark(db, 'emma', { Type: 'dogear' })
      addMark(db, 'emma', { Hidden: 'true' })
    })
    const reading = await read()
    expect(reading).toMatchObject({ foreign: 1, salvaged: false, marks: true, token: null })
    expect(reading.books.map(({ id, row }) => `${id} ${row}`).sort()).toEqual([
      'emma there',
      'persuasion there',
      'sanditon removed',
    ])
    expect(rowIn(reading, 'emma')).toEqual({
      id: 'emma',
      row: 'there',
      downloaded: true,
      size: 4321,
      percent: 42,
      finished: false,
      highlights: 3,
      markup: 1,
      doubles: 1,
    })
    expect(rowIn(reading, 'persuasion')).toMatchObject({ downloaded: false, finished: true })
    expect(JSON.stringify(reading)).not.toMatch(/shop|The Book|file:|Somebody/)
  })

  test('may hold what has not reached its main file yet', async () => {
    const db = new Sqlite(path)
    db.pragma('journal_mode = WAL')
    db.exec(deviceTables)
    db.pragma('wal_checkpoint(TRUNCATE)')
    addContent(db, 'emma')
    const copy = join(folder, 'copy.sqlite')
    writeFileSync(copy, readFileSync(path))
    writeFileSync(`${copy}-wal`, readFileSync(`${path}-wal`))
    db.close()
    expect((await readDatabase(copy, OURS)).books.map(({ id }) => id)).toEqual(['emma'])
  })

  test('may be of old firmware, with few columns', async () => {
    writeKoboDatabase(path, (db) => addContent(db, 'emma'), OLD_TABLES)
    const reading = await read()
    expect(rowIn(reading, 'emma')).toMatchObject({ row: 'there', downloaded: true, size: 1000 })
  })

  test.each([
    ['true', true],
    ['1', true],
    [1, true],
    ['false', false],
    [0, false],
    ['nonsense', false],
  ])('says in its own way whether a file is there: %s', async (IsDownloaded, downloaded) => {
    writeKoboDatabase(path, (db) => addContent(db, 'emma', { IsDownloaded }))
    expect(rowIn(await read(), 'emma')?.downloaded).toBe(downloaded)
  })

  test('may hold text where numbers belong, and bytes where text does', async () => {
    writeKoboDatabase(path, (db) => {
      addContent(db, 'emma', {
        ___FileSize: 'a lot',
        ___PercentRead: 'x',
        ReadStatus: Buffer.from([1, 2]),
        Title: Buffer.from([255]),
      })
      addContent(db, 'persuasion', {
        ___FileSize: -5,
        ___PercentRead: 1e300,
        Title: 'x'.repeat(5_000_000),
      })
      addContent(db, 'sanditon', { ContentType: 'x'.repeat(5_000_000) })
    })
    const reading = await read()
    expect(rowIn(reading, 'emma')).toMatchObject({ size: null, percent: null, finished: false })
    expect(rowIn(reading, 'persuasion')).toMatchObject({ size: null, percent: null })
    expect(rowIn(reading, 'sanditon')).toBeUndefined()
  })

  test('gives its sync token when that may be one of ours, and nothing else of its account', async () => {
    const token = writeToken(Buffer.alloc(32, 1), { ledger: 'l', page: 'p' })
    const account = (db: Sqlite.Database, id: string, text: string) =>
      db
        .prepare(
          'INSERT INTO user(UserID, UserKey, UserEmail, AuthToken, SyncContinuationToken) VALUES (?, ?, ?, ?, ?)',
        )
        .run(id, 'secret-key', 'anna@example.org', 'secret-token', text)
    writeKoboDatabase(path, (db) => {
      account(db, 'one', 'eyJ0eXAiOjF9.c3RvcmU=')
      account(db, 'two', token)
    })
    const reading = await read()
    expect(reading.token).toBe(token)
    expect(JSON.stringify(reading)).not.toMatch(/secret|example|eyJ0eXAiOjF9/)
  })
})

describe('a database that means harm', () => {
  test.each([
    ['no database', 'PK\u0003\u0004 a book', 'This file is not a database of a Kobo.'],
    ['nothing', '', 'This database is not that of a Kobo: it has no books.'],
  ])('is %s', async (_, text, sentence) => {
    writeFileSync(path, text.padEnd(text ? 5000 : 0, 'x'))
    expect(await refused()).toBe(sentence)
  })

  const ODD = 'This database is not that of a Kobo: its books are not in an ordinary table.'
  test.each([
    [
      'a view',
      'CREATE TABLE t(x); CREATE VIEW content AS SELECT x AS ContentID, 6 AS ContentType FROM t',
    ],
    [
      'a view without end',
      `CREATE VIEW content AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
       SELECT 'emma' AS ContentID, '6' AS ContentType FROM n`,
    ],
    ['a virtual table', 'CREATE VIRTUAL TABLE content USING fts5(ContentID, ContentType)'],
    [
      'a table with computed columns',
      `CREATE TABLE content(ContentID TEXT, ContentType TEXT,
        IsDownloaded TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL)`,
    ],
    [
      'a table without row numbers',
      'CREATE TABLE content(ContentID TEXT PRIMARY KEY, ContentType TEXT) WITHOUT ROWID',
    ],
  ])('is refused where its books are %s', async (_, tables) => {
    writeKoboDatabase(path, undefined, tables)
    expect(await refused()).toBe(ODD)
  })

  test('does not run its triggers, nor what its indexes compute', async () => {
    writeKoboDatabase(path, (db) => {
      addContent(db, 'emma')
      db.exec(`CREATE TRIGGER harm AFTER INSERT ON content BEGIN DELETE FROM content; END;
        CREATE INDEX slow ON content(hex(ContentID)) WHERE ContentType = '6';
        CREATE VIEW user_view AS SELECT * FROM user`)
    })
    expect((await read()).books).toHaveLength(1)
  })

  test('has its highlights in a view, which are then not known', async () => {
    writeKoboDatabase(path, (db) => {
      addContent(db, 'emma')
      db.exec(
        `DROP TABLE Bookmark; CREATE VIEW Bookmark AS SELECT ContentID AS VolumeID FROM content`,
      )
    })
    expect(await read()).toMatchObject({ marks: false })
  })

  test('has a column that takes the name of the row number', async () => {
    writeKoboDatabase(
      path,
      (db) => addContent(db, 'emma'),
      'CREATE TABLE content(rowid TEXT, ContentID TEXT, ContentType TEXT, ___UserID TEXT, IsDownloaded TEXT)',
    )
    expect((await read()).books).toHaveLength(1)
  })

  test('has a million rows, and is read', { timeout: 60_000 }, async () => {
    writeKoboDatabase(path, (db) => {
      addContent(db, 'emma')
      db.exec(`WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000)
        INSERT INTO content(ContentID, ContentType, MimeType, BookID, ___UserID)
        SELECT 'chapter-' || x, '9', '', 'emma', '' FROM n`)
    })
    expect((await read()).books).toHaveLength(1)
  })

  test('takes too long, and its reader is killed', async () => {
    writeKoboDatabase(path, (db) => addContent(db, 'emma'))
    expect(await refused({ time: 1 })).toBe('This database could not be read: it took too long.')
  })

  test(
    'takes more memory than there is for it, and only its reader ends',
    { timeout: 60_000 },
    async () => {
      writeKoboDatabase(path, (db) => {
        const add = db.prepare(
          `INSERT INTO content(ContentID, ContentType, MimeType, ___UserID, Title, Attribution) VALUES (?, '6', '', ?, ?, ?)`,
        )
        db.transaction(() => {
          for (let n = 0; n < 30_000; n += 1)
            add.run(`file:///${n}`, 'kepub_user', `${n}${'x'.repeat(1900)}`, 'Somebody')
        })()
      })
      expect(await refused({ heap: 16 })).toBe(
        'This database could not be read: reading it came to no end that can be trusted.',
      )
    },
  )
})

describe('a damaged database', () => {
  const books = Array.from({ length: 400 }, (_, n) => `book-${String(n).padStart(3, '0')}`)

  function writeBooks(): void {
    writeKoboDatabase(path, (db) => {
      for (const id of books) addContent(db, id, { Description: 'x'.repeat(500) })
    })
  }

  test('that was cut short is read as far as it goes', async () => {
    writeBooks()
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)
    const reading = await read(books)
    expect(reading.salvaged).toBe(true)
    expect(reading.books.length).toBeGreaterThan(100)
    expect(reading.books.length).toBeLessThan(books.length)
  })

  test('is read before and behind the damage', async () => {
    writeBooks()
    const bytes = readFileSync(path)
    const middle = Math.floor(bytes.length / 2 / 4096) * 4096
    bytes.fill(0xff, middle, middle + 3 * 4096)
    writeFileSync(path, bytes)
    const reading = await read(books)
    expect(reading.salvaged).toBe(true)
    expect(reading.books.length).toBeGreaterThan(books.length * 0.8)
    expect(rowIn(reading, 'book-000')).toBeDefined()
    expect(rowIn(reading, 'book-399')).toBeDefined()
  })

  test('of which nothing can be read is refused', async () => {
    writeBooks()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 100, 8192)
    writeFileSync(path, bytes)
    expect(await refused()).toBe('This database is damaged so much that nothing in it can be read.')
  })

  test('with any byte changed ends in books or in one sentence', { timeout: 120_000 }, async () => {
    writeBooks()
    const whole = readFileSync(path)
    for (let n = 0; n < 25; n += 1) {
      const bytes = Buffer.from(whole)
      for (let k = 0; k < 40; k += 1)
        bytes.writeUInt8((n * 31 + k * 7) % 256, (n * 7919 + k * 104_729) % bytes.length)
      writeFileSync(path, bytes)
      const outcome = await readDatabase(path, books).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Problem)
      for (const name of ['-wal', '-shm']) rmSync(path + name, { force: true })
    }
  })
})
