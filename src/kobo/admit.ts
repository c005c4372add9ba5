import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { readDeviceHeaders } from '../devices/device-headers.ts'
import type { Device, Pairing } from '../devices/device.ts'
import { deviceOf } from '../devices/identity.ts'
import { findPairing } from '../devices/pairing.ts'
import { rememberToken } from '../devices/token-holder.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { requestBase } from '../request-base.ts'
import { answerSlowly } from '../wrong-secrets.ts'
import { answerError, answerUnknownAddress } from './answer.ts'
import type { KoboEnv } from './env.ts'
import { reportAddress, reportRevoked } from './stranger.ts'

/** The largest body that is read, in bytes. Reports of use and highlights may be large after weeks offline, and must not be lost. */
const BODY_LIMIT = 1_000_000
const LARGE_LIMIT = 6_000_000

/**
 * The way in for every address with a secret: finds the pairing and the device. Every unknown, retired or revoked address
 * gets the same 401.
 */
export function admit(home: Home): MiddlewareHandler<KoboEnv> {
  return async (c, next) => {
    const secret = c.req.param('secret') ?? ''
    const pairing = await findPairing(home.db.read, secret)
    if (!pairing) {
      await reportAddress(home, secret, c.req.raw.headers)
      await answerSlowly(home, { headers: c.req.raw.headers, env: c.env })
      return answerUnknownAddress()
    }
    const device = await admitted(home, pairing, c.req.raw.headers)
    if (device) await rememberToken(home, c.req.raw.headers, pairing, device)
    c.set('secret', secret)
    c.set('pairing', pairing)
    c.set(
      'device',
      readDeviceHeaders(c.req.raw.headers).hardwareId === undefined ? undefined : device,
    )
    c.set('answered', device)
    c.set('base', requestBase(home.config, c.req.raw.headers, c.env?.incoming))
    return await next()
  }
}

/** The Kobo that calls. One that is turned away says nothing to its person itself, so that they are told. */
async function admitted(
  home: Home,
  pairing: Pairing,
  headers: Headers,
): Promise<Device | undefined> {
  try {
    return await deviceOf(home, pairing, headers)
  } catch (error) {
    if (error instanceof Problem && error.code === 'unauthorized')
      await reportRevoked(home, pairing, headers)
    throw error
  }
}

/** Refuses bodies that no Kobo sends. */
export function limitBody(home: Home): MiddlewareHandler {
  const refuse = () =>
    answerError(new Problem('too_large', 'This request is larger than any Kobo sends.'), home.log)
  const usual = bodyLimit({ maxSize: BODY_LIMIT, onError: refuse })
  const large = bodyLimit({ maxSize: LARGE_LIMIT, onError: refuse })
  return (c, next) => (mayBeLarge(c.req.path) ? large : usual)(c, next)
}

/** Answers wrong keys of downloads and covers later and later, as wrong secrets are. */
export function slowStrangers(home: Home): MiddlewareHandler<KoboEnv> {
  return async (c, next) => {
    await next()
    if (c.error instanceof Problem && c.error.code === 'unauthorized')
      await answerSlowly(home, { headers: c.req.raw.headers, env: c.env })
  }
}

function mayBeLarge(path: string): boolean {
  return path.endsWith('/v1/analytics/event') || path.startsWith('/api/v3/content/')
}
