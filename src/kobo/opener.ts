import type { MiddlewareHandler } from 'hono'
import type { Home } from '../home.ts'
import { openSession } from '../sync/session.ts'
import type { KoboEnv } from './env.ts'
import { settle } from './stranger.ts'

/** A call that a Kobo makes before it asks for its library: a new session begins with it (docs/protocol/library-sync.md). */
export function opener(home: Home): MiddlewareHandler<KoboEnv> {
  return async (c, next) => {
    const { device } = c.var
    if (device) {
      await openSession(home, device)
      await settle(home, 'retired-address', device)
      await settle(home, 'revoked-address', device)
    }
    await next()
  }
}
