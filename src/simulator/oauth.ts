import { violate, type Session } from './device.ts'
import { keep, kept } from './library.ts'
import { hexDigits } from './random.ts'
import { resource } from './resources.ts'
import { filledText, isRecord, number, object, oneOf } from './validate/shape.ts'
import { mayContact } from './may-contact.ts'
import { stop } from './stop.ts'
import { send, sendJson } from './wire.ts'

const oauthTokens = object({
  access_token: filledText,
  refresh_token: filledText,
  token_type: oneOf('Bearer'),
  expires_in: number,
})

const discoveryDocument = object(
  { token_endpoint: filledText },
  { issuer: filledText, authorization_endpoint: filledText, jwks_uri: filledText },
)

/** Where an answer to the device itself leads. */
const APP_ADDRESS = 'kobo://UserAuthenticated'

/** Discovery, then a token from the endpoint that it names. Without one a device never gets to its library: throws Interrupted then. */
export async function upgradeToken(session: Session): Promise<void> {
  const { device } = session
  const host = resource(device, 'oauth_host') ?? 'https://oauth.kobo.com'
  const discovery = `${host}/.well-known/openid-configuration`
  if (!mayContact(session, discovery, 'Resources.oauth_host')) {
    throw stop(session, 'OAuth', 'the device has no account there')
  }
  const found = await sendJson(session, { method: 'GET', to: discovery, kind: 'oauth' })
  violate(session, found.at, discoveryDocument(found.json, 'the document'))
  const endpoint = isRecord(found.json) ? found.json['token_endpoint'] : undefined
  if (typeof endpoint !== 'string' || !mayContact(session, endpoint, 'token_endpoint')) {
    throw stop(session, found.at, 'there is no token endpoint')
  }
  const old = device.db
    .prepare<[], { refresh: string | null; access: string | null }>(
      'SELECT RefreshToken AS refresh, AuthToken AS access FROM user',
    )
    .get()
  const known = kept(device.db, 'oauth_until') !== undefined && old?.refresh
  const code =
    !known && device.switches.oauth === 'authorize-first'
      ? await askForCode(session, found.json)
      : undefined
  const wish = {
    client_id: 'nickel',
    ...(code === undefined
      ? {
          grant_type: known ? 'refresh_token' : 'urn:kobo:token-upgrade',
          [known ? 'refresh_token' : 'token']: (known ? old.refresh : old?.access) ?? '',
        }
      : { grant_type: 'authorization_code', code, redirect_uri: APP_ADDRESS }),
  }
  const { at, json } = await sendJson(session, {
    method: 'POST',
    to: endpoint,
    kind: 'oauth',
    ...(device.switches.tokenRequest === 'json'
      ? { json: wish }
      : { form: new URLSearchParams(wish) }),
  })
  violate(session, at, oauthTokens(json, 'the answer'))
  if (!isRecord(json)) return
  const seconds = typeof json['expires_in'] === 'number' ? json['expires_in'] : 3600
  const until = device.now() + seconds * 1000
  device.db
    .prepare('UPDATE user SET KoboAccessToken = ?, KoboAccessTokenExpiry = ?, RefreshToken = ?')
    .run(String(json['access_token']), new Date(until).toISOString(), String(json['refresh_token']))
  keep(device.db, 'oauth_until', String(until))
}

/** Some builds open the authorization endpoint first; its redirect leads back into the device, with a code. */
async function askForCode(session: Session, document: unknown): Promise<string> {
  const endpoint = isRecord(document) ? document['authorization_endpoint'] : undefined
  if (typeof endpoint !== 'string' || !mayContact(session, endpoint, 'authorization_endpoint')) {
    throw stop(session, 'OAuth', 'there is no authorization endpoint')
  }
  const { random } = session.device
  const state = hexDigits(random, 32)
  const query = new URLSearchParams({
    scope: 'openid profile offline_access',
    response_type: 'code',
    client_id: 'nickel',
    state,
    redirect_uri: APP_ADDRESS,
    code_challenge: hexDigits(random, 43),
    code_challenge_method: 'S256',
  })
  const { answer, at } = await send(session, {
    method: 'GET',
    to: `${endpoint}?${query.toString()}`,
    kind: 'oauth',
    anyStatus: true,
  })
  const location = answer.headers.location ?? ''
  const back = URL.canParse(location) ? new URL(location).searchParams : new URLSearchParams()
  const complaints = answer.status === 302 ? [] : [`the status is ${answer.status}, not 302`]
  if (!location.startsWith(`${APP_ADDRESS}?`))
    complaints.push(`Location must lead to ${APP_ADDRESS}`)
  if (back.get('state') !== state) complaints.push('Location must bring the state back')
  if (!back.get('code')) complaints.push('Location must bring a code')
  violate(session, at, complaints)
  if (complaints.length > 0) throw stop(session, at, 'there is no code for a token')
  return back.get('code') ?? ''
}
