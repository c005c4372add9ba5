import type { MiddlewareHandler } from 'hono'
import type { HttpBindings } from '@hono/node-server'
import type { Home } from './home.ts'
import { requestBase } from './request-base.ts'

/** For an answer that is no page: whoever opens it in a browser runs nothing, sees nothing and sends nothing. */
const INERT =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
/** The same in fewer words, for what Kobos ask: a sandbox has no forms. */
const INERT_FOR_KOBOS = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** For so long browsers come back by https alone, in seconds: a year. */
const STRICT = 'max-age=31536000'

/**
 * What every answer says, whoever gets it: browsers take it for what it is called and for nothing else, tell nobody its address (it may
 * hold a secret), show it in no frame, and, unless it is a page or says otherwise itself, run nothing in it and keep it nowhere.
 * No other site loads it, and a page loads nothing that did not agree. Behind TLS browsers come back by https alone; a Kobo is not told so,
 * for it must find back when that ends. `test/scan` looks at every answer.
 */
export function answerHeaders({
  config,
}: Pick<Home, 'config'>): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    headers.set('x-content-type-options', 'nosniff')
    headers.set('referrer-policy', 'no-referrer')
    const isKobos = isOfKobos(c.req.path)
    if (!headers.has('content-security-policy'))
      headers.set('content-security-policy', isKobos ? INERT_FOR_KOBOS : INERT)
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    if (isKobos) return
    headers.set('x-frame-options', 'DENY')
    headers.set('cross-origin-resource-policy', 'same-origin')
    headers.set('cross-origin-embedder-policy', 'require-corp')
    headers.set('x-permitted-cross-domain-policies', 'none')
    const base = requestBase(config, c.req.raw.headers, c.env?.incoming)
    if (base.startsWith('https:')) headers.set('strict-transport-security', STRICT)
  }
}

/** What Kobos ask for. Their headers are few, since some proxies take only 2 KB of them. */
function isOfKobos(path: string): boolean {
  return path.startsWith('/kobo/') || /^\/api\/(?:v3|UserStorage|internal)\//.test(path)
}
