import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { audit } from '../audit/audit.ts'
import { certificatesOf } from '../audit/certificate.store.ts'
import { healAudit } from '../audit/heal.ts'
import { ReadSnapshot, TakenAt } from '../audit/reading.ts'
import { HEALED } from '../audit/standing.ts'
import { certificateOf, toldOf } from '../audit/told.ts'
import { snapshotOf, uploadedSnapshot } from '../audit/uploaded.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import type { Wish } from '../sync/rehearse.ts'
import { AuditShape, BriefShape } from './audit-shape.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { fulfil, PreviewQuery } from './heal-wish.ts'
import { PreviewShape } from './next-sync.ts'
import { ownDevice } from '../own-device.ts'
import { answers, IdParameter, listOf, partOf, PartQuery, PROBLEMS } from './shapes.ts'

const AuditParameters = z.object({ id: z.string().max(64), audit: z.string().max(64) })
const AuditQuery = z.object({ takenAt: z.coerce.number().pipe(TakenAt).optional() })

const ReadBody = ReadSnapshot.extend({}).openapi('DatabaseReading')

/** Bytes and forms in the description: the framework would read them into memory to look at them. */
const Bytes = { type: 'string' as const, format: 'binary' }
const Text = { type: 'string' as const }
const Form = {
  type: 'object' as const,
  properties: {
    database: Bytes,
    wal: Bytes,
    shm: Bytes,
    kepub: Text,
    version: Text,
    takenAt: Text,
  },
  required: ['database'],
}

const HealBody = z.strictObject({
  classes: z.array(z.enum(HEALED)).max(HEALED.length).optional(),
  books: z.array(z.string().max(64)).min(1).max(10_000).optional(),
  evenUnsaved: z
    .boolean()
    .default(false)
    .describe('Also books with highlights on the Kobo that are not stored here.'),
})

/** `/devices/{id}/audits`: what a Kobo's own database says, and what heals what it finds. */
export function auditRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/audits',
      summary: 'Compare a Kobo’s own database with what is known here',
      description:
        'The file KoboReader.sqlite is read and gone before the answer. As JSON: what a browser read of it. In a form also its -wal, and a listing of .kobo/kepub as JSON: a list of {name, size}.',
      request: {
        params: IdParameter,
        query: AuditQuery,
        // Not said to be required: then every body would be read as JSON.
        body: {
          content: {
            'application/json': { schema: ReadBody },
            'application/vnd.sqlite3': { schema: Bytes },
            'multipart/form-data': { schema: Form },
          },
        },
      },
      responses: { 201: answers(AuditShape, 'What was found.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      const { takenAt } = c.req.valid('query')
      const type = c.req.header('content-type') ?? ''
      if (!/^(?:application\/(?:json|vnd\.sqlite3)|multipart\/form-data)\b/i.test(type))
        throw new Problem('invalid', 'Send the database as application/vnd.sqlite3, or as a form.')
      const snapshot = /^application\/json\b/i.test(type)
        ? snapshotOf(ReadBody.parse(await c.req.json()), takenAt)
        : await uploadedSnapshot(home, c.req.raw, takenAt)
      const certificate = await audit(home, device, snapshot)
      return c.json(await toldOf(home.db.read, certificate), 201)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/audits',
      summary: 'The audits of one of your devices, newest first',
      request: { params: IdParameter, query: PartQuery },
      responses: { 200: answers(listOf(BriefShape), 'Audits.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      const all = await certificatesOf(home.db.read, device.id)
      const placed = all.map((brief, index) => ({ brief, place: String(index).padStart(4, '0') }))
      const { part, next } = partOf(placed, c.req.valid('query'), ({ place }) => place)
      return c.json({ items: part.map(({ brief }) => brief), next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}/audits/{audit}',
      summary: 'What an audit found',
      request: { params: AuditParameters },
      responses: { 200: answers(AuditShape, 'The audit.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id, audit: name } = c.req.valid('param')
      const device = await ownDevice(home.db.read, c.var.person, id)
      const certificate = await certificateOf(home.db.read, device.id, name)
      return c.json(await toldOf(home.db.read, certificate), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/audits/{audit}/heal',
      summary: 'Have the next sync put right what an audit found',
      request: {
        params: AuditParameters,
        query: PreviewQuery,
        body: { content: { 'application/json': { schema: HealBody } } },
      },
      responses: {
        200: answers(PreviewShape, 'What the next sync will do, or would do.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { id, audit: name } = c.req.valid('param')
      const wished = HealBody.parse(c.req.valid('json') ?? {})
      const wish: Wish = async (tx, at, device) =>
        healAudit(tx, at, device, await certificateOf(tx, device.id, name), wished)
      return c.json(await fulfil(home, c, id, c.req.valid('query').preview, wish), 200)
    },
  )

  return app
}
