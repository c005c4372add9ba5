import { z } from 'zod'
import { authorsOf, type Book } from '../../catalogue/book.ts'
import { listBooks } from '../../catalogue/catalogue.store.ts'
import { searchBooks } from '../../catalogue/search.store.ts'
import type { Home } from '../../home.ts'
import { Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'

/** How many books stand on one page. */
const PART = 100

const Asked = z.object({
  q: z.string().max(500).default(''),
  after: z.string().max(500).optional(),
})

/** The books of the household, newest first, or those that match a search, the best first. */
export function showBooks(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { q, after } = readQuery(c, Asked)
    const part = { limit: PART, after }
    const { books, next } =
      q.trim() === ''
        ? await listBooks(home.db.read, part)
        : await searchBooks(home.db.read, q, part)
    return c.html(<BooksPage visit={visit} books={books} next={next} q={q} />)
  }
}

function BooksPage(props: { visit: Visit; books: Book[]; next: string | null; q: string }) {
  const { visit, books, next, q } = props
  const { root } = visit
  return (
    <Layout title="Library" root={root} visit={visit} here="books">
      <h1>Library</h1>
      <form method="get" action={link(root, 'books')} role="search" class="line">
        <label for="q">Title, author or series</label>{' '}
        <input id="q" name="q" type="search" value={q} maxlength={500} /> <button>Search</button>
      </form>
      {books.length === 0 && (
        <p class="lead">
          {q.trim() === ''
            ? 'The library is empty. Put EPUB files into the inbox folder.'
            : 'No book matches.'}
        </p>
      )}
      <ul class="books">
        {books.map((book) => (
          <li>
            <cite>{book.title}</cite>
            {authorsOf(book).length > 0 && `, ${authorsOf(book).join(', ')}`}
            {book.series !== null && <span class="soft"> ({seriesOf(book.series)})</span>}
          </li>
        ))}
      </ul>
      {next !== null && (
        <p>
          <a href={link(root, 'books', {}, { q: q === '' ? undefined : q, after: next })}>
            Further books
          </a>
        </p>
      )}
    </Layout>
  )
}

function seriesOf({ name, index }: { name: string; index: number | null }): string {
  return index === null ? name : `${name} ${index}`
}
