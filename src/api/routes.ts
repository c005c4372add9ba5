import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Home } from '../home.ts'
import { invitationUrl, syncUrl } from '../public-url.ts'
import { requestBase } from '../request-base.ts'
import { auditRoutes } from './audits.ts'
import { bookFileRoutes } from './book-files.ts'
import { bookRoutes } from './books.ts'
import { enforceRules, limitJson, tellOfChanges, type ApiEnv } from './context.ts'
import { contentsRoutes } from './device-contents.ts'
import { syncsRoutes } from './device-syncs.ts'
import { deviceRoutes } from './devices.ts'
import { errataRoutes } from './errata.ts'
import { answerError } from './problem-response.ts'
import { healingRoutes } from './healing.ts'
import { invitationRoutes } from './invitations.ts'
import { nextSyncRoutes } from './next-sync.ts'
import { passkeyRoutes } from './passkeys.ts'
import { peopleRoutes } from './people.ts'
import { sessionRoutes } from './sessions.ts'
import { shelfRoutes } from './shelves.ts'
import { tokenRoutes } from './tokens.ts'
import { wayInRoutes } from './ways-in.ts'

type BaseOf = (c: Context<ApiEnv>) => string

/**
 * The API for scripts, mounted at /api/v1. Who may call what is said in people/rules.ts. `changed` is called after every call
 * that may have written something.
 */
export function apiRoutes(home: Home, changed: () => void): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>()
  app.onError((error, c) => answerError(home.log, error, c))
  app.use('*', enforceRules(home), limitJson(), tellOfChanges(changed))

  app.route('/', bookFileRoutes(home))
  app.route('/', bookRoutes(home))
  app.route('/', shelfRoutes(home))
  const baseOf: BaseOf = (c) => requestBase(home.config, c.req.raw.headers, c.env.incoming)
  app.route(
    '/',
    deviceRoutes(home, (c, secret) => syncUrl(baseOf(c), secret)),
  )
  app.route('/', peopleRoutes(home))
  app.route(
    '/',
    invitationRoutes(home, (c, secret) => invitationUrl(baseOf(c), secret)),
  )
  app.route('/', tokenRoutes(home))
  app.route('/', sessionRoutes(home))
  app.route('/', passkeyRoutes(home))
  app.route('/', wayInRoutes(home))
  app.route('/', nextSyncRoutes(home))
  app.route('/', healingRoutes(home))
  app.route('/', auditRoutes(home))
  app.route('/', contentsRoutes(home))
  app.route('/', syncsRoutes(home))
  app.route('/', errataRoutes(home))

  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
  })
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description:
        'A book server for Kobo readers. Instants are epoch ms. Lists come in parts: ask for the next one with cursor.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
  })
  return app
}
