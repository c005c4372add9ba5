import type { Exchange, Fault } from '../../src/simulator/faults.ts'
import type { Kill } from './kill.ts'
import type { ServerProcesses } from './server-processes.ts'
import type { Tally } from './tally.ts'

/** A kill that is about to happen, or has. */
export type Strike = {
  /** What it makes of an exchange of the Kobo. */
  faults(exchange: Exchange): Fault | undefined
  /** The server is killed, if it was not yet, and opened again. Once; afterwards it does nothing. */
  over(): Promise<void>
}

type Struck = {
  processes: ServerProcesses
  tally: Tally
  /** Opens the server again. */
  restart: () => Promise<void>
  /** What the Kobo waits for before it goes on. */
  between: (act: () => Promise<void>) => void
}

/** Prepares a kill. `what`: what happens in this step. It is killed in an exchange if `talks`, and otherwise from now on. */
export async function strike(
  { processes, tally, restart, between }: Struck,
  { meets, moment, atOnce, starts }: Kill,
  { what, talks }: { what: string; talks: boolean },
): Promise<Strike> {
  let asked = what
  let seen = 0
  let isOver = false
  /** What the kill met, once it struck; of one that comes by itself only what it was to meet. */
  let met: string | undefined
  let timer: NodeJS.Timeout | undefined

  async function kill(): Promise<void> {
    met ??= asked
    await processes.kill()
  }

  async function again(): Promise<void> {
    if (isOver) return
    isOver = true
    tally.kill(met ?? `after ${what}`, met === undefined ? 'end' : moment.at)
    for (const _ of starts) tally.kill('a start', 'start')
    processes.starts = [...starts]
    await restart()
  }

  /** Begins what comes by itself. */
  async function begin(): Promise<void> {
    if (moment.at === 'commit') await processes.die(moment.dies)
    if (moment.at === 'answer') {
      await processes.leave()
      timer = setTimeout(() => void kill(), moment.ms)
    }
  }

  if (!talks) await begin()
  return {
    faults(exchange) {
      if (isOver) return undefined
      asked = wordOf(exchange)
      if (talks && isMeant(exchange, meets.what)) seen += 1
      else return undefined
      if (seen !== meets.nth) return undefined
      const { at } = moment
      if (at === 'end') return undefined
      if (at === 'cut') {
        met = asked
        return { kind: 'cut-reply', atByte: moment.byte }
      }
      between(async () => {
        if (at === 'answer' || at === 'commit') return begin()
        await kill()
        if (atOnce) await again()
      })
      return at === 'byte'
        ? { kind: 'slow-reply', atByte: moment.byte, ms: 1 }
        : { kind: 'delay', ms: 1 }
    },
    async over() {
      if (isOver) return
      clearTimeout(timer)
      if (moment.at === 'commit' && !(await processes.isAlive())) met = asked
      await processes.kill()
      await again()
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
