import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { deleteSessionOf, webSessionsOf } from '../people/web-session.store.ts'
import { Problem } from '../problem.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PROBLEMS } from './shapes.ts'

const SessionShape = z
  .object({
    id: z.string(),
    browser: z.string(),
    beganAt: z.number().int().describe('Epoch ms.'),
    seenAt: z.number().int(),
    endsAt: z.number().int(),
  })
  .openapi('Session')

/** `/sessions`: the browsers in which a person is signed in. */
export function sessionRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/sessions',
      summary: 'Where you are signed in, the last used first',
      responses: { 200: answers(listOf(SessionShape), 'Sessions.'), ...PROBLEMS },
    }),
    async (c) => {
      const sessions = await webSessionsOf(home.db.read, c.var.person.id, home.now())
      const items = sessions.map(({ id, browser, beganAt, seenAt, endsAt }) => ({
        id,
        browser,
        beganAt,
        seenAt,
        endsAt,
      }))
      return c.json({ items, next: null }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/sessions/{id}',
      summary: 'End a session',
      request: { params: IdParameter },
      responses: { 204: { description: 'It has ended.' }, ...PROBLEMS },
    }),
    async (c) => {
      const session = { id: c.req.valid('param').id, person: c.var.person.id }
      const wasThere = await home.db.transact((tx) => deleteSessionOf(tx, session))
      if (!wasThere) throw new Problem('not_found', 'You have no session with that id.')
      return c.body(null, 204)
    },
  )

  return app
}
