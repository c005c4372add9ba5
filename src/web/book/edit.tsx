import { z } from 'zod'
import { authorsOf, type Book } from '../../catalogue/book.ts'
import { checkedChanges } from '../../catalogue/checked-changes.ts'
import { cleanLine } from '../../catalogue/epub/clean-text.ts'
import { editBook } from '../../catalogue/rename.ts'
import type { Home } from '../../home.ts'
import { TOKEN_FIELD, readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { Cover } from './cover.tsx'
import { bookOf } from './find.ts'

const Line = z
  .string()
  .max(1000)
  .default('')
  .transform((text) => cleanLine(text, 1000) ?? '')

/** Names in a field, parted by ends of lines or by a sign. */
const names = (sign: RegExp) =>
  z
    .string()
    .max(100_000)
    .default('')
    .transform((text) =>
      text
        .split(sign)
        .map((each) => cleanLine(each, 1000) ?? '')
        .filter(Boolean),
    )
    .pipe(z.array(z.string()).max(200))

const Edited = z.object({
  title: Line.pipe(z.string().min(1, 'A book needs a title.')),
  subtitle: Line,
  authors: names(/[\r\n;]+/),
  series: Line,
  number: z
    .string()
    .trim()
    .default('')
    .transform((text) => text.replace(',', '.'))
    .pipe(
      z
        .string()
        .regex(
          /^-?\d{0,6}(?:\.\d{1,4})?$/,
          'The number in a series is a number, such as 2 or 2.5.',
        ),
    ),
  language: z.string().trim().max(35).default(''),
  publisher: Line,
  published: z.string().trim().max(50).default(''),
  isbn: z.string().trim().max(40).default(''),
  subjects: names(/[,\r\n;]+/),
  description: z.string().max(100_000).default(''),
})

/** The fields of what a book says of itself, and its cover. */
export function showEdit(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    return c.html(<EditPage visit={visit} book={await bookOf(home, c.req.param('id'))} />)
  }
}

/** Keeps what was edited; the file of the book follows its title. */
export function takeEdit(home: Home): Page {
  return async (c) => {
    const { id } = await bookOf(home, c.req.param('id'))
    const { series, number, ...told } = await readForm(c, Edited)
    const changes = checkedChanges({
      ...told,
      subtitle: told.subtitle || null,
      publisher: told.publisher || null,
      description: told.description.trim() || null,
      series: series === '' ? null : { name: series, index: number === '' ? null : Number(number) },
    })
    await editBook(home, id, changes)
    return c.redirect(link(c.var.visit.root, 'bookPage', { id }, { done: 'edited' }), 303)
  }
}

function EditPage({ visit, book }: { visit: Visit; book: Book }) {
  const { root } = visit
  const { id, title } = book
  const back = link(root, 'bookPage', { id })
  return (
    <Layout title={`Edit ${title}`} root={root} visit={visit} here="books">
      <h1>Edit</h1>
      <p class="lead">
        <a href={back}>{title}</a>
      </p>
      <Form visit={visit} action={link(root, 'editBook', { id })} class="fields">
        <Field name="title" label="Title" value={title} required />
        <Field name="subtitle" label="Subtitle" value={book.subtitle} />
        <p>
          <label for="authors">Authors, each on a line</label>
          <textarea
            id="authors"
            name="authors"
            rows={Math.max(2, authorsOf(book).length)}
            class="few"
          >
            {authorsOf(book).join('\n')}
          </textarea>
        </p>
        <div class="row pair">
          <Field name="series" label="Series" value={book.series?.name} />
          <Field name="number" label="Number" value={book.series?.index?.toString()} />
        </div>
        <div class="row pair">
          <Field name="language" label="Language, such as en" value={book.language} />
          <Field name="published" label="Published" value={book.published} />
        </div>
        <div class="row pair">
          <Field name="publisher" label="Publisher" value={book.publisher} />
          <Field name="isbn" label="ISBN" value={book.isbn} />
        </div>
        <Field name="subjects" label="Subjects, with commas" value={book.subjects.join(', ')} />
        <p>
          <label for="description">Description</label>
          <textarea id="description" name="description">
            {book.description}
          </textarea>
        </p>
        <p class="row">
          <button class="first">Keep the changes</button> <a href={back}>Leave it as it is</a>
        </p>
      </Form>
      <section aria-labelledby="cover">
        <h2 id="cover">Cover</h2>
        <div class="replace">
          <Cover root={root} book={book} width={120} eager />
          <form
            method="post"
            enctype="multipart/form-data"
            action={link(root, 'replaceCover', { id }, { [TOKEN_FIELD]: visit.token })}
          >
            <p>
              <label for="image">Another image: JPEG, PNG, GIF or WebP</label>
              <br />
              <input type="file" id="image" name="image" accept="image/*" required />
            </p>
            <p class="soft">
              It is kept as it is. Where it has another shape than books have, its middle is shown.
            </p>
            <p class="row">
              <button>Change the cover</button>
              {book.cover !== null && (
                <a class="tall" href={link(root, 'cropPage', { id })}>
                  Crop this one
                </a>
              )}
            </p>
          </form>
        </div>
      </section>
    </Layout>
  )
}

function Field(props: {
  name: string
  label: string
  value?: string | null | undefined
  required?: boolean
}) {
  const { name, label, value, required } = props
  return (
    <p>
      <label for={name}>{label}</label>
      <input id={name} name={name} value={value ?? ''} maxlength={1000} required={required} />
    </p>
  )
}
