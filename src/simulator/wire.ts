import { violate, type Session } from './device.ts'
import type { ExchangeKind, Fault } from './faults.ts'
import { exchange, Unreachable, type Answer, type Request } from './http.ts'
import { Interrupted } from './interrupted.ts'
import { parseJson } from './json.ts'
import { accessToken, userKey } from './library.ts'
import { complaintsAboutAnswer, complaintsAboutJsonType } from './validate/answer.ts'

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

/** What arrived, with the crash that is to happen while it is being applied. */
export interface Reply {
  answer: Answer
  /** Method and path, for violations. */
  at: string
  crash: 'before-token' | 'after-token' | undefined
}

/**
 * Sends one request as the device does, lets faults happen and checks what every answer must keep to.
 * Throws Interrupted when the session ends here.
 */
export async function send(session: Session, call: Call): Promise<Reply> {
  const { device, report } = session
  const url = addressOf(session, call.to)
  const at = `${call.method} ${shownPath(session, url)}`
  const kind = call.kind ?? 'api'
  session.exchanges += 1
  const path = shownPath(session, url)
  const fault = session.faults({ n: session.exchanges, method: call.method, path, kind })
  if (fault?.kind === 'drop-request') throw stop(session, at, 'the request was never sent')
  report.requests += fault?.kind === 'twice' ? 2 : 1

  const request = requestOf(session, call, url)
  if (fault?.kind === 'delay') await delayed(session, at, fault.ms)
  const applied = isApplied(fault, path)
  if (!applied) delete request.into
  if (fault?.kind === 'cut-reply') request.cutAfter = fault.atByte ?? 0
  let answer = await exchangeOrStop(session, at, request)
  if (fault?.kind === 'twice') answer = await exchangeOrStop(session, at, request)
  if (!applied) {
    if (answer.whole) call.overheard?.(answer.body)
    const lost = fault?.kind === 'cut-reply' ? 'the answer was cut off' : 'the answer was lost'
    throw stop(session, at, lost)
  }
  if (!call.untold) device.diary.note(`${call.told ?? at} → ${answer.status}`)
  const complaints = complaintsAboutAnswer(answer)
  violate(
    session,
    at,
    call.anyStatus ? complaints.filter((each) => !isAboutStatus(each)) : complaints,
  )
  return { answer, at, crash: crashOf(fault) }
}

/**
 * Sends a request whose answer is JSON. A status other than 2xx, a body that is not JSON or one that breaks off ends the
 * session, as one failing command cancels the queue of a real device.
 */
export async function sendJson(session: Session, call: Call): Promise<Reply & { json: unknown }> {
  const reply = await send(session, call)
  const { answer, at } = reply
  if (answer.status < 200 || answer.status > 299) {
    throw stop(session, at, `the server answered ${answer.status}`)
  }
  if (!answer.whole) {
    violate(session, at, ['the answer broke off before its end'])
    throw stop(session, at, 'the answer broke off')
  }
  violate(session, at, complaintsAboutJsonType(answer))
  if (answer.contentLength === undefined) violate(session, at, ['the answer has no Content-Length'])
  const json = parseJson(answer.body)
  if (json === undefined) {
    violate(session, at, ['the body is not JSON'])
    throw stop(session, at, 'the body is not JSON')
  }
  return { ...reply, json }
}

/** An Interrupted for this place, told to the diary. */
export function stop(session: Session, at: string, because: string): Interrupted {
  session.device.diary.note(`${at} ✗ ${because}; the session ends here`)
  return new Interrupted(at, because)
}

/**
 * Whether the device may contact an address that the server named. Only the server itself and loopback are contacted:
 * anything else is a broken rule, not a request.
 */
export function mayContact(session: Session, named: string, what: string): boolean {
  const own = new URL(session.device.syncUrl).hostname
  const url = URL.canParse(named) ? new URL(named) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url && web && (url.hostname === own || isLoopback(url.hostname))) return true
  const host = url && web ? url.hostname : 'no address of the web'
  violate(session, what, [`the address points to ${host}, not to this server`])
  return false
}

function addressOf(session: Session, to: string): URL {
  return new URL(to.startsWith('/') ? session.device.syncUrl + to : to)
}

function shownPath(session: Session, url: URL): string {
  const base = new URL(session.device.syncUrl)
  const below = url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`)
  return below ? url.pathname.slice(base.pathname.length) : url.pathname
}

function requestOf(session: Session, call: Call, url: URL): Request {
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

/** Whether the answer reaches the device: a crash tells before from after only where a token is stored. */
function isApplied(fault: Fault | undefined, path: string): boolean {
  if (!fault || fault.kind === 'twice' || fault.kind === 'delay') return true
  return fault.kind.startsWith('crash-') && path === '/v1/library/sync'
}

/** A slow network: nothing happens for so long, or for as long as the device has patience. */
async function delayed(session: Session, at: string, ms: number): Promise<void> {
  const { patienceMs } = session.device.switches
  await new Promise((resolve) => setTimeout(resolve, Math.min(ms, patienceMs)))
  if (ms >= patienceMs) throw stop(session, at, `there was no answer within ${patienceMs} ms`)
}

function crashOf(fault: Fault | undefined): Reply['crash'] {
  if (fault?.kind === 'crash-before-token') return 'before-token'
  return fault?.kind === 'crash-after-token' ? 'after-token' : undefined
}

async function exchangeOrStop(session: Session, at: string, request: Request): Promise<Answer> {
  try {
    return await exchange(session.device.connections, request)
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    throw stop(session, at, error.message)
  }
}

function isAboutStatus(complaint: string): boolean {
  return complaint.startsWith('the status is')
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
