import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { readBundle, readDiary } from '../diary/diary.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { ownDevice } from '../own-device.ts'
import { answers, IdParameter, listOf, PROBLEMS } from './shapes.ts'

const At = z.number().int().describe('Epoch ms.')

const SyncShape = z
  .object({
    id: z.string(),
    startedAt: At,
    endedAt: At.nullable().describe('Null while it may go on.'),
    complete: z.boolean().describe('Its last answer was given.'),
    sentences: z.array(z.string()).describe('What happened, for people.'),
    counts: z
      .object({
        added: z.number().int(),
        files: z.number().int(),
        metadata: z.number().int(),
        removed: z.number().int(),
        states: z.number().int(),
        downloads: z.number().int(),
        reports: z.number().int(),
        highlights: z.number().int(),
        deletions: z.number().int(),
      })
      .describe(
        'Books: sent as new, with another file, with changed details, for removal, with a place; downloaded in full; whose place, highlights or removal the device told.',
      ),
    requests: z
      .array(
        z.object({
          at: At,
          call: z.string(),
          bookId: z.string().optional(),
          operations: z.number().int().optional(),
        }),
      )
      .describe('The requests that left a trace in the log, oldest first; at most 200.'),
  })
  .openapi('Sync')

const BundleShape = z
  .object({
    format: z.literal('holdfast-sync-1'),
    sync: z.object({ id: z.string(), startedAt: At }),
    device: z.object({
      model: z.string().nullable(),
      firmware: z.string().nullable(),
      paused: z.boolean(),
    }),
    entries: z.array(z.record(z.string(), z.unknown())),
  })
  .openapi('Bundle')

const SyncsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.coerce.number().int().min(1).optional(),
})

const SyncParameters = IdParameter.extend({ syncId: z.string().max(20) })

/** `/devices/{id}/syncs`: the diary of a device. */
export function syncsRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()
  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/syncs',
      summary: 'The syncs of one of your devices, newest first, in sentences',
      request: { params: IdParameter, query: SyncsQuery },
      responses: { 200: answers(listOf(SyncShape), 'Syncs.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      const { limit, cursor } = c.req.valid('query')
      const now = home.now()
      const tell = tellTimes(now, machineTimeZone())
      const part = { limit, before: cursor }
      const { items, next } = await readDiary(home.db.read, device, part, tell, now)
      return c.json({ items, next: next === null ? null : String(next) }, 200)
    },
  )
  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/syncs/{syncId}/bundle',
      summary: 'What one sync left in the log, without titles, names and secrets',
      request: { params: SyncParameters },
      responses: { 200: answers(BundleShape, 'The bundle.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id, syncId } = c.req.valid('param')
      const device = await ownDevice(home.db.read, c.var.person, id)
      const bundle = await readBundle(home.db.read, device, syncId)
      if (!bundle) throw new Problem('not_found', 'This device has no sync with that id.')
      return c.json(bundle, 200)
    },
  )
  return app
}
