import { violate, type Device, type Session } from './device.ts'
import { keep, kept } from './library.ts'
import { uuidFrom } from './random.ts'
import { filledText, isRecord, object, oneOf, text } from './validate/shape.ts'
import { sendJson } from './wire.ts'

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

/** Gets the tokens of the device and its user key, as one that has none does (docs/protocol/authentication.md). Throws Interrupted without an answer. */
export async function signIn(session: Session): Promise<void> {
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

/** Gets the tokens of the device anew, by the refresh token that it keeps. Throws Interrupted without an answer. */
export async function refresh(session: Session): Promise<void> {
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
