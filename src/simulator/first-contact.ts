import { violate, type Session } from './device.ts'
import { parseJson } from './json.ts'
import { keep, kept } from './library.ts'
import { cacheResources, hasResources, resource } from './resources.ts'
import { filledText, isRecord, number, object, text } from './validate/shape.ts'
import { complaintsAboutResources } from './validate/resources.ts'
import { complaintsAboutLength } from './validate/answer.ts'
import { mayContact, send, sendJson, stop } from './wire.ts'

const deviceTokens = object({
  AccessToken: filledText,
  RefreshToken: filledText,
  TokenType: filledText,
  TrackingId: filledText,
  UserKey: text,
})

const oauthTokens = object({
  access_token: filledText,
  refresh_token: filledText,
  token_type: filledText,
  expires_in: number,
})

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
    await sendJson(session, {
      method: 'GET',
      to: `/v1/affiliate?${query}`,
      identity: 'without-id',
    })
  }
  if (!hasResources(device) || switches.initializes === 'every-sync') await initialize(session)
  if (Number(kept(db, 'oauth_until') ?? 0) <= device.now()) await upgradeToken(session)
  if (!signedIn && switches.accountless) {
    await sendJson(session, { method: 'POST', to: '/v1/user/add-device', json: {} })
  }
  if (!signedIn) keep(db, 'signed_in', 'true')
}

async function signIn(session: Session): Promise<void> {
  const { device } = session
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
    },
  })
  violate(session, at, deviceTokens(json, 'the answer'))
  const answer = isRecord(json) ? json : {}
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
  const { json } = await sendJson(session, {
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
  violate(session, found.at, object({ token_endpoint: filledText })(found.json, 'the document'))
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
  const form = new URLSearchParams({
    client_id: 'nickel',
    grant_type: known ? 'refresh_token' : 'urn:kobo:token-upgrade',
    [known ? 'refresh_token' : 'token']: (known ? old.refresh : old?.access) ?? '',
  })
  const { at, json } = await sendJson(session, {
    method: 'POST',
    to: endpoint,
    form,
    kind: 'oauth',
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
