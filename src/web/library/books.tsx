import { authorsOf, type Book } from '../../catalogue/book.ts'
import type { CountedShelf } from '../../shelves/shelf.ts'
import { Cover } from '../book/cover.tsx'
import { Form } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import type { Choices, View } from './choices.ts'

/** How many covers are loaded before somebody scrolls. */
const SEEN_AT_ONCE = 12

/** Books as covers, or as lines. */
export function Books({ visit, books, view }: { visit: Visit; books: Book[]; view: View }) {
  return (
    <ul class={view === 'covers' ? 'covers' : 'lines'}>
      {books.map((book, index) => (
        <li>
          <a href={link(visit.root, 'bookPage', { id: book.id })}>
            <Cover
              root={visit.root}
              book={book}
              width={view === 'covers' ? 120 : 60}
              eager={index < SEEN_AT_ONCE}
            />
            <span class="title">{book.title}</span>
          </a>
          <Byline book={book} />
        </li>
      ))}
    </ul>
  )
}

/** The same, each to be ticked, and what can be done with those that are. */
export function ChosenBooks(props: {
  visit: Visit
  books: Book[]
  shelves: CountedShelf[]
  choices: Choices
}) {
  const { visit, books, shelves, choices } = props
  return (
    <Form visit={visit} action={link(visit.root, 'chosenBooks')} id="choose">
      <div class="row acts">
        {choices.show === 'deleted' ? (
          <button name="do" value="restore">
            Bring them back
          </button>
        ) : (
          <>
            <span class="row">
              <label for="shelf">Put them on</label>
              <select id="shelf" name="shelf">
                {shelves.map(({ id, name }) => (
                  <option value={id}>{name}</option>
                ))}
                <option value="">a new shelf</option>
              </select>
              <button name="do" value="shelve">
                Shelve
              </button>
            </span>
            <button name="do" value="delete" class="danger">
              Delete…
            </button>
          </>
        )}
      </div>
      <ul class={choices.view === 'covers' ? 'covers' : 'lines'}>
        {books.map((book) => (
          <li>
            <label for={`book-${book.id}`}>
              <Cover root={visit.root} book={book} width={choices.view === 'covers' ? 120 : 60} />
              <span class="title">
                <input type="checkbox" id={`book-${book.id}`} name="book" value={book.id} />
                {book.title}
              </span>
            </label>
            <Byline book={book} />
          </li>
        ))}
      </ul>
    </Form>
  )
}

function Byline({ book }: { book: Book }) {
  const { series } = book
  return (
    <span class="by">
      {authorsOf(book).join(', ')}
      {series !== null && (
        <span class="series">
          {' '}
          {series.name}
          {series.index !== null && ` ${series.index}`}
        </span>
      )}
    </span>
  )
}
