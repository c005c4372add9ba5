import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Home } from '../home.ts'
import { invite, withdraw } from '../people/invitation.ts'
import { openInvitations } from '../people/invitation.store.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PROBLEMS, takes } from './shapes.ts'

const InvitationShape = z
  .object({
    id: z.string(),
    label: z.string(),
    createdAt: z.number().int().describe('Epoch ms.'),
    endsAt: z.number().int(),
  })
  .openapi('Invitation')

const NewBody = z.strictObject({
  label: z.string().default('').describe('For whom it is, in your words.'),
})

/** `/invitations`: who may become a person of the household. `urlOf` says the address of a secret, told by this call. */
export function invitationRoutes(
  home: Home,
  urlOf: (c: Context<ApiEnv>, secret: string) => string,
): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'get',
      path: '/invitations',
      summary: 'Open invitations, the newest first',
      responses: { 200: answers(listOf(InvitationShape), 'Invitations.'), ...PROBLEMS },
    }),
    async (c) =>
      c.json({ items: await openInvitations(home.db.read, home.now()), next: null }, 200),
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/invitations',
      summary: 'Invite somebody: an address that is good once, for seven days, and told only here',
      request: takes(NewBody),
      responses: {
        201: answers(InvitationShape.extend({ url: z.string() }), 'The invitation.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      const { label } = c.req.valid('json')
      const { secret, ...invitation } = await invite(home, { inviter: c.var.person.id, label })
      return c.json({ ...invitation, url: urlOf(c, secret) }, 201)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/invitations/{id}',
      summary: 'Withdraw an invitation',
      request: { params: IdParameter },
      responses: { 204: { description: 'It is withdrawn.' }, ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      await home.db.transact((tx) => withdraw(tx, id))
      return c.body(null, 204)
    },
  )

  return app
}
