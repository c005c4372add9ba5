import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deviceOf } from '../devices/identity.ts'
import { findPairing } from '../devices/pairing.ts'
import { rememberToken } from '../devices/token-holder.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { lanAddresses, publicUrl } from '../public-url.ts'
import { answerError, answerUnknownAddress } from './answer.ts'
import type { KoboEnv } from './env.ts'

/** The largest body that is read, in bytes; reports of use may be large after weeks offline. */
const BODY_LIMIT = 1_000_000
const ANALYTICS_LIMIT = 6_000_000

/**
 * The way in for every address with a secret: finds the pairing and the device. Every unknown, retired or revoked address
 * gets the same 401.
 */
export function admit(home: Home): MiddlewareHandler<KoboEnv> {
  return async (c, next) => {
    const secret = c.req.param('secret') ?? ''
    const pairing = await findPairing(home.db.read, secret)
    if (!pairing) return answerUnknownAddress()
    const device = await deviceOf(home, pairing, c.req.raw.headers)
    if (device) await rememberToken(home, c.req.raw.headers, device)
    c.set('secret', secret)
    c.set('pairing', pairing)
    c.set('device', device)
    c.set('base', baseOf(home, c))
    return await next()
  }
}

/** Refuses bodies that no Kobo sends. */
export function limitBody(home: Home): MiddlewareHandler {
  const refuse = () =>
    answerError(new Problem('too_large', 'This request is larger than any Kobo sends.'), home.log)
  const usual = bodyLimit({ maxSize: BODY_LIMIT, onError: refuse })
  const analytics = bodyLimit({ maxSize: ANALYTICS_LIMIT, onError: refuse })
  return (c, next) => (c.req.path.endsWith('/v1/analytics/event') ? analytics : usual)(c, next)
}

function baseOf(home: Home, c: Context<KoboEnv>): string {
  const { config } = home
  if (config.publicUrl !== null) return config.publicUrl
  const socket = c.env?.incoming?.socket
  const reached = socket && { address: socket.localAddress, port: socket.localPort }
  return publicUrl(config, reached, lanAddresses().at(0))
}
