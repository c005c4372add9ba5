import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { packageRoot } from '../src/package-root.ts'
import { freePort } from '../test/support/free-port.ts'

/** A process of the program that may be killed at any moment. */
export type Program = {
  /** Where the server answers; empty for a command. */
  url: string
  /** Resolves when the server answers. Throws when it ends or does not in time. */
  healthy(): Promise<void>
  /** Resolves with the exit code, null after a kill. */
  ended: Promise<number | null>
  /** What it wrote to its standard output. */
  out(): string
  /** Ends it at once, as a loss of power does, and answers its highest resident memory, in bytes. */
  kill(): Promise<number>
}

/** Starts the server on `dataDir`. Drops settle within moments. */
export async function startServer(dataDir: string, inbox?: string): Promise<Program> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  return start(['dist/bench/kill-server.js'], url, {
    ...environment(dataDir, inbox),
    HOLDFAST_HOST: '127.0.0.1',
    HOLDFAST_PORT: String(port),
    HOLDFAST_PUBLIC_URL: url,
  })
}

/** Starts a command of the program, such as `['import', folder]`. */
export function startCommand(dataDir: string, argv: string[], input = ''): Program {
  return start(['dist/src/main.js', ...argv], '', environment(dataDir), input)
}

/** How long the server may take to answer, in ms: the machine may be busy with other things. */
const PATIENCE = 30_000

function environment(dataDir: string, inbox?: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOLDFAST_DATA_DIR: dataDir,
    HOLDFAST_INBOX: inbox,
    HOLDFAST_LOG_LEVEL: 'error',
  }
}

function start(
  [script = '', ...argv]: string[],
  url: string,
  env: Record<string, string | undefined>,
  input = '',
): Program {
  const path = join(packageRoot(), script)
  const child = spawn(process.execPath, ['--enable-source-maps', path, ...argv], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out += text))
  // A process that was killed reads no more.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = once(child, 'close').then(() => child.exitCode)
  return {
    url,
    ended,
    out: () => out,
    healthy: () => untilHealthy(url, child, () => out),
    async kill() {
      const peak = peakOf(child)
      child.kill('SIGKILL')
      await ended
      return peak
    },
  }
}

async function untilHealthy(url: string, child: ChildProcess, out: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await wait(15)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended before it answered: ${out()}`)
    const answer = await fetch(`${url}/healthz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) return
  }
  throw new Error(`The server did not answer in time: ${out()}`)
}

/** The highest resident memory of a process so far, in bytes; 0 where it cannot be known. */
function peakOf(child: ChildProcess): number {
  if (child.exitCode !== null || child.signalCode !== null) return 0
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}
