import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Book } from '../catalogue/book.ts'
import { bookById, listBooks } from '../catalogue/catalogue.store.ts'
import { checkedChanges } from '../catalogue/checked-changes.ts'
import { cleanLine } from '../catalogue/epub/clean-text.ts'
import { bringBack, removeBook } from '../catalogue/files.ts'
import { editBook } from '../catalogue/rename.ts'
import { searchBooks } from '../catalogue/search.store.ts'
import type { Home } from '../home.ts'
import type { Person } from '../people/person.ts'
import { mayDeleteBook } from '../people/rules.ts'
import { Problem } from '../problem.ts'
import { bookJson, booksJson, BookShape } from './book-json.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PartQuery, PROBLEMS, takes } from './shapes.ts'

/** One line of text as it is kept: without control characters and halves of characters. */
const Line = z
  .string()
  .max(1000)
  .overwrite((text) => cleanLine(text, 1000) ?? '')
const LineOrNothing = Line.transform((text) => text || null).nullable()

const ChangeBody = z.strictObject({
  title: Line.min(1).optional(),
  subtitle: LineOrNothing.optional(),
  authors: z.array(Line.min(1)).max(200).optional(),
  series: z
    .strictObject({ name: Line.min(1), index: z.number().nullable().default(null) })
    .nullable()
    .optional(),
  language: z.string().trim().max(35).nullable().optional(),
  publisher: LineOrNothing.optional(),
  published: z.string().trim().max(50).nullable().optional(),
  description: z.string().max(100_000).nullable().optional(),
  subjects: z.array(Line.min(1)).max(200).optional(),
  isbn: z.string().max(40).nullable().optional(),
})

/** `/books`: the catalogue that the household shares. */
export function bookRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/books',
      summary: 'The books, newest first; with q those that match it, the best first',
      request: { query: PartQuery.extend({ q: z.string().max(500).optional() }) },
      responses: { 200: answers(listOf(BookShape), 'Books.'), ...PROBLEMS },
    }),
    async (c) => {
      const { q, limit, cursor } = c.req.valid('query')
      const place = { limit, after: cursor }
      const { books, next } =
        q === undefined
          ? await listBooks(home.db.read, place)
          : await searchBooks(home.db.read, q, place)
      return c.json({ items: await booksJson(home.db.read, books), next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/books/{id}',
      summary: 'One book',
      request: { params: IdParameter },
      responses: { 200: answers(BookShape, 'The book.'), ...PROBLEMS },
    }),
    async (c) => {
      const book = present(await bookById(home.db.read, c.req.valid('param').id))
      return c.json(await bookJson(home.db.read, book), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/books/{id}',
      summary: 'Change what a book says of itself',
      request: { params: IdParameter, ...takes(ChangeBody) },
      responses: { 200: answers(BookShape, 'The book.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const changes = checkedChanges(c.req.valid('json'))
      present(await bookById(home.db.read, id))
      const book = present(await editBook(home, id, changes))
      return c.json(await bookJson(home.db.read, book), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/books/{id}',
      summary: 'Delete a book; it can be restored',
      request: { params: IdParameter },
      responses: { 204: { description: 'It is deleted.' }, ...PROBLEMS },
    }),
    async (c) => {
      const book = present(await bookById(home.db.read, c.req.valid('param').id))
      refuseStrangers(c.var.person, book)
      await removeBook(home, book.id)
      return c.body(null, 204)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/books/{id}/restore',
      summary: 'Bring a deleted book back as it was',
      request: { params: IdParameter },
      responses: { 200: answers(BookShape, 'The book.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const book = await bookById(home.db.read, id)
      if (!book) throw noSuchBook()
      refuseStrangers(c.var.person, book)
      await bringBack(home, id)
      const restored = present(await bookById(home.db.read, id))
      return c.json(await bookJson(home.db.read, restored), 200)
    },
  )

  return app
}

/** The book, unless there is none or it was deleted: then `Problem('not_found')`. */
export function present(book: Book | undefined): Book {
  if (!book || book.deletedAt !== null) throw noSuchBook()
  return book
}

function noSuchBook(): Problem {
  return new Problem('not_found', 'There is no book with that id.')
}

function refuseStrangers(person: Person, book: Book): void {
  if (!mayDeleteBook(person, book))
    throw new Problem('forbidden', 'Only the owner and whoever brought this book may do that.')
}
