import type { Home } from '../home.ts'
import { syncUrl } from '../public-url.ts'
import { answer, answerText } from './answer.ts'
import { newAccessToken, newRefreshToken } from './device-auth.ts'
import type { KoboContext, KoboHandler } from './env.ts'

/** Seconds after which a Kobo comes for another token. Ours do not expire; they end with their address. */
const EXPIRES_IN = 3600

/** The longest `state` that is sent back, in encoded characters. */
const STATE_LIMIT = 600

/** `GET oauth/.well-known/openid-configuration`: without it, firmware from about 4.38 on never gets to its library. */
export function discovery(): KoboHandler {
  return (c) => {
    const issuer = issuerOf(c)
    return answer({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code', 'token'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'offline_access'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'none'],
    })
  }
}

/**
 * `oauth/auth`: some 4.45 builds come here first and must be sent back to themselves with a code; any other call gets a token.
 * The way back is always the Kobo's own scheme, whatever the request names.
 */
export function authorize(home: Home): KoboHandler {
  return (c) => {
    if (c.req.method !== 'GET' || c.req.query('response_type') !== 'code') return tokens(home, c)
    const back = new URLSearchParams({ code: home.random(24).toString('base64url') })
    const state = c.req.query('state')
    // A Kobo's own has 32 characters; a long one would make headers that no proxy takes.
    if (state !== undefined && encodeURIComponent(state).length <= STATE_LIMIT)
      back.set('state', state)
    return answerText('{}', 302, { location: `kobo://UserAuthenticated?${back.toString()}` })
  }
}

/** Every other address below `oauth/`, in whatever form it is asked: an access token of ours. */
export function token(home: Home): KoboHandler {
  return (c) => tokens(home, c)
}

/** `oauth/jwks` and `oauth/userinfo`, which no Kobo was seen to call: true and harmless. */
export function keys(): KoboHandler {
  return () => answer({ keys: [] })
}

export function userInfo(): KoboHandler {
  return (c) => answer({ sub: c.var.pairing.person })
}

function tokens(home: Home, c: KoboContext): Response {
  const { pairing } = c.var
  return answer({
    access_token: newAccessToken(home, pairing),
    refresh_token: newRefreshToken(home),
    token_type: 'Bearer',
    expires_in: EXPIRES_IN,
    scope:
      'openid profile kobo_profile public_api_authenticated public_api_anonymous offline_access',
    user_id: pairing.person,
  })
}

function issuerOf(c: KoboContext): string {
  return `${syncUrl(c.var.base, c.var.secret)}/oauth`
}
