import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { readConfig, type Config } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { issueApiToken } from '../../src/people/api-token.ts'
import { addPerson, type Person } from '../../src/people/person.ts'
import { SCOPES } from '../../src/people/scope.ts'
import { openServer, type Server, type ServerOptions } from '../../src/server.ts'
import type { Workers } from '../../src/artifacts/workers.ts'
import { freePort } from './free-port.ts'
import { sharedWorkers } from './workers.ts'

/** What a call of the API answered: its status, and its body as JSON where it is JSON. */
export type Answer<Body = unknown> = { status: number; body: Body; headers: Headers }

/** Somebody of the house, with a token of theirs that may do everything. */
export type Resident = Person & { token: string }

/** A book, a shelf and a device as the API tells of them, in as much as scenarios look at them. */
export type BookTold = {
  id: string
  title: string
  authors: string[]
  metaRev: number
  fileRev: number
  preparing: boolean
  cover: boolean
}
export type ShelfTold = { id: string; name: string; books: number }
export type PairedTold = { id: string; name: string; syncUrl: string }

/** The server of a house. One in a process of its own can be killed, at any instant and more than once. */
export type Served = Server & { kill?: () => Promise<void> }

/** A whole server with its own folder, reached over HTTP on this machine. */
export type House = {
  /** Where it is reached, without a trailing slash; the same after a restart. */
  readonly url: string
  readonly server: Served
  /** The folder of the library; another one after a kill. */
  readonly dataDir: string
  /** The owner, whose token `api` uses. */
  readonly owner: Resident
  /** Every line that was logged, also before a restart. */
  readonly log: readonly string[]
  /** Calls the API: `path` below /api/v1; `body` is sent as JSON, bytes as an EPUB unless `type` says otherwise. */
  api<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    as?: { token?: string | null; type?: string },
  ): Promise<Answer<Body>>
  /** Adds an owner, whose token `api` uses from then on. */
  makeOwner(name: string): Promise<void>
  /** Adds a person beside the owner. */
  person(name: string): Promise<Resident>
  /** Uploads a book: its bytes, or the path of its file. Fails unless it is then in the library. */
  addBook(book: Buffer | string): Promise<BookTold>
  /** A shelf of the owner, or of somebody else, with these books (ids) on it: the one of that name, or a new one. */
  shelf(name: string, books?: string[], of?: Resident): Promise<ShelfTold>
  /** Connects a device of the owner, or of somebody else; it carries every shelf unless told which. */
  device(name: string, shelves?: string[] | null, of?: Resident): Promise<PairedTold>
  /** Resolves when what was dropped is imported and what is wanted is prepared. */
  settled(): Promise<void>
  /** The clock of the house, in epoch ms. It stands still until it is moved. */
  now(): number
  setNow(now: number): void
  /** Moves the clock on by so many ms. */
  advance(ms: number): void
  /**
   * Ends the server and opens it again. With `kill` it finds the folder as it was at this moment, as after a power cut, or its process
   * is killed where it has one; with `from`, a copy of that folder, as after somebody put the files back.
   */
  restart(how?: { kill?: boolean; from?: string }): Promise<void>
  /** Stops the server, copies its folder away, opens it again, and says where the copy lies. */
  copyAway(): Promise<string>
  close(): Promise<void>
}

export type HouseOptions = {
  /** Paths of books to add first. */
  books?: string[]
  /** 2026-09-01T12:00:00Z unless given, in epoch ms. */
  now?: number
  /** Where the time of the house is kept, in epoch ms: in this process unless given. */
  clock?: { now: number }
  /** Opens the server: in this process unless given. */
  serve?: (config: Config, options: ServerOptions) => Promise<Served>
  /** What the house is configured to be called from outside; its own address unless given, nothing when null. */
  publicUrl?: string | null
  /** The same with only the host given: its port is that of the house. */
  publicHost?: string
  /** More of the configuration, as it stands in the environment. */
  env?: Record<string, string>
  /** Randomness that can be repeated. */
  random?: (bytes: number) => Buffer
  /** Proxies whose forwarded headers are believed, as in the configuration. */
  trustedProxies?: string
  /** Limits of time other than the usual ones. */
  times?: ServerOptions['times']
  /** How many connections there may be at once. */
  connections?: number
  /** How long a transaction waits for another program that is writing, in ms; as long as usual unless given. */
  patience?: number
  /** Nobody lives there yet. */
  isEmpty?: boolean
  /** Who makes artifacts; all houses of a test file share some unless given. */
  workers?: Workers
}

/** Opens a house with one owner, Anna. The caller closes it. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folders = [await newFolder()]
  const log: string[] = []
  const clock = options.clock ?? { now: 0 }
  clock.now = options.now ?? Date.UTC(2026, 8, 1, 12)
  const serve = options.serve ?? openServer
  let server = await open(current())

  function current(): string {
    return folders.at(-1) ?? ''
  }

  function open(dataDir: string): Promise<Served> {
    const config = readConfig({
      HOLDFAST_DATA_DIR: dataDir,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_PORT: String(port),
      HOLDFAST_PUBLIC_URL:
        options.publicHost !== undefined
          ? `http://${options.publicHost}:${port}`
          : options.publicUrl === null
            ? undefined
            : (options.publicUrl ?? url),
      HOLDFAST_TRUSTED_PROXIES: options.trustedProxies,
      ...options.env,
    })
    return serve(config, {
      now: () => clock.now,
      settle: 20,
      ...(options.random && { random: options.random }),
      times: options.times,
      connections: options.connections,
      patience: options.patience,
      workers: options.workers ?? sharedWorkers(),
      log: openLog('trace', { write: (line) => void log.push(line) }),
    })
  }

  async function resident(name: string, isOwner: boolean): Promise<Resident> {
    const wish = { name, password: `the password of ${name}`, owner: isOwner }
    const person = await addPerson(server.home, wish)
    const { token } = await issueApiToken(server.home, {
      person: person.id,
      label: 'test',
      scopes: SCOPES,
    })
    return { ...person, token }
  }

  const nobody: Resident = { id: '', name: '', owner: false, token: '' }
  let owner = options.isEmpty ? nobody : await resident('Anna', true)

  const house: House = {
    url,
    get server() {
      return server
    },
    get dataDir() {
      return current()
    },
    get owner() {
      return owner
    },
    log,
    async api<Body>(
      method: string,
      path: string,
      body?: unknown,
      as: { token?: string | null; type?: string } = {},
    ): Promise<Answer<Body>> {
      const token = as.token === undefined ? owner.token : as.token
      const type = as.type ?? typeOf(body)
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          // A connection that waits for more is closed by the server after some seconds, which a busy machine takes for one step.
          connection: 'close',
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(type !== undefined && { 'content-type': type }),
        },
        ...(body !== undefined && { body: encoded(body) }),
      })
      return {
        status: response.status,
        body: await bodyOf<Body>(response),
        headers: response.headers,
      }
    },
    async makeOwner(name) {
      owner = await resident(name, true)
    },
    person: (name) => resident(name, false),
    async addBook(book) {
      const bytes = typeof book === 'string' ? await readFile(book) : book
      return expectStatus([200, 201], await house.api<BookTold>('POST', '/books', bytes))
    },
    async shelf(name, books = [], of = owner) {
      const { items } = expectStatus(
        [200],
        await house.api<{ items: ShelfTold[] }>('GET', '/shelves?limit=500', undefined, of),
      )
      const shelf =
        items.find((each) => each.name === name) ??
        expectStatus([201], await house.api<ShelfTold>('POST', '/shelves', { name }, of))
      if (books.length === 0) return shelf
      return expectStatus(
        [200],
        await house.api<ShelfTold>('POST', `/shelves/${shelf.id}/books`, { add: books }, of),
      )
    },
    async device(name, shelves, of = owner) {
      const wish = { name, ...(shelves !== undefined && { shelves }) }
      return expectStatus([201], await house.api<PairedTold>('POST', '/devices', wish, of))
    },
    settled: () => server.quiet(),
    now: () => clock.now,
    setNow(to) {
      clock.now = to
    },
    advance(ms) {
      clock.now += ms
    },
    async restart({ kill = false, from } = {}) {
      if (kill && server.kill) await server.kill()
      else if (kill) {
        // Nothing of this process can write meanwhile, so that the copy is one moment: what a power cut leaves. Only the threads
        // that make artifacts go on, in a folder of their own.
        const copy = await newFolder()
        const unfinished = join(current(), 'artifacts', 'unfinished')
        cpSync(current(), copy, { recursive: true, filter: (path) => path !== unfinished })
        folders.push(copy)
      }
      await server.close()
      if (from !== undefined) {
        const copy = await newFolder()
        cpSync(from, copy, { recursive: true })
        folders.push(copy)
      }
      server = await open(current())
    },
    async copyAway() {
      const copy = await newFolder()
      await server.close()
      cpSync(current(), copy, { recursive: true })
      folders.unshift(copy)
      server = await open(current())
      return copy
    },
    async close() {
      await server.close()
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
    },
  }

  for (const book of options.books ?? []) await house.addBook(book)
  return house
}

function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'holdfast-house-'))
}

function typeOf(body: unknown): string | undefined {
  if (body === undefined || body instanceof FormData) return undefined
  return body instanceof Uint8Array ? 'application/epub+zip' : 'application/json'
}

function encoded(body: unknown): string | FormData | Uint8Array<ArrayBuffer> {
  if (body instanceof FormData) return body
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
}

async function bodyOf<Body>(response: Response): Promise<Body> {
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  // A scenario says what it expects to read; what it then finds there is what it tests.
  return (isJson ? JSON.parse(text) : text) as Body
}

function expectStatus<Body>(wanted: number[], answer: Answer<Body>): Body {
  if (!wanted.includes(answer.status))
    throw new Error(`Answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
