import type { Exchange, Fault } from '../../src/simulator/faults.ts'
import type { Kill } from './kill.ts'
import type { ServerProcesses } from './server-processes.ts'
import type { Tally } from './tally.ts'

/** A kill that is about to happen, or has. */
export type Strike = {
  /** What it makes of an exchange of a Kobo. */
  faults(exchange: Exchange): Fault | undefined
  /** It may happen at any instant, or has. */
  readonly hasBegun: boolean
  /** It has waited for long enough for what it was to meet: the next library sync will do. */
  hurry(): void
  /**
   * Ends what has begun: the server is killed if it was not yet, and opened again. One that was to die at a commit that did not come goes on
   * to live, and a later request is met, unless this is the `last` moment. True when it was killed.
   */
  over(last?: 'last'): Promise<boolean>
}

type Struck = {
  processes: ServerProcesses
  tally: Tally
  /** Opens the server again. */
  restart: () => Promise<void>
  /** What the Kobo waits for before it goes on. */
  between: (act: () => Promise<void>) => void
}

/** Prepares a kill. It happens when a Kobo asks what it is to meet, or, with `now`, in what happens from now on, which has this name. */
export async function strike(
  { processes, tally, restart, between }: Struck,
  kill: Kill,
  now?: string,
): Promise<Strike> {
  const { atOnce, starts } = kill
  let { meets, moment } = kill
  let asked = now ?? 'nothing'
  let seen = 0
  let hasBegun = false
  let isOver = false
  /** What the kill met, once it struck. */
  let met: string | undefined
  let timer: NodeJS.Timeout | undefined

  async function hit(): Promise<void> {
    met ??= asked
    await processes.kill()
  }

  async function again(): Promise<void> {
    isOver = true
    if (met === undefined) tally.kill(`the end of ${asked}`, 'end')
    else tally.kill(met, moment.at === 'commit' ? `${moment.dies.when} a commit` : moment.at)
    for (const _ of starts) tally.kill('a start', 'start')
    processes.starts = [...starts]
    await restart()
  }

  /** Begins what comes by itself. */
  async function begin(): Promise<void> {
    hasBegun = true
    if (moment.at === 'commit') await processes.die(moment.dies)
    if (moment.at === 'answer') {
      await processes.leave()
      timer = setTimeout(() => void hit(), moment.ms)
    }
  }

  /** What the Kobo waits for in the exchange that is met. */
  async function meet(): Promise<void> {
    if (moment.at === 'answer' || moment.at === 'commit') return begin()
    await hit()
    if (atOnce) await again()
  }

  if (now !== undefined) await begin()
  return {
    get hasBegun() {
      return hasBegun
    },
    hurry() {
      if (hasBegun) return
      meets = { what: 'library', nth: seen + 1 }
      if (moment.at === 'commit') moment = { ...moment, dies: { ...moment.dies, commit: 1 } }
    },
    faults(exchange) {
      if (isOver) return undefined
      // An answer that had fewer bytes than it was to be killed at.
      const isLate = hasBegun && moment.at === 'byte' && met === undefined
      if (!isLate && (hasBegun || !isMeant(exchange, meets.what))) {
        asked = wordOf(exchange)
        return undefined
      }
      if (!isLate) asked = wordOf(exchange)
      seen += 1
      if (seen < meets.nth) return undefined
      hasBegun = true
      if (moment.at === 'end') return undefined
      if (moment.at === 'cut') {
        met = asked
        return { kind: 'cut-reply', atByte: moment.byte }
      }
      between(meet)
      return moment.at === 'byte' && !isLate
        ? { kind: 'slow-reply', atByte: moment.byte, ms: 1 }
        : { kind: 'delay', ms: 1 }
    },
    async over(last) {
      if (isOver) return true
      clearTimeout(timer)
      if (moment.at === 'commit' && hasBegun) {
        if (!(await processes.isAlive())) met = asked
        else if (!last) {
          await processes.live()
          hasBegun = false
          seen = 0
          return false
        }
      }
      await processes.kill()
      await again()
      return true
    },
  }
}

function isMeant({ path, method, kind }: Exchange, what: Kill['meets']['what']): boolean {
  if (what === 'anything') return true
  if (what === 'download') return kind === 'download'
  return what === 'library' ? path === '/v1/library/sync' : /PUT|PATCH|DELETE/.test(method)
}

function wordOf({ path, method, kind }: Exchange): string {
  if (kind === 'download' || kind === 'cover') return `a ${kind}`
  if (path === '/v1/library/sync') return 'a library sync'
  if (method === 'PUT') return 'a reading state'
  if (method === 'DELETE') return 'a removal'
  if (path.endsWith('/metadata')) return 'a call for metadata'
  return kind === 'reading' ? 'the reading services' : 'another call'
}
