import type { Session } from './device.ts'
import type { ExchangeKind } from './faults.ts'
import { accessToken, userKey } from './library.ts'
import type { Request } from './request.ts'

/** One request of the device, before its headers are known. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A path below the sync URL, or a whole address. */
  to: string
  kind?: ExchangeKind
  /** A value to send as JSON, or a text in another type (see `contentType`). */
  json?: unknown
  form?: URLSearchParams
  headers?: Record<string, string>
  /** Which of the device's headers go along: all, all but the device id, or none. */
  identity?: 'whole' | 'without-id' | 'none'
  /** Stream the body to this file. */
  into?: string
  /** Called with the body of an answer that is complete and is then thrown away. */
  overheard?: (body: Buffer) => void
  /** Something the reader did, which may as well be told at the next sync. */
  mayWait?: boolean
  /** Answers other than 2xx are for the caller to judge. */
  anyStatus?: boolean
  /** Said in the diary in place of method and path. */
  told?: string
  /** The caller tells the diary. */
  untold?: boolean
}

/** Most bytes of an answer that is kept in memory, and of a downloaded book. */
const BODY_LIMIT = 32 * 1024 * 1024
const FILE_LIMIT = 4 * 1024 * 1024 * 1024

/** Where a call goes: below the sync URL, or to a whole address. */
export function addressOf(session: Session, to: string): URL {
  return new URL(to.startsWith('/') ? session.device.syncUrl + to : to)
}

/** A path as it is told: below the sync URL without it. */
export function shownPath(session: Session, url: URL): string {
  const base = new URL(session.device.syncUrl)
  const below = url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`)
  return below ? url.pathname.slice(base.pathname.length) : url.pathname
}

/** The call as a request with the headers of the device. */
export function requestOf(session: Session, call: Call, url: URL): Request {
  const { switches } = session.device
  const headers = { ...identityHeaders(session, call.identity ?? 'whole'), ...call.headers }
  headers['Host'] = switches.hostWithoutPort ? url.hostname : url.host
  const request: Request = {
    method: call.method,
    url,
    via:
      url.hostname === new URL(session.device.syncUrl).hostname ? session.device.behind : undefined,
    headers,
    patienceMs: switches.patienceMs,
    limit: call.into === undefined ? BODY_LIMIT : FILE_LIMIT,
  }
  if (call.into !== undefined) request.into = call.into
  const body =
    call.form?.toString() ?? (call.json === undefined ? undefined : JSON.stringify(call.json))
  if (body === undefined) return request
  const type = call.form ? 'application/x-www-form-urlencoded' : 'application/json'
  headers['Content-Type'] = type
  headers['Content-Length'] = String(Buffer.byteLength(body))
  return { ...request, body }
}

/** The headers of every request (docs/protocol/transport.md). */
function identityHeaders(
  session: Session,
  identity: 'whole' | 'without-id' | 'none',
): Record<string, string> {
  const { device } = session
  const { switches } = device
  const platform = switches.platformId.slice(-4)
  const agent =
    'Mozilla/5.0 (Linux; U; Android 2.0; en-us;) AppleWebKit/538.1 (KHTML, like Gecko) ' +
    `Version/4.0 Mobile Safari/538.1 (Kobo Touch ${platform}/${switches.firmware})`
  if (identity === 'none') return { 'User-Agent': agent }
  const token = accessToken(device.db)
  const headers: Record<string, string> = {
    'User-Agent': agent,
    Accept: 'application/json',
    'Accept-Language': 'en-GB, en;q=0.9, *;q=0.8',
    'x-kobo-affiliatename': 'Kobo',
    'x-kobo-appversion': switches.firmware,
    'x-kobo-devicemodel': switches.model,
    'x-kobo-deviceos': '4.9.77',
    'x-kobo-deviceosversion': 'NA',
    'x-kobo-platformid': switches.platformId,
    'x-kobo-userkey': userKey(device.db),
  }
  if (token) headers['Authorization'] = `Bearer ${token}`
  if (identity === 'whole') headers['x-kobo-deviceid'] = device.deviceId
  return headers
}
