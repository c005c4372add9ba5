import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { issueApiToken } from '../people/api-token.ts'
import { revokeToken, tokensOf, type ApiToken } from '../people/api-token.store.ts'
import { SCOPES } from '../people/scope.ts'
import { Problem } from '../problem.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PROBLEMS, takes } from './shapes.ts'

const TokenShape = z
  .object({
    id: z.string(),
    label: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: z.number().int().describe('Epoch ms.'),
    usedAt: z.number().int().nullable().describe('When it was last used, to some minutes.'),
    endsAt: z.number().int().nullable().describe('Null is never.'),
  })
  .openapi('Token')

const NewBody = z.strictObject({
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)).max(10).optional(),
  days: z.number().int().min(1).max(3650).optional().describe('How long it is good.'),
})

/** `/tokens`: a person's own API tokens. */
export function tokenRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/tokens',
      summary: 'Your API tokens, the newest first',
      responses: { 200: answers(listOf(TokenShape), 'Tokens.'), ...PROBLEMS },
    }),
    async (c) => {
      const tokens = await tokensOf(home.db.read, c.var.person.id, home.now())
      return c.json({ items: tokens.map(tokenJson), next: null }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/tokens',
      summary: 'Make an API token, told only here',
      request: takes(NewBody),
      responses: {
        201: answers(TokenShape.extend({ token: z.string() }), 'The new token.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { label, scopes, days } = c.req.valid('json')
      const wish = { person: c.var.person.id, label, days, ...(scopes && { scopes }) }
      const made = await issueApiToken(home, wish)
      return c.json({ ...tokenJson(made), token: made.token }, 201)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/tokens/{id}',
      summary: 'Revoke an API token',
      request: { params: IdParameter },
      responses: { 204: { description: 'It opens nothing any more.' }, ...PROBLEMS },
    }),
    async (c) => {
      const wish = { id: c.req.valid('param').id, person: c.var.person.id, now: home.now() }
      const wasThere = await home.db.transact((tx) => revokeToken(tx, wish))
      if (!wasThere) throw new Problem('not_found', 'You have no API token with that id.')
      return c.body(null, 204)
    },
  )

  return app
}

function tokenJson(token: ApiToken): z.infer<typeof TokenShape> {
  const { id, label, scopes, createdAt, usedAt, endsAt } = token
  return { id, label, scopes, createdAt, usedAt, endsAt }
}
