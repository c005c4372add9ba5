import { ask } from './ask.ts'
import { violate, type Session } from './device.ts'
import { parseJson } from './json.ts'
import { keep, kept } from './library.ts'
import { upgradeToken } from './oauth.ts'
import { cacheResources, hasResources } from './resources.ts'
import { refresh, signIn } from './sign-in.ts'
import { complaintsAboutLength } from './validate/answer.ts'
import { complaintsAboutResources } from './validate/resources.ts'
import { isRecord } from './validate/shape.ts'
import { stop } from './stop.ts'
import { send } from './wire.ts'

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
