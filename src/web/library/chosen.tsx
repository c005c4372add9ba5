import { z } from 'zod'
import type { Book } from '../../catalogue/book.ts'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import { bringBack, removeBook } from '../../catalogue/files.ts'
import type { Tx } from '../../db/schema.ts'
import type { Home } from '../../home.ts'
import { changeShelf } from '../../own-shelf.ts'
import { mayDeleteBook } from '../../people/rules.ts'
import { Problem } from '../../problem.ts'
import { randomId } from '../../random-id.ts'
import { createShelf, shelvesOf } from '../../shelves/shelf.store.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

/** The most books that something is done with at once. */
const MOST = 5000

const Chosen = z.object({
  do: z.enum(['shelve', 'delete', 'restore'], 'Please say what is to be done.'),
  book: z
    .array(z.string().max(64), 'Please choose one book at least.')
    .min(1, 'Please choose one book at least.')
    .max(MOST, `At most ${MOST} books are changed at once.`),
  shelf: z.string().max(64).default(''),
  confirm: z.literal('1').optional(),
})

/** Shelves, deletes or brings back the books that were chosen. What is deleted is told first. */
export function takeChosen(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { do: wish, book, shelf, confirm } = await readForm(c, Chosen, ['book'])
    const books = [...(await booksByIds(home.db.read, [...new Set(book)])).values()]
    if (books.length === 0) throw new Problem('not_found', 'These books are not there any more.')
    const done = { shelved: '0', gone: '0' }
    if (wish === 'shelve') {
      const there = books.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id)
      await home.db.transact(async (tx) => {
        const to = shelf === '' ? await newShelf(tx, home, visit) : shelf
        await changeShelf(tx, home, visit.person, to, { add: there, remove: [] })
      })
      done.shelved = String(there.length)
    } else {
      refuseOthers(visit, books)
      if (wish === 'restore') for (const { id } of books) await bringBack(home, id)
      else if (confirm === undefined) return c.html(<DeletionPage visit={visit} books={books} />)
      else {
        for (const { id } of books) await removeBook(home, id)
        done.gone = String(books.length)
      }
    }
    const [only] = books
    if (wish === 'restore' && only && books.length === 1)
      return c.redirect(link(visit.root, 'bookPage', { id: only.id }, { done: 'restored' }), 303)
    return c.redirect(link(visit.root, 'books', {}, done), 303)
  }
}

/** A shelf that its person gives a name later. */
async function newShelf(tx: Tx, home: Home, { person }: Visit): Promise<string> {
  const names = new Set((await shelvesOf(tx, person.id)).map(({ name }) => name))
  let name = 'New shelf'
  for (let n = 2; names.has(name); n += 1) name = `New shelf ${n}`
  const wish = { id: randomId(home.random), person: person.id, name, now: home.now() }
  return (await createShelf(tx, wish)).id
}

function refuseOthers({ person }: Visit, books: readonly Book[]): void {
  const other = books.find((book) => !mayDeleteBook(person, book))
  if (other)
    throw new Problem(
      'forbidden',
      `Only the owner and whoever brought “${other.title}” may do that. Nothing was changed.`,
    )
}

/** How many titles are named one by one. */
const NAMED = 30

function DeletionPage({ visit, books }: { visit: Visit; books: Book[] }) {
  const { root } = visit
  const title = books.length === 1 ? 'Delete one book?' : `Delete ${books.length} books?`
  return (
    <Layout title={title} root={root} visit={visit} here="books">
      <h1>{title}</h1>
      <p class="lead">
        They leave every Kobo at its next sync. They can be brought back from the deleted books of
        the library. Nothing is changed yet.
      </p>
      <Form visit={visit} action={link(root, 'chosenBooks')} class="row">
        <input type="hidden" name="do" value="delete" />
        <input type="hidden" name="confirm" value="1" />
        {books.map(({ id }) => (
          <input type="hidden" name="book" value={id} />
        ))}
        <button class="danger">Yes, delete</button>
        <a href={link(root, 'books')}>Leave them as they are</a>
      </Form>
      <h2>Which</h2>
      <ul>
        {books.slice(0, NAMED).map(({ title }) => (
          <li>
            <cite>{title}</cite>
          </li>
        ))}
      </ul>
      {books.length > NAMED && <p>And {books.length - NAMED} more.</p>}
    </Layout>
  )
}
