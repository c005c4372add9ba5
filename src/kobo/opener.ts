import type { MiddlewareHandler } from 'hono'
import type { Home } from '../home.ts'
import { openSession } from '../sync/session.ts'
import type { KoboEnv } from './env.ts'

/** A call that a Kobo makes before it asks for its library: a new session begins with it (docs/protocol/library-sync.md). */
export function opener(home: Home): MiddlewareHandler<KoboEnv> {
  return async (c, next) => {
    if (c.var.device) await openSession(home, c.var.device)
    await next()
  }
}
