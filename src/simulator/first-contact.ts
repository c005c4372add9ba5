import { violate, type Device, type Session } from './device.ts'
import { parseJson } from './json.ts'
import { keep, kept } from './library.ts'
import { hexDigits, uuidFrom } from './random.ts'
import { cacheResources, hasResources, resource } from './resources.ts'
import { filledText, isRecord, number, object, oneOf, text } from './validate/shape.ts'
import { complaintsAboutResources } from './validate/resources.ts'
import { complaintsAboutLength } from './validate/answer.ts'
import { ask } from './ask.ts'
import { mayContact, send, sendJson, stop } from './wire.ts'

const deviceTokens = object({
  AccessToken: filledText,
  RefreshToken: filledText,
  TokenType: oneOf('Bearer'),
  TrackingId: filledText,
  UserKey: text,
})

const freshTokens = object({
  AccessToken: filledText,
  RefreshToken: filledText,
  TokenType: oneOf('Bearer'),
})

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

/**
 * Whatever must be settled before a device may sync: its sign-in when it has no token, the Resources map, and a fresh
 * OAuth token (docs/protocol/authentication.md).
 */
export async function makeContact(session: Session): Promise<void> {
  const { device } = session
  const { switches, db } = device
  const signedIn = kept(db, 'signed_in') === 'true'
  if (!signedIn) {
    await signIn(session)
    const query = `PlatformID=${switches.platformId}&SerialNumber=${device.serial}`
    await ask(session, {
      method: 'GET',
      to: `/v1/affiliate?${query}`,
      identity: 'without-id',
    })
  }
  if (!hasResources(device) || switches.initializes === 'every-sync') await initialize(session)
  const expired = Number(kept(db, 'oauth_until') ?? 0) <= device.now()
  if (switches.oauth !== 'none' && expired) await upgradeToken(session)
  if (!signedIn && switches.accountless) {
    await ask(session, { method: 'POST', to: '/v1/user/add-device', json: {} })
  }
  if (!signedIn) keep(db, 'signed_in', 'true')
}

async function signIn(session: Session): Promise<void> {
  const { device } = session
  const mine = device.switches.accountless ? undefined : accountKey(device)
  const { at, json } = await sendJson(session, {
    method: 'POST',
    to: '/v1/auth/device',
    identity: 'without-id',
    json: {
      AffiliateName: 'Kobo',
      AppVersion: device.switches.firmware,
      ClientKey: clientKey(session),
      DeviceId: device.deviceId,
      PlatformId: device.switches.platformId,
      SerialNumber: device.serial,
      ...(mine === undefined ? {} : { UserKey: mine }),
    },
  })
  violate(session, at, deviceTokens(json, 'the answer'))
  const answer = isRecord(json) ? json : {}
  if (answer['UserKey'] !== (mine ?? '')) {
    violate(session, at, ['UserKey must be the one of the request, or empty'])
  }
  storeDeviceTokens(session, answer)
}

async function initialize(session: Session): Promise<void> {
  const ask = { method: 'GET', to: '/v1/initialization', identity: 'without-id' } as const
  let reply = await send(session, { ...ask, anyStatus: true })
  if (reply.answer.status === 401) {
    await refresh(session)
    reply = await send(session, ask)
  }
  const { answer, at } = reply
  if (answer.status !== 200 || !answer.whole) {
    violate(session, at, answer.whole ? [] : complaintsAboutLength(answer))
    throw stop(session, at, `the Resources map did not arrive (status ${answer.status})`)
  }
  violate(session, at, complaintsAboutLength(answer))
  const apiToken = answer.headers['x-kobo-apitoken']
  const json = parseJson(answer.body)
  violate(
    session,
    at,
    complaintsAboutResources(json, typeof apiToken === 'string' ? apiToken : undefined),
  )
  const resources = isRecord(json) ? json['Resources'] : undefined
  if (!isRecord(resources)) throw stop(session, at, 'the Resources map is not readable')
  cacheResources(session.device, resources)
}

async function refresh(session: Session): Promise<void> {
  const { device } = session
  const row = device.db
    .prepare<[], { token: string | null }>('SELECT RefreshToken AS token FROM user')
    .get()
  const { at, json } = await sendJson(session, {
    method: 'POST',
    to: '/v1/auth/refresh',
    identity: 'without-id',
    json: {
      AppVersion: device.switches.firmware,
      ClientKey: clientKey(session),
      PlatformId: device.switches.platformId,
      RefreshToken: row?.token ?? '',
    },
  })
  violate(session, at, freshTokens(json, 'the answer'))
  storeDeviceTokens(session, isRecord(json) ? json : {})
}

/** Discovery, then a token from the endpoint that it names. Without one a device never gets to its library. */
async function upgradeToken(session: Session): Promise<void> {
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

/** The key of the reader's account at Kobo: the same after every reset. */
function accountKey(device: Device): string {
  const known = kept(device.db, 'account_key') ?? uuidFrom(device.random)
  keep(device.db, 'account_key', known)
  return known
}

function storeDeviceTokens(session: Session, answer: Record<string, unknown>): void {
  const { AccessToken: access, RefreshToken: fresh, UserKey: key } = answer
  session.device.db
    .prepare(
      `UPDATE user SET AuthToken = coalesce(?, AuthToken), RefreshToken = coalesce(?, RefreshToken),
        UserKey = coalesce(?, UserKey), ___DeviceID = ?`,
    )
    .run(
      typeof access === 'string' ? access : null,
      typeof fresh === 'string' ? fresh : null,
      typeof key === 'string' ? key : null,
      session.device.deviceId,
    )
}

function clientKey(session: Session): string {
  return Buffer.from(session.device.switches.platformId).toString('base64')
}
