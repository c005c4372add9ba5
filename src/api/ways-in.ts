import { createHash } from 'node:crypto'
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Home } from '../home.ts'
import { identitiesOf, type KnownIdentity } from '../people/provider-identity.store.ts'
import { countRecoveryCodes, replaceRecoveryCodes } from '../people/recovery-code.store.ts'
import { takeAwayIdentity } from '../people/ways-in.ts'
import { Problem } from '../problem.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { answers, IdParameter, listOf, PROBLEMS } from './shapes.ts'

const IdentityShape = z
  .object({
    id: z.string(),
    issuer: z.string().describe('The provider.'),
    label: z.string().describe('What the account is called there.'),
    usable: z.boolean().describe('Whether this server knows the provider now.'),
    linkedAt: z.number().int().describe('Epoch ms.'),
  })
  .openapi('ProviderIdentity')

const CodesShape = z
  .object({ left: z.number().int().describe('How many are left.') })
  .openapi('RecoveryCodes')

const NONE = 'You have no account at a provider with that id.'

/**
 * `/provider-identities` and `/recovery-codes`: how else a person signs in. Both are told and taken away here. They are made on the page
 * Account, by somebody who signed in lately: a token makes no way in.
 */
export function wayInRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()
  const issuer = home.config.provider?.issuer

  app.openapi(
    createRoute({
      method: 'get',
      path: '/provider-identities',
      summary: 'Your accounts at OpenID providers by which you may sign in',
      responses: { 200: answers(listOf(IdentityShape), 'Accounts.'), ...PROBLEMS },
    }),
    async (c) => {
      const identities = await identitiesOf(home.db.read, c.var.person.id)
      const items = identities.map((identity) => identityJson(identity, issuer))
      return c.json({ items, next: null }, 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/provider-identities/{id}',
      summary: 'Unlink an account at a provider, unless it is your only way to sign in',
      request: { params: IdParameter },
      responses: { 204: { description: 'It opens nothing any more.' }, ...PROBLEMS },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const person = c.var.person.id
      const identity = (await identitiesOf(home.db.read, person)).find((each) => idOf(each) === id)
      if (!identity) throw new Problem('not_found', NONE)
      await takeAwayIdentity(home, { issuer: identity.issuer, person }, NONE)
      return c.body(null, 204)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/recovery-codes',
      summary: 'How many recovery codes you have left',
      responses: { 200: answers(CodesShape, 'How many.'), ...PROBLEMS },
    }),
    async (c) => c.json({ left: await countRecoveryCodes(home.db.read, c.var.person.id) }, 200),
  )

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/recovery-codes',
      summary: 'Take your recovery codes back, when somebody may have read them',
      responses: { 204: { description: 'They open nothing any more.' }, ...PROBLEMS },
    }),
    async (c) => {
      const none = { person: c.var.person.id, hashes: [], now: home.now() }
      await home.db.transact((tx) => replaceRecoveryCodes(tx, none))
      return c.body(null, 204)
    },
  )

  return app
}

function identityJson(
  identity: KnownIdentity,
  issuer: string | undefined,
): z.infer<typeof IdentityShape> {
  const { label, linkedAt } = identity
  const usable = identity.issuer === issuer
  return { id: idOf(identity), issuer: identity.issuer, label, usable, linkedAt }
}

/** An account is named by its issuer and subject, which make no good address. */
function idOf({ issuer, subject }: Pick<KnownIdentity, 'issuer' | 'subject'>): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 32)
}
