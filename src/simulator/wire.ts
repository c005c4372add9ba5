import { violate, type Session } from './device.ts'
import { addressOf, requestOf, shownPath, type Call } from './call.ts'
import type { Fault } from './faults.ts'
import type { Answer, Request } from './request.ts'
import { parseJson } from './json.ts'
import { requestBytes, sendPart } from './send-part.ts'
import { putOff, reaching, stop } from './stop.ts'
import { answerTo, sendTwins } from './twins.ts'
import { complaintsAboutAnswer, complaintsAboutJsonType } from './validate/answer.ts'

/** When a device crashes while it applies a page: before or after it stores the token, and after how many operations. */
export interface Crash {
  when: 'before-token' | 'after-token'
  atItem: number | undefined
}

/** What arrived, with the crash that is to happen while it is being applied. */
export interface Reply {
  answer: Answer
  /** Method and path, for violations. */
  at: string
  crash: Crash | undefined
}

/**
 * Sends one request as the device does, lets faults happen and checks what every answer must keep to.
 * Throws Interrupted when the session ends here.
 */
export async function send(session: Session, call: Call): Promise<Reply> {
  const { device, report } = session
  const url = addressOf(session, call.to)
  const path = shownPath(session, url)
  const at = `${call.method} ${path}`
  await sendTwins(session)
  session.exchanges += 1
  const kind = call.kind ?? 'api'
  const its = { n: session.exchanges, method: call.method, path, kind }
  const fault = session.faults(its)
  if (fault?.kind === 'postpone' && call.mayWait) throw putOff(session, at)
  if (fault?.kind === 'drop-request' || fault?.kind === 'postpone')
    throw stop(session, at, 'the request was never sent')

  const request = requestOf(session, call, url)
  if (fault?.kind === 'delay') await waited(session, at, fault.ms)
  if (fault?.kind === 'cut-request' && fault.atByte < requestBytes(request)) {
    await reaching(session, at, () => sendPart(request, fault.atByte))
    throw stop(session, at, 'the request broke off')
  }
  report.requests += fault?.kind === 'twice' ? 2 : 1
  const applied = isApplied(fault, path)
  if (!applied) delete request.into
  if (fault?.kind === 'cut-reply') request.cutAfter = fault.atByte ?? 0
  if (fault?.kind === 'slow-reply') slowDown(session, at, request, fault)
  const answer = await answerTo(session, at, request, call, fault)
  await session.meanwhile?.(its)
  if (!applied) {
    if (answer.whole) call.overheard?.(answer.body)
    const lost = fault?.kind === 'cut-reply' ? 'the answer was cut off' : 'the answer was lost'
    throw stop(session, at, lost)
  }
  if (!call.untold) device.diary.note(`${call.told ?? at} → ${answer.status}`)
  const { status, headerBytes } = answer
  const token = answer.headers['x-kobo-synctoken']
  device.events.push({
    what: 'answer',
    at,
    status,
    headerBytes,
    ...(typeof token === 'string' && { tokenBytes: token.length }),
  })
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

/** Whether the answer reaches the device: a crash tells before from after only where a token is stored. */
function isApplied(fault: Fault | undefined, path: string): boolean {
  const kind = fault?.kind
  if (kind === 'crash-before-token' || kind === 'crash-after-token') {
    return path === '/v1/library/sync'
  }
  return kind !== 'lose-reply' && kind !== 'cut-reply' && kind !== 'cut-request'
}

/** A slow network: nothing happens for so long, or for as long as the device has patience. */
async function waited(session: Session, at: string, ms: number): Promise<void> {
  const { switches, sleep } = session.device
  const { patienceMs } = switches
  await sleep(Math.min(ms, patienceMs))
  if (ms >= patienceMs) throw stop(session, at, `there was no answer within ${patienceMs} ms`)
}

function slowDown(
  session: Session,
  at: string,
  request: Request,
  fault: Extract<Fault, { kind: 'slow-reply' }>,
): void {
  request.pause = { atByte: fault.atByte, until: () => waited(session, at, fault.ms) }
}

function crashOf(fault: Fault | undefined): Crash | undefined {
  if (fault?.kind === 'crash-before-token') return { when: 'before-token', atItem: fault.atItem }
  return fault?.kind === 'crash-after-token'
    ? { when: 'after-token', atItem: undefined }
    : undefined
}

function isAboutStatus(complaint: string): boolean {
  return complaint.startsWith('the status is')
}
