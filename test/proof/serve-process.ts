import type { Logger } from 'pino'
import { openWorkers, type Workers } from '../../src/artifacts/workers.ts'
import type { Config } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { openServer, type Server } from '../../src/server.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { openClockFile } from './clock-file.ts'
import { dieAt, watchCommits, type Death } from './death.ts'
import { comeToRest } from './rest.ts'

/** What a process that serves is told. It answers each with its number when it is done. */
export type Told = { n: number } & Order

/**
 * - serve: open the server. `clock`: the file of its clock; `patience`: how long it waits for a locked database, in ms.
 * - die: at this instant. live: after all. ping: nothing.
 * - note: write what is noted. rest: let what was asked be over and written. quiet: let what is wanted be prepared.
 * - close: end as a server does that is told to stop.
 */
export type Order =
  | { do: 'serve'; config: Config; clock: string; settle: number; patience: number; dies?: Death }
  | { do: 'die'; dies: Death }
  | { do: 'live' | 'ping' | 'note' | 'rest' | 'quiet' | 'close' }

/** What it answers. */
export type Answered = { n: number; failed?: string }

let server: Server | undefined

watchCommits()
process.on('message', (told: Told) => {
  obey(told).then(
    () => process.send?.({ n: told.n } satisfies Answered),
    (error: Error) => process.send?.({ n: told.n, failed: error.stack ?? '' } satisfies Answered),
  )
})
// Whoever began this process has ended: nobody needs it.
process.on('disconnect', () => process.exit())

async function obey(order: Order): Promise<void> {
  if (order.do === 'serve') {
    const clock = openClockFile(order.clock)
    const log = openLog('error')
    if (order.dies) dieAt(order.dies)
    server = await openServer(order.config, {
      now: () => clock.now,
      settle: order.settle,
      patience: order.patience,
      workers: whenNeeded(log),
      log,
    })
    return
  }
  if (!server) throw new Error('There is no server yet.')
  switch (order.do) {
    case 'die':
      return dieAt(order.dies)
    case 'live':
      return dieAt(undefined)
    case 'ping':
      return
    case 'note':
      return writeNotes(server.home)
    case 'rest':
      return comeToRest(server)
    case 'quiet':
      return server.quiet()
    case 'close':
      return server.close()
  }
}

/** Workers that begin with the first book that is to be made: few of the many starts have one. */
function whenNeeded(log: Logger): Workers {
  let workers: Workers | undefined
  return {
    count: 1,
    make: (job, cancel) => (workers ??= openWorkers(log)).make(job, cancel),
    close: async () => workers?.close(),
  }
}
