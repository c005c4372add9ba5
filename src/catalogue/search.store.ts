import { sql } from 'kysely'
import type { Db } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { booksByIds } from './catalogue.store.ts'
import { TITLE_MARK } from './search-index.store.ts'
import { searchWords } from './search-text.ts'

/**
 * The books whose title, authors and series hold every word of `query`, each word as a beginning, without regard to case
 * and accents: first those that hold them all in the title, then the newest. At most `limit`; `next` asks for those after
 * them. A query without a word finds nothing.
 */
export async function searchBooks(
  db: Db,
  query: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ books: Book[]; next: string | null }> {
  const words = searchWords(query)
  if (words.length === 0) return { books: [], next: null }
  const place = after === undefined ? undefined : readPlace(after)
  const behind = place
    ? sql`and (untitled, -added_at, no) > (${place.untitled}, ${-place.addedAt}, ${place.no})`
    : sql``
  const { rows } = await sql<{ no: number; id: string; untitled: number; added_at: number }>`
    select no, id, untitled, added_at from (
      select book.no, book.id, book.added_at, book.no not in (
        select rowid from book_search where book_search match ${everyPrefix(words, TITLE_MARK)}
      ) as untitled
      from book_search join book on book.no = book_search.rowid
      where book_search match ${everyPrefix(words, '')} and book.deleted_at is null
    )
    where true ${behind}
    order by untitled, -added_at, no
    limit ${limit + 1}
  `.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const books = await booksByIds(
    db,
    shown.map((row) => row.id),
  )
  return {
    books: shown.flatMap((row) => books.get(row.id) ?? []),
    next: rows.length > limit && last ? `${last.untitled}:${last.added_at}:${last.no}` : null,
  }
}

/** A full-text query in which every word is quoted, so that nothing a person types is taken for an operator. */
function everyPrefix(words: string[], mark: string): string {
  return words.map((word) => `"${mark}${word.replaceAll('"', '""')}"*`).join(' ')
}

function readPlace(text: string): { untitled: number; addedAt: number; no: number } {
  const [, untitled, addedAt, no] = /^([01]):(\d{1,15}):(\d{1,15})$/.exec(text) ?? []
  if (untitled === undefined || addedAt === undefined || no === undefined)
    throw new Problem('invalid', 'That is not a place in this list.')
  return { untitled: Number(untitled), addedAt: Number(addedAt), no: Number(no) }
}
