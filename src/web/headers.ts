import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

/** What every page and file tells browsers: nothing is fetched from elsewhere, no script runs, and no other site shows it. */
export function pageHeaders(): MiddlewareHandler {
  return secureHeaders({
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
    // Whether the server is reached by https is said with every answer (answer-headers.ts).
    strictTransportSecurity: false,
  })
}

/** Pages are kept nowhere: what a person saw is not shown to whoever goes back in the browser after them. */
export function keptNowhere(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
  }
}
