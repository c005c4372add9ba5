import type { Book } from '../catalogue/book.ts'
import type { Home } from '../home.ts'
import { reportLargeBook } from './limits.ts'

/** Words of one operation that are told of, in bytes: half a page, so that the book stands nearly alone on it. */
export const LARGE_OPERATION = 100 * 1024

/** Measures what is told of books. */
export type LargeBooks = {
  /** Gives the words of an operation back, and remembers the book when they are long. Writes nothing. */
  measured(words: string, book: Pick<Book, 'id' | 'metaRev'>): string
  /** Tells of what was found since. */
  report(): Promise<void>
}

/** Each book is told of once in each of its revisions, while the server is up. */
export function openLargeBooks(home: Home): LargeBooks {
  const told = new Map<string, number>()
  let found = new Map<string, number>()
  return {
    measured(words, book) {
      // No character takes more than three bytes for each of its units.
      if (words.length * 3 <= LARGE_OPERATION) return words
      const bytes = Buffer.byteLength(words)
      if (bytes > LARGE_OPERATION && told.get(book.id) !== book.metaRev) {
        told.set(book.id, book.metaRev)
        found.set(book.id, bytes)
      }
      return words
    },
    async report() {
      const now = found
      found = new Map()
      for (const [book, bytes] of now) await reportLargeBook(home, book, bytes)
    },
  }
}
