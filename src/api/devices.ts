import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import {
  changeOwnDevice,
  connectDevice,
  readdress,
  restoreOwn,
  revokeOwn,
} from '../device-actions.ts'
import { deviceName, type Device } from '../devices/device.ts'
import { devicesOf } from '../devices/device.store.ts'
import type { Home } from '../home.ts'
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
      const { device, secret } = await connectDevice(home, c.var.person, { name, shelves })
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
      const device = await changeOwnDevice(home, c.var.person, id, c.req.valid('json'))
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
      await revokeOwn(home, c.var.person, c.req.valid('param').id)
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
      const device = await restoreOwn(home, c.var.person, c.req.valid('param').id)
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
      const { secret } = await readdress(home, c.var.person, id, library)
      return c.json({ syncUrl: syncUrl(c, secret) }, 200)
    },
  )

  return app
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
