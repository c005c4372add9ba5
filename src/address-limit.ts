import type { MiddlewareHandler } from 'hono'

/** The longest address of a request, in characters: those that are given out here have a few hundred. */
export const ADDRESS_LIMIT = 8_000

/** Answers 414 to addresses that nobody was given, before anything looks into them. */
export function limitAddress(): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.url.length <= ADDRESS_LIMIT) return next()
    const message = 'This address is longer than any that is given out here.'
    return c.json({ error: { code: 'invalid', message } }, 414)
  }
}
