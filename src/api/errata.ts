import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { dismissErratum } from '../errata/errata.store.ts'
import { listErrata } from '../errata/find-errata.store.ts'
import type { Erratum } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { ownErratum } from '../own-erratum.ts'
import { review } from '../review.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { actOnErratum } from '../errata-actions.ts'
import { answers, IdParameter, listOf, PartQuery, PROBLEMS, takes } from './shapes.ts'

const ErratumShape = z
  .object({
    id: z.string(),
    kind: z.string(),
    cause: z.string(),
    consequence: z.string(),
    actions: z.array(z.string()),
    at: z.number().int().describe('Epoch ms.'),
    deviceId: z.string().optional(),
    bookId: z.string().optional(),
  })
  .openapi('Erratum')

const ActionParameters = z.object({ id: z.string().max(64), name: z.string().max(64) })
const ToDoShape = z
  .object({
    todo: z.string(),
    audits: z.string().describe('Where the database is posted to.'),
  })
  .openapi('ToDo')
const DismissBody = z.strictObject({ reason: z.string().trim().min(1).max(500) })

/** `/errata`: what needs a person's eye, and what can be done about it. */
export function errataRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/errata',
      summary: 'What needs your eye, newest first',
      request: { query: PartQuery },
      responses: { 200: answers(listOf(ErratumShape), 'Errata.'), ...PROBLEMS },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      await review(home)
      const part = await listErrata(home.db.read, c.var.person, { limit, after: cursor })
      return c.json({ items: part.errata.map(erratumJson), next: part.next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/errata/{id}/actions/{name}',
      summary: 'Do what an erratum proposes',
      request: { params: ActionParameters },
      responses: {
        200: answers(ToDoShape, 'What you have to do. The erratum closes when it is done.'),
        204: { description: 'It is done.' },
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { id, name } = c.req.valid('param')
      const erratum = await ownErratum(home.db.read, c.var.person, id)
      const left = await actOnErratum(home, erratum, name)
      if (!left) return c.body(null, 204)
      const audits = `/api/v1/devices/${left.audit}/audits`
      return c.json({ todo: 'Upload the database of the Kobo as an audit.', audits }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/errata/{id}/dismiss',
      summary: 'Close an erratum, saying why; the same is not told again for thirty days',
      request: { params: IdParameter, ...takes(DismissBody) },
      responses: { 204: { description: 'It is closed.' }, ...PROBLEMS },
    }),
    async (c) => {
      const erratum = await ownErratum(home.db.read, c.var.person, c.req.valid('param').id)
      const { reason } = c.req.valid('json')
      const now = home.now()
      await home.db.transact((tx) => dismissErratum(tx, erratum, reason, now))
      return c.body(null, 204)
    },
  )

  return app
}

function erratumJson(erratum: Erratum): z.infer<typeof ErratumShape> {
  const { id, kind, cause, consequence, actions, at, device, book } = erratum
  return {
    id,
    kind,
    cause,
    consequence,
    actions,
    at,
    ...(device === null ? {} : { deviceId: device }),
    ...(book === null ? {} : { bookId: book }),
  }
}
