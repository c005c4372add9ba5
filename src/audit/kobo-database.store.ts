import { closeSync, ftruncateSync, fstatSync, openSync, readSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { looksLikeOurs } from '../sync/token.ts'
import { rowless, type ReadBook, type Reading } from './reading.ts'
import {
  columnsOf,
  exprOf,
  isDamage,
  rowsOf,
  type Row,
  type Table,
  type Value,
} from './salvage.store.ts'

// This runs in a process of its own, from dist/ or, in tests, from the source: nothing here may import what Node cannot run as it is.

/** Why a database is not read. */
export type Refusal = 'not-a-database' | 'not-a-kobo' | 'odd-table' | 'damaged' | 'too-many'

/** A database that is not read. */
export class Refused extends Error {
  readonly why: Refusal

  constructor(why: Refusal, options?: ErrorOptions) {
    super(`The database is refused: ${why}.`, options)
    this.name = 'Refused'
    this.why = why
  }
}

/** The most books, sideloaded ones included. */
const BOOKS = 200_000

/** The largest size that a damaged database may claim to have had, in bytes. */
const CLAIM = 1 << 30

/**
 * Reads what an audit needs of the `KoboReader.sqlite` at `path`: of `content` and `Bookmark` what concerns these books, of the others
 * counts, of `user` the sync token and nothing else. The file is a copy of which nobody else knows; a damaged one is changed so that the
 * rest can be read. Throws `Refused`.
 */
export function readKoboDatabase(path: string, ours: ReadonlySet<string>): Reading {
  try {
    return readOpened(path, ours, false)
  } catch (error) {
    if (!isDamage(error)) throw refusalOf(error)
    if (!mendLength(path)) throw new Refused('damaged', { cause: error })
  }
  try {
    return readOpened(path, ours, true)
  } catch (error) {
    throw refusalOf(error)
  }
}

function readOpened(path: string, ours: ReadonlySet<string>, isDamaged: boolean): Reading {
  const db = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    // A database can hold views, triggers and functions of its own; none of them runs, and nothing is written.
    for (const wish of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0'])
      db.pragma(wish)
    db.pragma('query_only = ON')
    const books = readContent(db, ours)
    const marks = countMarks(db, books.found, ours)
    return {
      books: [...books.found.values()],
      foreign: books.foreign,
      salvaged: isDamaged || books.salvaged,
      marks,
      token: readToken(db),
    }
  } finally {
    db.close()
  }
}

type Books = { found: Map<string, ReadBook>; foreign: number; salvaged: boolean }

function readContent(db: Sqlite.Database, ours: ReadonlySet<string>): Books {
  const table = columnsOf(db, 'content')
  if (table === 'absent') throw new Refused('not-a-kobo')
  if (table === 'odd') throw new Refused('odd-table')
  if (!table.has('contentid') || !table.has('contenttype')) throw new Refused('not-a-kobo')
  const found = new Map<string, ReadBook>()
  const titles = new Map<string, string>()
  const sideloaded = new Map<string, number>()
  let foreign = 0
  const salvaged = rowsOf(db, contentQuery(table), (row) => {
    const { id, book } = row
    if (typeof id !== 'string' || id === '' || (book !== null && book !== '')) return
    const name = nameOf(row)
    if (id.includes('://')) {
      if (name) sideloaded.set(name, (sideloaded.get(name) ?? 0) + 1)
    } else if (ours.has(id)) {
      found.set(id, bookOf(id, row))
      if (name) titles.set(id, name)
    } else if (ownerOf(row) === 'there') foreign += 1
    if (found.size + sideloaded.size > BOOKS) throw new Refused('too-many')
  })
  for (const [id, name] of titles) {
    const book = found.get(id)
    if (book) book.doubles = sideloaded.get(name) ?? 0
  }
  return { found, foreign, salvaged }
}

function contentQuery(table: Table) {
  return {
    from: 'content',
    rowid: table.rowid,
    columns: {
      id: exprOf(table, 'ContentID', 200),
      book: exprOf(table, 'BookID', 200),
      owner: exprOf(table, '___UserID', 200),
      downloaded: exprOf(table, 'IsDownloaded', 10),
      size: exprOf(table, '___FileSize', 20),
      percent: exprOf(table, '___PercentRead', 20),
      status: exprOf(table, 'ReadStatus', 20),
      title: exprOf(table, 'Title', 2000),
      authors: exprOf(table, 'Attribution', 2000),
    },
    where: `CAST(${exprOf(table, 'ContentType', 10)} AS TEXT) = '6'`,
  }
}

function bookOf(id: string, row: Row): ReadBook {
  const size = numberIn(row['size'])
  const percent = numberIn(row['percent'])
  return {
    id,
    row: ownerOf(row),
    // Old firmware has no such column, and knows no book without its file.
    downloaded: row['downloaded'] === null ? size !== 0 : isTrue(row['downloaded']),
    size: size === null || size < 0 ? null : Math.floor(size),
    percent: percent === null ? null : Math.min(100, Math.max(0, percent)),
    finished: numberIn(row['status']) === 2,
    highlights: 0,
    markup: 0,
    doubles: 0,
  }
}

/** What a row without an owner tells of is only known to the shop. */
function ownerOf({ owner }: Row): 'there' | 'removed' {
  return owner === 'removed' || owner === '' ? 'removed' : 'there'
}

function nameOf({ title, authors }: Row): string | undefined {
  if (typeof title !== 'string' || typeof authors !== 'string') return undefined
  const plain = (text: string): string => text.normalize('NFKC').trim().toLowerCase()
  return plain(title) && plain(authors) ? `${plain(title)}\n${plain(authors)}` : undefined
}

/**
 * Counts the marks in each book, also where its row is gone: a book that is fetched anew takes them with it. Answers whether all of
 * them could be counted.
 */
function countMarks(
  db: Sqlite.Database,
  found: Map<string, ReadBook>,
  ours: ReadonlySet<string>,
): boolean {
  const table = columnsOf(db, 'Bookmark')
  if (table === 'absent' || table === 'odd' || !table.has('volumeid')) return false
  const query = {
    from: 'Bookmark',
    rowid: table.rowid,
    columns: {
      book: exprOf(table, 'VolumeID', 200),
      hidden: exprOf(table, 'Hidden', 10),
      type: exprOf(table, 'Type', 20),
    },
    where: '1',
  }
  const salvaged = rowsOf(db, query, ({ book: id, hidden, type }) => {
    const isMark = type === null || type === 'highlight' || type === 'note' || type === 'markup'
    if (typeof id !== 'string' || !ours.has(id) || !isMark || isTrue(hidden)) return
    const book = found.get(id) ?? rowless(id)
    found.set(id, book)
    book.highlights += 1
    if (type === 'markup') book.markup += 1
  })
  return !salvaged
}

/** The sync token of whichever account has one that may be ours. Nothing else of the accounts is asked for. */
function readToken(db: Sqlite.Database): string | null {
  const table = columnsOf(db, 'user')
  if (table === 'absent' || table === 'odd' || !table.has('synccontinuationtoken')) return null
  let token: string | null = null
  const query = {
    from: 'user',
    rowid: table.rowid,
    columns: { token: exprOf(table, 'SyncContinuationToken', 400) },
    where: '1',
  }
  rowsOf(db, query, (row) => {
    if (typeof row['token'] === 'string' && looksLikeOurs(row['token'])) token ??= row['token']
  })
  return token
}

/** Booleans are text in most rows and numbers in others. */
function isTrue(value: Value): boolean {
  return value === 1 || (typeof value === 'string' && /^(?:true|1)$/i.test(value.trim()))
}

function numberIn(value: Value): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(Math.floor(value)) ? value : null
  if (typeof value !== 'string' || !/^\s*-?\d{1,15}(?:\.\d+)?\s*$/.test(value)) return null
  return Number(value)
}

function refusalOf(error: unknown): unknown {
  if (error instanceof Refused) return error
  if (!(error instanceof Sqlite.SqliteError)) return error
  return new Refused(error.code === 'SQLITE_NOTADB' ? 'not-a-database' : 'damaged', {
    cause: error,
  })
}

/** Gives a file that was cut short the length that its head claims, so that SQLite reads what is left. Answers whether it was short. */
function mendLength(path: string): boolean {
  const file = openSync(path, 'r+')
  try {
    const head = Buffer.alloc(100)
    if (readSync(file, head, 0, 100, 0) < 100) return false
    const page = head.readUInt16BE(16)
    const claimed = head.readUInt32BE(28) * (page === 1 ? 65_536 : page)
    if (claimed <= fstatSync(file).size || claimed > CLAIM) return false
    ftruncateSync(file, claimed)
    return true
  } finally {
    closeSync(file)
  }
}
