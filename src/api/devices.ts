import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Db } from '../db/schema.ts'
import { deviceName, type Device } from '../devices/device.ts'
import { changeDevice, devicesOf, restoreDevice, revokeDevice } from '../devices/device.store.ts'
import { pair, regenerate } from '../devices/pairing.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { shelvesOf } from '../shelves/shelf.store.ts'
import { tellLibrary } from '../sync/answer-amnesia.ts'
import { carry } from '../sync/wishes.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { ownDevice } from '../own-device.ts'
import { answers, IdParameter, listOf, partOf, PartQuery, PROBLEMS, takes } from './shapes.ts'

const DeviceShape = z
  .object({
    id: z.string(),
    name: z.string(),
    model: z.string().nullable(),
    firmware: z.string().nullable(),
    platform: z.string().nullable(),
    shelves: z.array(z.string()).nullable().describe('Ids; null is every shelf, also future ones.'),
    paused: z.boolean(),
    onDelete: z.enum(['keep-off', 'bring-back', 'unshelve']),
    createdAt: z.number().int().describe('Epoch ms.'),
    lastSeenAt: z.number().int().nullable(),
    revokedAt: z.number().int().nullable(),
  })
  .openapi('Device')

const Name = z.string().max(400).overwrite(deviceName)
const Shelves = z.array(z.string().max(64)).max(1000).nullable()
const NewBody = z.strictObject({ name: Name, shelves: Shelves.optional() })
const PairedShape = z.object({ id: z.string(), name: z.string(), syncUrl: z.string() })
const ChangeBody = z.strictObject({
  name: Name.optional(),
  shelves: Shelves.optional(),
  paused: z.boolean().optional(),
  onDelete: z.enum(['keep-off', 'bring-back', 'unshelve']).optional(),
})
const RegenerateBody = z.strictObject({
  library: z.enum(['kept', 'empty', 'unknown']).default('unknown'),
})

/** `/devices`: a person's own Kobos. `syncUrl` says the address that a Kobo is given for a secret, told by this call. */
export function deviceRoutes(
  home: Home,
  syncUrl: (c: Context<ApiEnv>, secret: string) => string,
): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices',
      summary: 'Your devices, the oldest first, also revoked ones',
      request: { query: PartQuery },
      responses: { 200: answers(listOf(DeviceShape), 'Devices.'), ...PROBLEMS },
    }),
    async (c) => {
      const devices = (await devicesOf(home.db.read, c.var.person.id))
        .map((device) => ({ device, place: placeOf(device) }))
        .sort((one, other) => (one.place < other.place ? -1 : 1))
      const { part, next } = partOf(devices, c.req.valid('query'), ({ place }) => place)
      return c.json({ items: part.map(({ device }) => deviceJson(device)), next }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices',
      summary: 'Connect a Kobo; its sync URL is told only here',
      request: takes(NewBody),
      responses: { 201: answers(PairedShape, 'The new device.'), ...PROBLEMS },
    }),
    async (c) => {
      const { name, shelves = null } = c.req.valid('json')
      const person = c.var.person.id
      const now = home.now()
      const paired = await home.db.transact(async (tx) => {
        await refuseForeignShelves(tx, person, shelves)
        return pair(tx, { person, name, shelves, now, random: home.random })
      })
      const { device, secret } = paired
      return c.json({ id: device.id, name: device.name, syncUrl: syncUrl(c, secret) }, 201)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/devices/{id}',
      summary: 'One of your devices',
      request: { params: IdParameter },
      responses: { 200: answers(DeviceShape, 'The device.'), ...PROBLEMS },
    }),
    async (c) => {
      const device = await ownDevice(home.db.read, c.var.person, c.req.valid('param').id)
      return c.json(deviceJson(device), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/devices/{id}',
      summary: 'Rename or pause a device, choose its shelves, say what a deletion on it means',
      request: { params: IdParameter, ...takes(ChangeBody) },
      responses: { 200: answers(DeviceShape, 'The device.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { name, paused, onDelete, shelves } = c.req.valid('json')
      const device = await home.db.transact(async (tx) => {
        const before = await ownDevice(tx, c.var.person, id)
        await changeDevice(tx, id, {
          ...(name !== undefined && { name }),
          ...(paused !== undefined && { paused }),
          ...(onDelete !== undefined && { onDelete }),
        })
        if (shelves !== undefined) {
          await refuseForeignShelves(tx, c.var.person.id, shelves)
          await carry(tx, home, before, shelves)
        }
        return ownDevice(tx, c.var.person, id)
      })
      return c.json(deviceJson(device), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/devices/{id}',
      summary: 'Revoke a device; what is known of it is kept',
      request: { params: IdParameter },
      responses: { 204: { description: 'It is revoked.' }, ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const now = home.now()
      await home.db.transact(async (tx) => {
        await ownDevice(tx, c.var.person, id)
        await revokeDevice(tx, id, now)
      })
      return c.body(null, 204)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/restore',
      summary: 'Take back a revocation',
      request: { params: IdParameter },
      responses: { 200: answers(DeviceShape, 'The device.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const device = await home.db.transact(async (tx) => {
        await ownDevice(tx, c.var.person, id)
        await restoreDevice(tx, id)
        return ownDevice(tx, c.var.person, id)
      })
      return c.json(deviceJson(device), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/devices/{id}/regenerate',
      summary: 'Give the device another sync URL; the old one stops working',
      request: { params: IdParameter, ...takes(RegenerateBody) },
      responses: {
        200: answers(z.object({ syncUrl: z.string() }), 'The new sync URL, told only here.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { library } = c.req.valid('json')
      const now = home.now()
      const secret = await home.db.transact(async (tx) => {
        const device = await ownDevice(tx, c.var.person, id)
        if (library !== 'unknown') await tellLibrary(tx, home, device, library)
        return regenerate(tx, { pairing: device.pairing, now, random: home.random })
      })
      return c.json({ syncUrl: syncUrl(c, secret) }, 200)
    },
  )

  return app
}

async function refuseForeignShelves(
  db: Db,
  person: string,
  shelves: string[] | null,
): Promise<void> {
  if (shelves === null) return
  const own = new Set((await shelvesOf(db, person)).map((shelf) => shelf.id))
  const foreign = shelves.find((shelf) => !own.has(shelf))
  if (foreign !== undefined)
    throw new Problem('not_found', `You have no shelf with the id “${foreign}”.`)
}

function placeOf(device: Device): string {
  return `${String(device.createdAt).padStart(16, '0')} ${device.id}`
}

function deviceJson(device: Device): z.infer<typeof DeviceShape> {
  const { id, name, model, firmware, platform, shelves, paused, onDelete } = device
  const { createdAt, lastSeenAt, revokedAt } = device
  return {
    id,
    name,
    model,
    firmware,
    platform,
    shelves,
    paused,
    onDelete,
    createdAt,
    lastSeenAt,
    revokedAt,
  }
}
