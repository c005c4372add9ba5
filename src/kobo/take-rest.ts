import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'

/**
 * Takes what a handler left of a body before it is answered. A caller that is still sending when the connection is closed
 * behind an early answer never reads it: a proxy then says 502, and a Kobo's sync is over. `limitBody` goes before it.
 */
export function takeRest(): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  return async (c, next) => {
    await next()
    const incoming = c.env?.incoming
    if (!incoming || incoming.readableEnded || incoming.destroyed) return
    const { body, bodyUsed } = c.req.raw
    if (!body || bodyUsed || body.locked) return
    const reader = body.getReader()
    try {
      while (!(await reader.read()).done);
    } catch (error) {
      // Nobody is left to be answered.
      if (!incoming.destroyed) throw error
    }
  }
}
