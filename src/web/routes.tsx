import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { packageRoot } from '../package-root.ts'
import { FrontPage } from './front-page.tsx'

/** Every page, and the files they need. Nothing is fetched from elsewhere, and browsers are told so. */
export function webRoutes(): Hono {
  const app = new Hono()
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    // What is reached over plain HTTP at home must stay reachable so.
    strictTransportSecurity: false,
  })
  app.get('/', headers, (c) => c.html(<FrontPage />))
  app.get('/public/:file', headers, async (c) => {
    const file = PUBLIC.get(c.req.param('file'))
    if (!file) return c.notFound()
    const body = await readFile(join(packageRoot(), 'src', 'web', 'public', file.name))
    return c.body(body, 200, { 'content-type': file.type, 'cache-control': 'no-cache' })
  })
  return app
}

/** The files that are given out, by name: nothing else is. */
const PUBLIC = new Map([['style.css', { name: 'style.css', type: 'text/css; charset=utf-8' }]])
