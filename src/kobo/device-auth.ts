import { z } from 'zod'
import { issueToken } from '../devices/access-token.ts'
import type { Pairing } from '../devices/device.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { recordActivation } from '../sync/activation.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { readJson } from './read-json.ts'

/** `POST /v1/auth/device`: tokens for a Kobo that has none. It also tells that the Kobo was set up (docs/protocol/first-contact.md). */
export function authDevice(home: Home): KoboHandler {
  return async (c) => {
    const body = AUTH_REQUEST.safeParse(await readJson(c))
    await recordActivation(home, c.var.pairing)
    return answer({
      ...newTokens(home, c.var.pairing),
      TrackingId: randomId(home.random),
      UserKey: (body.success && body.data.UserKey) || '',
    })
  }
}

/** `POST /v1/auth/refresh`: new tokens for old. Without this answer a Kobo does not sync. */
export function authRefresh(home: Home): KoboHandler {
  return (c) => answer(newTokens(home, c.var.pairing))
}

/** `POST /v1/user/add-device`: a Kobo without a Kobo account adds itself. */
export function addDevice(home: Home): KoboHandler {
  return async (c) => {
    await recordActivation(home, c.var.pairing)
    return answer({})
  }
}

/** A new access token of ours for a pairing. */
export function newAccessToken(home: Home, pairing: Pairing): string {
  return issueToken(home.key, pairing, { id: randomId(home.random), now: home.now() })
}

/** A refresh token opens nothing: whoever brings one has the secret in the address. */
export function newRefreshToken(home: Home): string {
  return home.random(24).toString('base64url')
}

const AUTH_REQUEST = z.object({ UserKey: z.string().max(1000).nullish() })

function newTokens(home: Home, pairing: Pairing): object {
  return {
    AccessToken: newAccessToken(home, pairing),
    RefreshToken: newRefreshToken(home),
    TokenType: 'Bearer',
  }
}
