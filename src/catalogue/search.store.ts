import { sql } from 'kysely'
import type { Db } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { booksByIds } from './catalogue.store.ts'
import { TITLE_MARK } from './search-index.store.ts'
import { searchWords } from './search-text.ts'

/**
 * The books whose title, authors and series hold every word of `query`, each word as a beginning, without regard to case
 * and accents: first those that hold them all in the title, then the others, each the newest first. At most `limit`; `next` asks
 * for those after them. A query without a word finds nothing.
 */
export async function searchBooks(
  db: Db,
  query: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ books: Book[]; next: string | null }> {
  const words = searchWords(query)
  if (words.length === 0) return { books: [], next: null }
  const place = after === undefined ? { untitled: 0, no: NEWER } : readPlace(after)
  const wanted = limit + 1
  const titled = everyPrefix(words, TITLE_MARK)
  const found =
    place.untitled === 0 ? await matching(db, titled, { before: place.no, limit: wanted }) : []
  const rows = found.map((row) => ({ ...row, untitled: 0 }))
  if (rows.length < wanted) {
    const before = place.untitled === 0 ? NEWER : place.no
    const others = `(${everyPrefix(words, '')}) NOT (${titled})`
    const more = await matching(db, others, { before, limit: wanted - rows.length })
    rows.push(...more.map((row) => ({ ...row, untitled: 1 })))
  }
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const books = await booksByIds(
    db,
    shown.map((row) => row.id),
  )
  return {
    books: shown.flatMap((row) => books.get(row.id) ?? []),
    next: rows.length > limit && last ? `${last.untitled}:${last.no}` : null,
  }
}

/** A number above that of every book. */
const NEWER = Number.MAX_SAFE_INTEGER

/**
 * The newest books that match, those before one of them. A book's number rises as books come, so that the index gives them in this order
 * and stops when there are enough: a beginning that half of all have costs no more than another.
 */
async function matching(
  db: Db,
  match: string,
  { before, limit }: { before: number; limit: number },
): Promise<{ no: number; id: string }[]> {
  const { rows } = await sql<{ no: number; id: string }>`
    select book.no, book.id
    from book_search cross join book on book.no = book_search.rowid
    where book_search match ${match} and book_search.rowid < ${before} and book.deleted_at is null
    order by book_search.rowid desc
    limit ${limit}
  `.execute(db)
  return rows
}

/** A full-text query in which every word is quoted, so that nothing a person types is taken for an operator. */
function everyPrefix(words: string[], mark: string): string {
  return words.map((word) => `"${mark}${word.replaceAll('"', '""')}"*`).join(' ')
}

function readPlace(text: string): { untitled: number; no: number } {
  const [, untitled, no] = /^([01]):(\d{1,15})$/.exec(text) ?? []
  if (untitled === undefined || no === undefined)
    throw new Problem('invalid', 'That is not a place in this list.')
  return { untitled: Number(untitled), no: Number(no) }
}
