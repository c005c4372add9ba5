import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Home } from '../home.ts'
import { bringBack, resend, resetSync, retract } from '../sync/heal.ts'
import type { Wish } from '../sync/rehearse.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { fulfil, PreviewQuery } from './heal-wish.ts'
import { PreviewShape } from './next-sync.ts'
import { answers, IdParameter, PROBLEMS, takes } from './shapes.ts'

const Books = z.array(z.string().max(64)).min(1).max(10_000)
const ResendBody = z.strictObject({
  books: Books,
  how: z.enum(['auto', 'retract']).default('auto'),
})
const RetractBody = z.strictObject({ books: Books })
const RemovalParameters = z.object({ id: z.string().max(64), book: z.string().max(64) })
/** Healing: books that are missing or broken on a device are sent again. Each call answers what the next sync will do. */
export function healingRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()
  const responses = {
    200: answers(PreviewShape, 'What the next sync will do, or would do.'),
    ...PROBLEMS,
  }

  const heal = (c: Context<ApiEnv>, id: string, preview: '0' | '1', wish: Wish) =>
    fulfil(home, c, id, preview, wish)

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/resend',
      summary: 'Send books again that are missing or broken on a device',
      request: { params: IdParameter, query: PreviewQuery, ...takes(ResendBody) },
      responses,
    }),
    async (c) => {
      const { books, how } = c.req.valid('json')
      const wish: Wish = (tx, at, device) => resend(tx, at, device, books, how)
      const { preview } = c.req.valid('query')
      return c.json(await heal(c, c.req.valid('param').id, preview, wish), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/retract',
      summary: 'Remove books from a device and offer them again when that is acknowledged',
      request: { params: IdParameter, query: PreviewQuery, ...takes(RetractBody) },
      responses,
    }),
    async (c) => {
      const { books } = c.req.valid('json')
      const wish: Wish = (tx, at, device) => retract(tx, at, device, books)
      const { preview } = c.req.valid('query')
      return c.json(await heal(c, c.req.valid('param').id, preview, wish), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/reset-sync',
      summary: 'Send everything again; what was downloaded must be downloaded again',
      request: { params: IdParameter, query: PreviewQuery },
      responses,
    }),
    async (c) => {
      const { preview } = c.req.valid('query')
      return c.json(await heal(c, c.req.valid('param').id, preview, resetSync), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/removals/{book}/bring-back',
      summary: 'Bring a book back that its reader removed on the device',
      request: { params: RemovalParameters, query: PreviewQuery },
      responses,
    }),
    async (c) => {
      const { id, book } = c.req.valid('param')
      const wish: Wish = (tx, at, device) => bringBack(tx, at, device, book)
      return c.json(await heal(c, id, c.req.valid('query').preview, wish), 200)
    },
  )

  return app
}
