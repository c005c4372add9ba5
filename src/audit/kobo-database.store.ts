import { looksLikeOurs } from '../sync/token-form.ts'
import type { ReadBook, Reading } from './reading.ts'
import { Refused } from './refusal.ts'
import { rowless } from './rowless.ts'
import {
  columnsOf,
  exprOf,
  rowsOf,
  type Row,
  type Source,
  type Table,
  type Value,
} from './salvage.store.ts'

// Browsers read databases with this, too: nothing here may need Node.

/** The most books, sideloaded ones included. */
const BOOKS = 200_000

/**
 * What is to be said to a database before anything is read: it can hold views, triggers and functions of its own; none of them runs, and
 * nothing is written.
 */
export const WISHES = [
  'PRAGMA trusted_schema = OFF',
  'PRAGMA cell_size_check = ON',
  'PRAGMA mmap_size = 0',
  'PRAGMA query_only = ON',
] as const

/**
 * Reads what an audit needs of an open `KoboReader.sqlite`: of `content` and `Bookmark` what concerns these books, of the others counts,
 * of `user` the sync token and nothing else. Throws `Refused`, and what SQLite throws where the database is too damaged to begin.
 */
export function readKobo(source: Source, ours: ReadonlySet<string>): Reading {
  const books = readContent(source, ours)
  const marks = countMarks(source, books.found, ours)
  return {
    books: [...books.found.values()],
    foreign: books.foreign,
    salvaged: books.salvaged,
    marks,
    token: readToken(source),
  }
}

type Books = { found: Map<string, ReadBook>; foreign: number; salvaged: boolean }

function readContent(source: Source, ours: ReadonlySet<string>): Books {
  const table = columnsOf(source, 'content')
  if (table === 'absent') throw new Refused('not-a-kobo')
  if (table === 'odd') throw new Refused('odd-table')
  if (!table.has('contentid') || !table.has('contenttype')) throw new Refused('not-a-kobo')
  const found = new Map<string, ReadBook>()
  const titles = new Map<string, string>()
  const sideloaded = new Map<string, number>()
  let foreign = 0
  const salvaged = rowsOf(source, contentQuery(table), (row) => {
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
  source: Source,
  found: Map<string, ReadBook>,
  ours: ReadonlySet<string>,
): boolean {
  const table = columnsOf(source, 'Bookmark')
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
  const salvaged = rowsOf(source, query, ({ book: id, hidden, type }) => {
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
function readToken(source: Source): string | null {
  const table = columnsOf(source, 'user')
  if (table === 'absent' || table === 'odd' || !table.has('synccontinuationtoken')) return null
  let token: string | null = null
  const query = {
    from: 'user',
    rowid: table.rowid,
    columns: { token: exprOf(table, 'SyncContinuationToken', 400) },
    where: '1',
  }
  rowsOf(source, query, (row) => {
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
