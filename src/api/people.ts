import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { everybody } from '../people/person.store.ts'
import { foretellRemoval, removePerson } from '../remove-person.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, partOf, PartQuery, PROBLEMS } from './shapes.ts'

const PersonShape = z
  .object({
    id: z.string(),
    name: z.string(),
    owner: z.boolean(),
    createdAt: z.number().int().describe('Epoch ms.'),
  })
  .openapi('Person')

const RemovalShape = z
  .object({
    id: z.string(),
    name: z.string(),
    shelves: z.number().int().describe('How many go.'),
    devices: z.array(z.string()).describe('Names of Kobos that are let in no more.'),
    tokens: z.number().int().describe('How many open nothing any more.'),
    brought: z.number().int().describe('How many books they brought, which stay.'),
    sentences: z.array(z.string()).describe('All of it, for people.'),
  })
  .openapi('Removal')

/** `/people`: the household, for its owner. */
export function peopleRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/people',
      summary: 'Everybody of the household, the oldest account first',
      request: { query: PartQuery },
      responses: { 200: answers(listOf(PersonShape), 'People.'), ...PROBLEMS },
    }),
    async (c) => {
      const people = await everybody(home.db.read)
      const { part, next } = partOf(
        people.map((person) => ({ person, place: placeOf(person) })).toSorted(byPlace),
        c.req.valid('query'),
        ({ place }) => place,
      )
      return c.json({ items: part.map(({ person }) => person), next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/people/{id}',
      summary: 'Remove somebody with all that is theirs alone; with preview=1 only say what goes',
      request: {
        params: IdParameter,
        query: z.object({ preview: z.enum(['1', 'true']).optional() }),
      },
      responses: {
        200: answers(RemovalShape, 'What became of everything, or what would.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { preview } = c.req.valid('query')
      return c.json(
        preview === undefined
          ? await removePerson(home, id)
          : await foretellRemoval(home.db.read, id),
        200,
      )
    },
  )

  return app
}

function placeOf({ createdAt, id }: { createdAt: number; id: string }): string {
  return `${String(createdAt).padStart(16, '0')} ${id}`
}

function byPlace(one: { place: string }, other: { place: string }): number {
  return one.place < other.place ? -1 : 1
}
