import { authorsOf, type Book } from '../../catalogue/book.ts'
import { Cover } from '../book/cover.tsx'
import { Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { libraryLink, Choices } from './choices.ts'

/** What somebody is reading: how far, on which device, and since when that is known. */
export function ReadingNow(props: {
  visit: Visit
  books: { book: Book; percent: number | null; at: number; device: string | undefined }[]
}) {
  const { visit, books } = props
  if (books.length === 0) return null
  return (
    <section aria-labelledby="reading">
      <h2 id="reading">Reading now</h2>
      <ul class="reading">
        {books.map(({ book, percent, at, device }) => (
          <li>
            <Cover root={visit.root} book={book} width={120} eager />
            <a class="title" href={link(visit.root, 'bookPage', { id: book.id })}>
              {book.title}
            </a>
            <span class="by">{authorsOf(book).join(', ')}</span>
            <span class="where">
              {percent === null ? 'Begun' : `At ${Math.round(percent)} %`}
              {device !== undefined && ` on ${device}`}, <Time visit={visit} at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What came last. */
export function NewlyArrived({ visit, books }: { visit: Visit; books: Book[] }) {
  if (books.length === 0) return null
  return (
    <section aria-labelledby="arrived">
      <h2 id="arrived">
        <a href={libraryLink(visit, Choices.parse({}), { order: 'newest' })}>Newly arrived</a>
      </h2>
      <ul class="arrived">
        {books.map((book) => (
          <li>
            <a href={link(visit.root, 'bookPage', { id: book.id })}>
              <Cover root={visit.root} book={book} width={120} eager />
              <span class="title">{book.title}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
