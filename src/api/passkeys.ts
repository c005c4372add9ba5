import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { readPasskeyName } from '../people/passkey.ts'
import { passkeysOf, renamePasskey, type Passkey } from '../people/passkey.store.ts'
import { takeAwayPasskey } from '../people/ways-in.ts'
import { Problem } from '../problem.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PROBLEMS, takes } from './shapes.ts'

const PasskeyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string().describe('The host name that it is for.'),
    createdAt: z.number().int().describe('Epoch ms.'),
    usedAt: z.number().int().nullable().describe('Null when it was never used.'),
  })
  .openapi('Passkey')

const ChangeBody = z.strictObject({ name: z.string() })

/** `/passkeys`: a person's own passkeys. One is made by a browser, on the page Account: a token makes no way in. */
export function passkeyRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/passkeys',
      summary: 'Your passkeys, the oldest first',
      responses: { 200: answers(listOf(PasskeyShape), 'Passkeys.'), ...PROBLEMS },
    }),
    async (c) => {
      const passkeys = await passkeysOf(home.db.read, c.var.person.id)
      return c.json({ items: passkeys.map(passkeyJson), next: null }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/passkeys/{id}',
      summary: 'Give a passkey another name',
      request: { params: IdParameter, ...takes(ChangeBody) },
      responses: { 200: answers(PasskeyShape, 'The passkey.'), ...PROBLEMS },
    }),
    async (c) => {
      const name = readPasskeyName(c.req.valid('json').name)
      const wish = { id: c.req.valid('param').id, person: c.var.person.id, name }
      const renamed = await home.db.transact(async (tx) => {
        await renamePasskey(tx, wish)
        return (await passkeysOf(tx, wish.person)).find(({ id }) => id === wish.id)
      })
      if (!renamed) throw new Problem('not_found', 'You have no passkey with that id.')
      return c.json(passkeyJson(renamed), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/passkeys/{id}',
      summary: 'Remove a passkey, unless it is your only way to sign in',
      request: { params: IdParameter },
      responses: { 204: { description: 'It opens nothing any more.' }, ...PROBLEMS },
    }),
    async (c) => {
      await takeAwayPasskey(home, { id: c.req.valid('param').id, person: c.var.person.id })
      return c.body(null, 204)
    },
  )

  return app
}

function passkeyJson({ id, name, rpId, createdAt, usedAt }: Passkey): z.infer<typeof PasskeyShape> {
  return { id, name, host: rpId, createdAt, usedAt }
}
