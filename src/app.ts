import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { limitAddress } from './address-limit.ts'
import { answerHeaders } from './answer-headers.ts'
import { apiRoutes } from './api/routes.ts'
import { healthRoutes } from './health.ts'
import type { Home } from './home.ts'
import { coverHandler } from './kobo/cover.ts'
import { downloadHandler } from './kobo/download.ts'
import { librarySyncHandler } from './kobo/library-sync.ts'
import { requestPath } from './kobo/request-path.ts'
import { koboRoutes, readingServicesRoutes } from './kobo/routes.ts'
import { routesOf, ruleOf } from './people/rules.ts'
import { nothingHere, PROBLEM_POLICY } from './web/problem-page.tsx'
import { webRoutes } from './web/routes.tsx'

/** The whole server as one app over Node's HTTP. */
export type App = Hono<{ Bindings: Partial<HttpBindings> }>

/**
 * Mounts everything that answers HTTP: the table of contents. `changed` is called after calls that may have written something
 * a device waits for. Throws when a route has no rule.
 */
export function openApp(home: Home, changed: () => void): App {
  const app: App = new Hono({ getPath: requestPath })
  app.use('*', async (c, next) => {
    const began = performance.now()
    await next()
    const ms = Math.round(performance.now() - began)
    home.log.debug({ method: c.req.method, path: c.req.path, status: c.res.status, ms }, 'request')
  })

  app.use('*', answerHeaders(home), limitAddress())

  app.route('/', healthRoutes(home))
  app.route(
    '/',
    koboRoutes(home, {
      librarySync: librarySyncHandler(home),
      download: downloadHandler(home),
      cover: coverHandler(home),
    }),
  )
  app.route('/', readingServicesRoutes(home))
  app.route('/api/v1', apiRoutes(home, changed))
  app.route('/', webRoutes(home, changed))

  app.notFound((c) => {
    if (c.req.path.startsWith('/api/'))
      return c.json({ error: { code: 'not_found', message: 'There is no such call.' } }, 404)
    const isBrowser = c.req.header('accept')?.includes('text/html') === true
    if (!isBrowser) return c.text('There is nothing here.', 404)
    return c.html(nothingHere(c.req.url), 404, { 'content-security-policy': PROBLEM_POLICY })
  })
  app.onError((error, c) => {
    home.log.error({ err: error, method: c.req.method, path: c.req.path }, 'A request failed.')
    return c.text('Something went wrong here. The log says what.', 500)
  })

  for (const route of routesOf(app)) ruleOf(route.method, route.path)
  return app
}
