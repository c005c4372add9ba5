import type { Call } from './call.ts'
import type { Session } from './device.ts'
import type { Fault } from './faults.ts'
import { exchange } from './http.ts'
import { Unreachable, type Answer, type Request } from './request.ts'
import { reaching } from './stop.ts'

/** Sends a request, twice when the fault says so, and gives the answer that counts. Throws Interrupted when there is none. */
export async function answerTo(
  session: Session,
  at: string,
  request: Request,
  call: Call,
  fault: Fault | undefined,
): Promise<Answer> {
  const { connections, twins } = session.device
  const ask = () => reaching(session, at, () => exchange(connections, request))
  const first = await ask()
  if (fault?.kind === 'twin-later') {
    const { into: _, ...again } = request
    twins.push({ request: again, overheard: call.overheard, after: fault.after ?? 1 })
  }
  if (fault?.kind !== 'twice') return first
  const second = await ask()
  const unused = fault.use === 'first' ? second : first
  if (unused.whole) call.overheard?.(unused.body)
  return fault.use === 'first' ? first : second
}

/** Sends what comes a second time now. Nobody listens to the answers. */
export async function sendTwins({ device, report }: Session): Promise<void> {
  for (const twin of device.twins) twin.after -= 1
  const now = device.twins.filter((twin) => twin.after < 0)
  if (now.length === 0) return
  device.twins = device.twins.filter((twin) => twin.after >= 0)
  for (const { request, overheard } of now) {
    report.requests += 1
    device.diary.note(`${request.method} ${request.url.pathname} comes a second time.`)
    try {
      const answer = await exchange(device.connections, request)
      if (answer.whole) overheard?.(answer.body)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
    }
  }
}
