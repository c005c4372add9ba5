import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { packageRoot } from '../src/package-root.ts'
import { freePort } from '../test/support/free-port.ts'

/** The real server in a process of its own, on loopback, with an empty library in a temporary folder. */
export type House = {
  /** Where it is reached, without a trailing slash. */
  url: string
  /** A folder that goes away with the house. */
  folder: string
  /** Runs `bin/holdfast …` on the same library and answers what it printed. */
  run(args: string[], input?: string): Promise<string>
  /** Asks for a page, with the headers that are given, and answers its words. */
  page(path: string, headers: Record<string, string>): Promise<string>
  /** Calls the JSON API. */
  api(token: string, method: string, path: string, body?: object): Promise<unknown>
  /** Sends bytes to the JSON API. */
  send(token: string, path: string, body: Buffer, type: string): Promise<unknown>
  /** Resident memory of the server now and at its highest, in bytes. */
  memory(): Promise<{ now: number; peak: number }>
  close(): Promise<void>
}

/** How long the server may take to answer at first, and to end, in ms. */
const PATIENCE = 20_000

/** Starts the server, on a data folder that `furnish` may fill before, and with `more` in its environment. The caller closes it, whatever happened in between. */
export async function openHouse(
  furnish: (dataDir: string) => Promise<void> = () => Promise.resolve(),
  more: Record<string, string> = {},
): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    HOLDFAST_DATA_DIR: join(folder, 'data'),
    HOLDFAST_HOST: '127.0.0.1',
    HOLDFAST_PORT: String(port),
    HOLDFAST_PUBLIC_URL: base,
    HOLDFAST_LOG_LEVEL: 'silent',
    ...more,
  }
  const program = join(packageRoot(), 'bin', 'holdfast')
  await furnish(env.HOLDFAST_DATA_DIR)
  const server = spawn(program, ['serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const close = async (): Promise<void> => {
    await stop(server)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilHealthy(base, server)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: base,
    folder,
    close,
    run: (args, input = '') => run(program, args, env, input),
    memory: () => memoryOf(server),
    async page(path, headers) {
      const answer = await fetch(`${base}${path}`, { headers, redirect: 'manual' })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}.`)
      return text
    },
    async api(token, method, path, body) {
      const response = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return jsonOf(response, `${method} ${path}`)
    },
    async send(token, path, body, type) {
      const response = await fetch(`${base}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body: new Uint8Array(body),
      })
      return jsonOf(response, `POST ${path}`)
    },
  }
}

async function jsonOf(response: Response, call: string): Promise<unknown> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${call} was answered ${response.status}: ${text}`)
  const json: unknown = text ? JSON.parse(text) : undefined
  return json
}

async function untilHealthy(base: string, server: ChildProcess): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await wait(20)) {
    if (server.exitCode !== null) throw new Error('The server ended before it answered.')
    const answer = await fetch(`${base}/healthz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) return
  }
  throw new Error('The server did not answer in time.')
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  const late = setTimeout(() => server.kill('SIGKILL'), PATIENCE)
  await ended
  clearTimeout(late)
}

async function run(
  program: string,
  args: string[],
  env: Record<string, string | undefined>,
  input: string,
): Promise<string> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  child.stdin.end(input)
  await once(child, 'close')
  if (child.exitCode !== 0)
    throw new Error(`holdfast ${args.join(' ')} ended with ${child.exitCode}: ${errors}`)
  return out
}

async function memoryOf(server: ChildProcess): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}
