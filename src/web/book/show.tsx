import { raw } from 'hono/html'
import { z } from 'zod'
import { artifactsByHashes } from '../../artifacts/artifact.store.ts'
import { authorsOf, type Book } from '../../catalogue/book.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import { personById } from '../../people/person.store.ts'
import { mayDeleteBook } from '../../people/rules.ts'
import { shelvesOf, shelvesWith } from '../../shelves/shelf.store.ts'
import { readContents } from '../../sync/contents.ts'
import { bytesInWords } from '../../bytes-in-words.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { Cover } from './cover.tsx'
import { alsoDeleted } from './find.ts'
import { History, type Happening } from './history.tsx'
import { PutOnShelves, type Shelved } from './put-on-shelves.tsx'
import { TitlePage } from './title-page.tsx'
import { WhereItIs, type There } from './where-it-is.tsx'

const Asked = z.object({
  done: z.enum(['edited', 'cover', 'fitted', 'cropped', 'shelved', 'restored']).optional(),
})

const DONE: Record<NonNullable<z.infer<typeof Asked>['done']>, string> = {
  edited: 'The changes are kept. Kobos that have the book get them at their next sync.',
  cover: 'It has another cover.',
  fitted:
    'It has another cover. It shows the middle of the picture, in the shape of a book. “Crop its cover” shows another part.',
  cropped: 'The cover shows what you chose. Kobos that have the book get it at their next sync.',
  shelved: 'Its shelves are changed.',
  restored: 'It is back.',
}

/** One book: its title page, where it is, its shelves, its files and what happened to it. */
export function showBook(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const db = home.db.read
    const book = await alsoDeleted(home, c.req.param('id'))
    const { done } = readQuery(c, Asked)
    const on = await shelvesWith(db, visit.person.id, book.id)
    const shelves = (await shelvesOf(db, visit.person.id)).map((shelf) => ({
      ...shelf,
      isOn: on.has(shelf.id),
    }))
    const there: There[] = []
    for (const device of await devicesOf(db, visit.person.id)) {
      const asked = { limit: 1, book: book.id }
      const { items } = await readContents(db, device, asked, visit.tell)
      const [content] = items
      if (device.revokedAt === null || content) there.push({ device, content })
    }
    const artifact = (await artifactsByHashes(db, [book.artifact ?? ''])).get(book.artifact ?? '')
    const uploader = book.uploader === null ? undefined : await personById(db, book.uploader)
    const happened: Happening[] = [
      {
        at: book.addedAt,
        told: uploader ? `${uploader.name} brought it.` : 'It came into the library.',
      },
      ...there.flatMap(({ device, content }) =>
        (content?.evidence ?? []).map(({ at, detail }) => ({ at, told: detail, on: device.name })),
      ),
    ]
    return c.html(
      <BookPage
        {...{ visit, book, shelves, there, happened }}
        kepub={artifact?.format === 'KEPUB' ? artifact.size : null}
        done={done && DONE[done]}
      />,
    )
  }
}

function BookPage(props: {
  visit: Visit
  book: Book
  shelves: Shelved[]
  there: There[]
  happened: Happening[]
  kepub: number | null
  done: string | undefined
}) {
  const { visit, book, shelves, there, happened, kepub, done } = props
  const { root } = visit
  const { id, title, description, deletedAt } = book
  const authors = authorsOf(book).join(', ')
  return (
    <Layout
      title={authors === '' ? title : `${title}, ${authors}`}
      root={root}
      visit={visit}
      here="books"
    >
      {done !== undefined && (
        <p role="status" class="tide">
          {done}
        </p>
      )}
      <div class="book">
        <div class="plate">
          <Cover root={root} book={book} width={240} eager />
        </div>
        <div class="about">
          <TitlePage visit={visit} book={book} />
          {deletedAt !== null && <Deleted visit={visit} book={book} />}
          {description !== null && <div class="description">{raw(description)}</div>}
        </div>
        {deletedAt === null && (
          <div class="beside">
            <PutOnShelves visit={visit} book={id} shelves={shelves} />
            <section aria-labelledby="files">
              <h2 id="files" class="label">
                Files
              </h2>
              <ul class="plain">
                <li>
                  <a href={link(root, 'download', { id, kind: 'epub' })}>
                    {book.format === 'kepub' ? 'KEPUB, as it came' : 'EPUB'}
                  </a>
                  <span class="soft"> {bytesInWords(book.file.size)}</span>
                </li>
                {kepub !== null && book.format === 'epub' && (
                  <li>
                    <a href={link(root, 'download', { id, kind: 'kepub' })}>KEPUB</a>
                    <span class="soft"> {bytesInWords(kepub)}, as Kobos get it</span>
                  </li>
                )}
              </ul>
              <p class="soft path">{book.file.path}</p>
            </section>
            <section aria-labelledby="change">
              <h2 id="change" class="label">
                Change
              </h2>
              <p>
                <a class="tall" href={link(root, 'editBook', { id })}>
                  Edit it, or change its cover
                </a>
              </p>
              {book.cover !== null && (
                <p>
                  <a class="tall" href={link(root, 'cropPage', { id })}>
                    Crop its cover
                  </a>
                </p>
              )}
              {mayDeleteBook(visit.person, book) && (
                <Form visit={visit} action={link(root, 'chosenBooks')}>
                  <input type="hidden" name="book" value={id} />
                  <button class="plain" name="do" value="delete">
                    Delete it…
                  </button>
                </Form>
              )}
            </section>
          </div>
        )}
      </div>
      <WhereItIs visit={visit} book={id} there={there} />
      <History visit={visit} happened={happened} />
    </Layout>
  )
}

function Deleted({ visit, book }: { visit: Visit; book: Book }) {
  return (
    <>
      <p class="stamp">It was deleted, and leaves every Kobo at its next sync.</p>
      {mayDeleteBook(visit.person, book) && (
        <Form visit={visit} action={link(visit.root, 'chosenBooks')}>
          <input type="hidden" name="book" value={book.id} />
          <button name="do" value="restore">
            Bring it back
          </button>
        </Form>
      )}
    </>
  )
}
