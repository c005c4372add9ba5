import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { encoder } from '../encoder.ts'
import type { Home } from '../home.ts'
import { requestBase } from '../request-base.ts'
import { previewOf } from '../sync/preview.ts'
import { rehearseSync } from '../sync/rehearse.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { ownDevice } from '../own-device.ts'
import { answers, IdParameter, PROBLEMS } from './shapes.ts'

/** What a sync will do, as the API tells of it. */
export const PreviewShape = z
  .object({
    operations: z.array(
      z.object({
        verb: z.enum(['add', 'file', 'metadata', 'remove', 'state']),
        bookId: z.string(),
      }),
    ),
    bytes: z.number().int().describe('Of the files that arrive.'),
    cost: z.object({
      refetch: z.number().int().describe('Downloaded books that may have to be fetched again.'),
      bytes: z.number().int().describe('Of those.'),
      unsavedHighlights: z
        .number()
        .int()
        .describe(
          'Of those and of the books that leave: with highlights that may not be stored here.',
        ),
    }),
  })
  .openapi('Preview')

/** `/devices/{id}/next-sync`: what the next sync of a device will do, by the planner that will do it. */
export function nextSyncRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()
  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/next-sync',
      summary:
        'What the next sync will do, if the Kobo returns its newest token and nothing changes',
      request: { params: IdParameter },
      responses: { 200: answers(PreviewShape, 'The next sync.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      const base = requestBase(home.config, c.req.raw.headers, c.env.incoming)
      const due = await rehearseSync(home, device, encoder(home, device, base))
      return c.json(await previewOf(home.db.read, device, due), 200)
    },
  )
  return app
}
