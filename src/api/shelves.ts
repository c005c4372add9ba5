import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { nameKey } from '../name-key.ts'
import { changeShelf, ownShelf } from '../own-shelf.ts'
import { randomId } from '../random-id.ts'
import type { Tx } from '../db/schema.ts'
import type { CountedShelf, Shelf } from '../shelves/shelf.ts'
import { countBooks, createShelf, renameShelf, shelvesOf } from '../shelves/shelf.store.ts'
import { removeShelf } from '../sync/wishes.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, partOf, PartQuery, PROBLEMS, takes } from './shapes.ts'

/** At most this many books are put on or taken off a shelf in one call. */
const MOST_BOOKS = 20_000

const ShelfShape = z
  .object({
    id: z.string(),
    name: z.string(),
    books: z.number().int(),
    createdAt: z.number().int().describe('Epoch ms.'),
  })
  .openapi('Shelf')

const NameBody = z.strictObject({ name: z.string() })
const Ids = z.array(z.string().max(64)).max(MOST_BOOKS)
const BooksBody = z.strictObject({
  add: Ids.default([]),
  remove: Ids.default([]),
  cause: z
    .enum(['person', 'machine'])
    .default('person')
    .describe('“machine” for a program that acts unasked: many removals then wait for a person.'),
})
const BookOnShelf = z.object({ id: z.string().max(64), book: z.string().max(64) })

/** `/shelves`: a person's own shelves and what stands on them. */
export function shelfRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/shelves',
      summary: 'Your shelves, by name',
      request: { query: PartQuery },
      responses: { 200: answers(listOf(ShelfShape), 'Shelves.'), ...PROBLEMS },
    }),
    async (c) => {
      const shelves = await shelvesOf(home.db.read, c.var.person.id)
      const { part, next } = partOf(
        shelves.map((shelf) => ({ shelf, place: nameKey(shelf.name) })).sort(byPlace),
        c.req.valid('query'),
        ({ place }) => place,
      )
      return c.json({ items: part.map(({ shelf }) => shelfJson(shelf)), next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/shelves',
      summary: 'Make a shelf',
      request: takes(NameBody),
      responses: { 201: answers(ShelfShape, 'The new shelf.'), ...PROBLEMS },
    }),
    async (c) => {
      const { name } = c.req.valid('json')
      const wish = { id: randomId(home.random), person: c.var.person.id, name, now: home.now() }
      const shelf = await home.db.transact((tx) => createShelf(tx, wish))
      return c.json(shelfJson({ ...shelf, books: 0 }), 201)
    },
  )

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/shelves/{id}',
      summary: 'Rename a shelf',
      request: { params: IdParameter, ...takes(NameBody) },
      responses: { 200: answers(ShelfShape, 'The shelf.'), ...PROBLEMS },
    }),
    async (c) => {
      const { name } = c.req.valid('json')
      const renamed = await home.db.transact(async (tx) => {
        const shelf = await ownShelf(tx, c.var.person, c.req.valid('param').id)
        return counted(tx, await renameShelf(tx, shelf, name))
      })
      return c.json(shelfJson(renamed), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/shelves/{id}',
      summary: 'Delete a shelf; its books stay in the library',
      request: { params: IdParameter },
      responses: { 204: { description: 'It is gone.' }, ...PROBLEMS },
    }),
    async (c) => {
      await home.db.transact(async (tx) => {
        const shelf = await ownShelf(tx, c.var.person, c.req.valid('param').id)
        await removeShelf(tx, shelf.id)
      })
      return c.body(null, 204)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/shelves/{id}/books',
      summary: 'Put books on a shelf and take others off, all or none',
      request: { params: IdParameter, ...takes(BooksBody) },
      responses: { 200: answers(ShelfShape, 'The shelf.'), ...PROBLEMS },
    }),
    async (c) => {
      const books = c.req.valid('json')
      const { id } = c.req.valid('param')
      const shelf = await home.db.transact((tx) => changeShelf(tx, home, c.var.person, id, books))
      return c.json(shelfJson(shelf), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'put',
      path: '/shelves/{id}/books/{book}',
      summary: 'Put a book on a shelf',
      request: { params: BookOnShelf },
      responses: { 204: { description: 'It stands there.' }, ...PROBLEMS },
    }),
    async (c) => {
      const { id, book } = c.req.valid('param')
      const change = { add: [book], remove: [] }
      await home.db.transact((tx) => changeShelf(tx, home, c.var.person, id, change))
      return c.body(null, 204)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/shelves/{id}/books/{book}',
      summary: 'Take a book off a shelf',
      request: { params: BookOnShelf },
      responses: { 204: { description: 'It does not stand there.' }, ...PROBLEMS },
    }),
    async (c) => {
      const { id, book } = c.req.valid('param')
      const change = { add: [], remove: [book] }
      await home.db.transact((tx) => changeShelf(tx, home, c.var.person, id, change))
      return c.body(null, 204)
    },
  )

  return app
}

async function counted(tx: Tx, shelf: Shelf): Promise<CountedShelf> {
  return { ...shelf, books: await countBooks(tx, shelf.id) }
}

function byPlace(one: { place: string }, other: { place: string }): number {
  return one.place < other.place ? -1 : 1
}

function shelfJson({ id, name, books, createdAt }: CountedShelf): z.infer<typeof ShelfShape> {
  return { id, name, books, createdAt }
}
