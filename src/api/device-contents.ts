import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { readContents } from '../sync/contents.ts'
import { readPlace, writePlace } from '../sync/place.ts'
import { FILTERS, STATUSES, type Status } from '../sync/status.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { ownDevice } from '../own-device.ts'
import { answers, IdParameter, listOf, PartQuery, PROBLEMS } from './shapes.ts'

const StatusShape = z.enum(STATUSES)
const At = z.number().int().describe('Epoch ms.')

const ContentShape = z
  .object({
    bookId: z.string(),
    title: z.string(),
    status: StatusShape,
    sentence: z.string().describe('The status and what it rests on, for people.'),
    proof: z.object({ kind: z.string(), at: At }).nullable().describe('The strongest there is.'),
    lastSeenAt: At.nullable().describe('When the device last gave a sign of this book.'),
    evidence: z
      .array(z.object({ kind: z.string(), at: At, detail: z.string() }))
      .describe('What was sent and what came back, newest first; at most eight of one kind.'),
  })
  .openapi('Content')

const ContentsQuery = PartQuery.extend({
  cursor: z.string().max(7000).optional(), // it holds a title
  status: z
    .string()
    .max(200)
    .transform((text) => text.split(','))
    .pipe(z.array(StatusShape))
    .optional()
    .openapi({ type: 'string', description: 'Statuses, with commas.' }),
  filter: z.enum(['missing', 'doubtful', 'extra']).optional().describe('extra: orphan or foreign.'),
  book: z.string().max(64).optional().describe('Only this book.'),
})

/** `/devices/{id}/contents`: what a device holds, as far as the server can tell. */
export function contentsRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()
  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/contents',
      summary: 'What one of your devices holds and should hold, by title, and how that is known',
      request: { params: IdParameter, query: ContentsQuery },
      responses: { 200: answers(listOf(ContentShape), 'Books.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      const { limit, cursor, status, filter, book } = c.req.valid('query')
      const named: readonly Status[] | undefined = filter && FILTERS[filter]
      const { items, next } = await readContents(
        home.db.read,
        device,
        {
          limit,
          after: cursor === undefined ? undefined : readPlace(cursor),
          statuses:
            status && named ? status.filter((each) => named.includes(each)) : (status ?? named),
          book,
        },
        tellTimes(home.now(), machineTimeZone()),
      )
      return c.json({ items, next: next && writePlace(next) }, 200)
    },
  )
  return app
}
