import type { Tx } from '../db/schema.ts'
import { authorsOf } from './book.ts'
import type { Book } from './book.ts'
import { searchText } from './search-text.ts'

/** A private character that the tokenizer takes for a letter: before a word, it means that the word is in the title. */
export const TITLE_MARK = '\u{E000}'

/** Makes the book of row `no` findable by its title, its authors and its series, as they are now. */
export async function indexBook(tx: Tx, no: number, book: Book): Promise<void> {
  const title = searchText(book.title, book.subtitle)
  const inTitle = title.split(' ').map((word) => TITLE_MARK + word)
  const text = [title, searchText(...authorsOf(book), book.series?.name), ...inTitle].join(' ')
  await tx.insertInto('book_search').values({ rowid: no, text }).execute()
}

/** As `indexBook`, for a book that was findable by other words before. */
export async function reindexBook(tx: Tx, no: number, book: Book): Promise<void> {
  await tx.deleteFrom('book_search').where('rowid', '=', no).execute()
  await indexBook(tx, no, book)
}
