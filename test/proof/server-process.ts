import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../src/package-root.ts'
import type { Answered, Order, Told } from './serve-process.ts'

/** A process that serves when it is told, and that may be killed at any instant. */
export type ServerProcess = {
  /** Tells it what to do; resolves when that is done. Rejects when that fails, and when the process ends before. */
  tell(order: Order): Promise<void>
  isAlive(): boolean
  /** Lets it go: it ends, and this resolves then. */
  dismiss(): Promise<void>
  /** Kills it (SIGKILL) and resolves when it has ended. */
  kill(): Promise<void>
}

/** Starts a process that reads its program and waits to be told to serve. `say` gets what it writes, which is what it logs as an error. */
export function startServerProcess(say: (text: string) => void): ServerProcess {
  const child = fork(programOf(), [], {
    env: { PATH: process.env['PATH'] },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const waiting = new Map<number, (answer: Answered) => void>()
  let isAlive = true
  let told = 0
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', say)
  child.on('message', (answer: Answered) => waiting.get(answer.n)?.(answer))
  const ended = once(child, 'exit')
  child.once('exit', () => {
    isAlive = false
    for (const [n, answer] of waiting) answer({ n, failed: 'The process of the server ended.' })
  })
  return {
    isAlive: () => isAlive,
    async tell(order) {
      const n = (told += 1)
      const answered = new Promise<Answered>((resolve) => waiting.set(n, resolve))
      // A process that has ended hears nothing, and says so by its end.
      if (isAlive) child.send({ ...order, n } satisfies Told, () => undefined)
      const { failed } = isAlive ? await answered : { failed: 'The process of the server ended.' }
      waiting.delete(n)
      if (failed !== undefined) throw new Error(`${order.do}: ${failed}`)
    },
    async dismiss() {
      if (child.connected) child.disconnect()
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The built program beside this one; a test, which is not built, takes that of the last build. */
function programOf(): string {
  return extname(import.meta.url) === '.js'
    ? fileURLToPath(new URL('./serve-process.js', import.meta.url))
    : join(packageRoot(), 'dist', 'test', 'proof', 'serve-process.js')
}
