import type { MiddlewareHandler } from 'hono'
import type { Home } from '../home.ts'
import { LARGE_HEADERS, reportLongHeaders } from '../watchdogs/limits.ts'
import { pathShape } from './path-shape.ts'

/** What the server adds to the headers of every answer, in bytes: the status line, Date, Connection and Keep-Alive. */
const ADDED = 130

/** Watches the headers of every answer: proxies drop an answer that has too many of them. Told once a day while the server is up. */
export function watchHeaders(home: Home): MiddlewareHandler {
  let toldOn = -1
  return async (c, next) => {
    await next()
    const bytes = bytesOf(c.res.headers)
    const day = Math.floor(home.now() / 86_400_000)
    if (bytes < LARGE_HEADERS || day === toldOn) return
    toldOn = day
    await reportLongHeaders(home, `/${pathShape(c.req.path.split('/').slice(3).join('/'))}`, bytes)
  }
}

function bytesOf(headers: Headers): number {
  let bytes = ADDED
  for (const [name, value] of headers) bytes += name.length + Buffer.byteLength(value) + 4
  return bytes
}
