import { setTimeout as wait } from 'node:timers/promises'
import { openApp } from '../../src/app.ts'
import type { Config } from '../../src/config.ts'
import type { ServerOptions } from '../../src/server.ts'
import type { Served } from '../support/house.ts'
import { openBeside, type Beside } from './beside.ts'
import type { Death } from './death.ts'
import type { Start } from './kill.ts'
import type { Order } from './serve-process.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'

/** The processes in which the server of a stage lives, one after another. */
export type ServerProcesses = {
  /** Opens the server in a new process. */
  serve(config: Config, options: ServerOptions): Promise<Served>
  /** How the next starts are to end, before one that does not. */
  starts: Start[]
  /** Tells the process that serves what to do. */
  tell(order: Order): Promise<void>
  /** Lets it die by itself, at this instant from now. */
  die(dies: Death): Promise<void>
  /** Lets it live after all. */
  live(): Promise<void>
  /** Whether it lives. One that dies at this moment does not. */
  isAlive(): Promise<boolean>
  /** Lets go of the database in this process, until it is used again: that of a server that is killed is left to nobody. */
  leave(): Promise<void>
  /** Kills the process that serves. */
  kill(): Promise<void>
  /** Lines that were written since this was asked last: what was logged as an error, and how a process ended that was not killed. */
  lines(): string[]
  close(): Promise<void>
}

/** Opens them; `clock` is the path of the file of their clock. The caller closes them. */
export function openServerProcesses(clock: string): ServerProcesses {
  let written = ''
  // Most of a start is to read the program. One process has always done that already.
  let spare = startServerProcess(say)
  let current: ServerProcess | undefined
  let beside: Beside | undefined

  function say(text: string): void {
    written += text
  }

  function next(): ServerProcess {
    const mine = spare
    spare = startServerProcess(say)
    return mine
  }

  async function leave(): Promise<void> {
    await beside?.leave()
  }

  async function kill(): Promise<void> {
    await leave()
    await current?.kill()
  }

  return {
    starts: [],
    lines() {
      const lines = written.split('\n')
      written = lines.pop() ?? ''
      return lines
    },
    leave,
    kill,
    async serve(config, { settle = 20, patience = 1000, now, log }) {
      const order = { do: 'serve', config, clock, settle, patience } as const
      for (const start of this.starts.splice(0)) await endEarly(next(), order, start)
      const mine = next()
      await mine.tell(order)
      const { home } = (beside = await openBeside(config, {
        ...(now && { now }),
        ...(log && { log }),
      }))
      current = mine
      return {
        url: `http://${config.host}:${config.port}`,
        get app() {
          return openApp(home, () => undefined)
        },
        home,
        quiet: () => mine.tell({ do: 'quiet' }),
        async close() {
          await leave()
          if (mine.isAlive()) await mine.tell({ do: 'close' })
          await mine.dismiss()
        },
        kill,
      }
    },
    async tell(order) {
      await current?.tell(order)
    },
    async die(dies) {
      await leave()
      await current?.tell({ do: 'die', dies })
    },
    async live() {
      await current?.tell({ do: 'live' })
    },
    async isAlive() {
      try {
        await current?.tell({ do: 'ping' })
        return true
      } catch (error) {
        if (current?.isAlive() !== false) throw error
        return false
      }
    },
    async close() {
      await kill()
      await spare.kill()
    },
  }
}

/** A start that is killed before the server is open, or right after. */
async function endEarly(
  process: ServerProcess,
  order: Extract<Order, { do: 'serve' }>,
  start: Start,
): Promise<void> {
  const open = process.tell({ ...order, ...('commit' in start && { dies: start }) })
  const opened = open.then(
    () => undefined,
    (error: unknown) => {
      if (process.isAlive()) throw error
    },
  )
  await ('ms' in start ? wait(start.ms) : opened)
  await process.kill()
  await opened
}
