import type { Book } from '../../catalogue/book.ts'
import { bookById } from '../../catalogue/catalogue.store.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'

/** The book with this id, unless it was deleted. Throws `Problem('not_found')`. */
export async function bookOf(home: Home, id: string | undefined): Promise<Book> {
  const book = await alsoDeleted(home, id)
  if (book.deletedAt !== null)
    throw new Problem('not_found', `“${book.title}” was deleted. Bring it back first.`)
  return book
}

/** The same, also a deleted one. */
export async function alsoDeleted(home: Home, id: string | undefined): Promise<Book> {
  const book = await bookById(home.db.read, id ?? '')
  if (!book) throw new Problem('not_found', 'There is no such book.')
  return book
}
