import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { pick, randomFrom } from '../invariants/random.ts'
import type { Random } from '../invariants/random.ts'
import { mutateBytes, mutateText } from './mutate.ts'

/** What a fuzzer knows of the server it asks: its address, a good secret, a token, and ids of a book, a shelf and a device. */
export type Target = {
  url: string
  secret: string
  token: string
  book: string
  shelf: string
  device: string
  /** Addresses of a download and a cover, below the URL. */
  files: string[]
  /** The cookie of the owner's session, and the token of its forms. */
  cookie: string
  form: string
}

type Asked = { method: string; path: string; headers: Record<string, string>; body?: string }

/** A caller with connections that are kept. It calls from many addresses of this machine, so that wrong secrets slow nothing down. */
export type Fuzzer = {
  /** Asks what this seed says. Answers the status, or how else it ended. Throws when it hangs. */
  ask(seed: number): Promise<string>
  close(): void
}

/** How long an answer may take, in ms. */
const DEADLINE = 20_000

export function openFuzzer(target: Target): Fuzzer {
  const shapes = shapesOf(target)
  let agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let place = ''
  return {
    async ask(seed) {
      const random = randomFrom(seed)
      const shape = pick(random, shapes)
      if (shape === undefined) throw new Error('There is nothing to ask.')
      if (place !== placeOf(seed)) {
        place = placeOf(seed)
        agent.destroy()
        agent = new Agent({ keepAlive: true, maxSockets: 1 })
      }
      const asked = changed(random, shape)
      if (random() < 0.25)
        return await sendBytes(target.url, place, mutateBytes(random, asText(asked)))
      return await send(target.url, place, agent, asked)
    },
    close: () => agent.destroy(),
  }
}

/** Eight seeds in a row share an address of this machine, and no others do: fewer than may be wrong for free. */
function placeOf(seed: number): string {
  const n = Math.floor(seed / 8) + 256
  return `127.${1 + ((n >>> 16) % 250)}.${(n >>> 8) & 255}.${n & 255}`
}

/** One request with one or two of its parts changed. */
function changed(random: Random, shape: Asked): Asked {
  const asked = { ...shape, headers: { ...shape.headers } }
  if (random() < 0.15) asked.method = pick(random, METHODS) ?? 'GET'
  if (random() < 0.35)
    asked.path = `/${printable(mutateText(random, asked.path)).replaceAll(' ', '%20').replace(/^\/+/u, '')}`
  if (random() < 0.4) {
    const name = pick(random, [...Object.keys(asked.headers), ...HEADERS]) ?? 'accept'
    const value = mutateText(random, asked.headers[name] ?? pick(random, VALUES) ?? '')
    asked.headers[name] = printable(value).slice(0, 10_000)
  }
  if (random() < 0.5) asked.body = mutateText(random, asked.body ?? '{}')
  return asked
}

/** What may stand in a header or a path without being refused by the library that sends it. */
function printable(text: string): string {
  return text.replace(/[^\u0020-\u007e]/gu, '%')
}

function send(url: string, from: string, agent: Agent, asked: Asked): Promise<string> {
  const { hostname, port } = new URL(url)
  const { method, path, headers, body } = asked
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        agent,
        localAddress: from,
        headers: { ...headers, ...length },
      },
      (response) => {
        response.resume()
        response.once('end', () => resolve(String(response.statusCode)))
        response.once('error', () => resolve(`${response.statusCode}, broken off`))
      },
    )
    sent.setTimeout(DEADLINE, () => {
      reject(new Error(`${method} ${path.slice(0, 200)} was not answered.`))
      sent.destroy()
    })
    sent.once('error', () => resolve('closed'))
    // A switch of protocols that is granted is none of ours.
    sent.once('upgrade', (_response, socket) => {
      socket.destroy()
      resolve('upgraded')
    })
    sent.end(body)
  })
}

/** Sends bytes that may be no HTTP at all, on a connection of their own. */
async function sendBytes(url: string, from: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), localAddress: from })
  const status = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      if (text.length < 15) text += chunk.toString('latin1')
      const [, code] = /^HTTP\/1\.[01] (\d{3})/u.exec(text) ?? []
      if (code !== undefined) resolve(code)
    })
    socket.once('error', () => resolve('closed'))
    socket.once('close', () => resolve('closed'))
  })
  // Nothing follows, so that whatever the server still waits for will not come: it must answer or hang up.
  socket.end(bytes)
  const late = wait(DEADLINE, undefined, { ref: false })
  const told = await Promise.race([status, late])
  socket.destroy()
  if (told === undefined) throw new Error('Bytes were neither answered nor hung up on.')
  return told
}

function asText({ method, path, headers, body = '' }: Asked): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) })
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'TRACE',
  'QUERY',
]
const HEADERS = [
  'accept',
  'range',
  'if-none-match',
  'if-range',
  'x-kobo-synctoken',
  'x-kobo-deviceid',
  'authorization',
  'content-type',
  'x-forwarded-for',
  'forwarded',
  'x-forwarded-host',
  'user-agent',
  'x-kobo-appversion',
  'x-kobo-devicemodel',
  'cookie',
  'accept-encoding',
]
const VALUES = [
  'bytes=0-',
  'bytes=-1',
  'bytes=9-1,4-4',
  'bytes=0-99999999999999999999',
  '*',
  'W/"x"',
  'Bearer x',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'for=[::1];proto=https',
  'e30=',
  'eyJhIjoxfQ==',
  '0'.repeat(64),
  '4.38.1',
]

/** The requests of a sync, of downloads and of scripts, as they are when nothing is wrong with them. */
function shapesOf(target: Target): Asked[] {
  const kobo = `/kobo/${target.secret}`
  const { book, shelf, device } = target
  const state = {
    EntitlementId: book,
    LastModified: '2026-08-31T20:00:00Z',
    StatusInfo: { LastModified: '2026-08-31T20:00:00Z', Status: 'Reading', TimesStartedReading: 1 },
    Statistics: {
      LastModified: '2026-08-31T20:00:00Z',
      SpentReadingMinutes: 3,
      RemainingTimeMinutes: 9,
    },
    CurrentBookmark: {
      LastModified: '2026-08-31T20:00:00Z',
      ProgressPercent: 12,
      Location: { Source: 'c.xhtml', Type: 'KoboSpan', Value: 'kobo.1.1' },
    },
  }
  const note = {
    id: 'n',
    clientLastModifiedUtc: '2026-08-31T20:00:00Z',
    highlightedText: 'x',
    location: { span: { chapterFilename: 'c.xhtml' } },
  }
  const tag = { Name: 'Tag', Items: [{ RevisionId: book, Type: 'ProductRevisionTagItem' }] }
  const deviceCalls: [string, string, unknown?][] = [
    [
      'POST',
      '/v1/auth/device',
      { AffiliateName: 'Kobo', AppVersion: '4.38', UserKey: 'k', SerialNumber: 'n' },
    ],
    ['POST', '/v1/auth/refresh', { RefreshToken: 'x' }],
    ['GET', '/v1/initialization'],
    ['GET', '/oauth/.well-known/openid-configuration'],
    ['GET', '/oauth/auth?response_type=code&state=x'],
    ['POST', '/oauth/token', 'grant_type=refresh_token&refresh_token=x'],
    ['POST', '/v1/user/add-device', {}],
    ['GET', '/v1/user/profile'],
    ['POST', '/v1/analytics/gettests', { TestKey: 'x' }],
    [
      'POST',
      '/v1/analytics/event',
      { Events: [{ EventType: 'OpenBook', Attributes: { volumeid: book } }] },
    ],
    [
      'GET',
      '/v1/library/sync?Filter=ALL&DownloadUrlFilter=Generic,Android&PrioritizeRecentReads=true',
    ],
    ['GET', '/v1/library/sync'],
    ['GET', `/v1/library/${book}/state`],
    ['PUT', `/v1/library/${book}/state`, { ReadingStates: [state] }],
    ['PUT', `/v1/library/${book}/state`, { ReadingStates: [state, state] }],
    ['GET', `/v1/library/${book}/metadata`],
    ['POST', '/v1/library/tags', tag],
    ['PUT', `/v1/library/tags/${shelf}`, { Name: 'New' }],
    ['POST', `/v1/library/tags/${shelf}/items`, tag],
    ['POST', `/v1/library/tags/${shelf}/items/delete`, tag],
    ['DELETE', `/v1/library/tags/${shelf}`],
    ['PUT', `/v1/products/${book}/rating/4`],
    ['GET', `/v1/products/${book}/reviews`],
    ['GET', '/v1/deals'],
    ['POST', '/v2/nobody/knows', {}],
  ]
  const rootCalls: [string, string, unknown?][] = [
    ['POST', '/api/v3/content/checkforchanges', [{ ContentId: book, etag: 'W/"0"' }]],
    [
      'PATCH',
      `/api/v3/content/${book}/annotations`,
      { updatedAnnotations: [note], deletedAnnotationIds: ['n'] },
    ],
    ['GET', `/api/v3/content/${book}/annotations`],
    ['GET', '/api/UserStorage/Metadata'],
    ['GET', '/healthz'],
    ['GET', '/'],
    ...target.files.map((path): [string, string] => ['GET', path]),
  ]
  const scripts: [string, string, unknown?][] = [
    ['GET', '/books?limit=2&q=a'],
    ['GET', `/books/${book}`],
    ['PATCH', `/books/${book}`, { title: 'T', authors: ['A'], series: { name: 'S', index: 1.5 } }],
    ['POST', '/books', 'no book at all'],
    ['PUT', `/books/${book}/cover`, 'no picture'],
    ['PUT', `/books/${book}/cover/crop`, { left: 0.1, top: 0, width: 0.5, height: 1 }],
    ['GET', `/books/${book}/file`],
    ['GET', '/shelves'],
    ['PATCH', `/shelves/${shelf}`, { name: 'N' }],
    ['POST', `/shelves/${shelf}/books`, { add: [book], remove: [] }],
    ['GET', '/devices'],
    ['GET', `/devices/${device}`],
    ['PATCH', `/devices/${device}`, { name: 'D' }],
    ['GET', '/errata'],
    ['GET', '/openapi.json'],
    ['PATCH', '/passkeys/x', { name: 'N' }],
    ['GET', '/provider-identities'],
    ['DELETE', '/recovery-codes'],
  ]
  const hardware = {
    'x-kobo-deviceid': 'f'.repeat(64),
    'x-kobo-appversion': '4.38.23171',
    'x-kobo-devicemodel': 'Kobo Libra 2',
  }
  const wish = `token=${target.form}&how=resend&book=${book}`
  const pages: [string, string, string?][] = [
    ['GET', '/errata?after=1:x'],
    ['GET', '/devices'],
    ['GET', `/devices/${device}?filter=missing&after=eA`],
    ['GET', `/devices/${device}/books/${book}`],
    ['GET', `/devices/${device}/syncs?before=9`],
    ['GET', `/devices/${device}/syncs/1/bundle`],
    ['GET', '/books?q=a&after=0:1:1'],
    ['GET', '/sign-in?to=/errata'],
    ['POST', `/devices/${device}/heal`, wish],
    ['POST', `/devices/${device}/heal`, `${wish}&filter=missing&confirm=1`],
    ['POST', '/errata/x/actions/retry', `token=${target.form}`],
    ['POST', '/errata/x/dismiss', `token=${target.form}&reason=r`],
    ['POST', '/sign-in', 'name=Anna&password=p&to=/errata'],
    ['POST', '/sign-in/passkey', `token=x&credential={"id":"x"}`],
    ['GET', '/connect'],
    ['POST', '/connect', `token=${target.form}&name=Kobo&library=empty`],
    ['GET', `/devices/${device}/connecting`],
    ['POST', `/devices/${device}/settings`, `token=${target.form}&name=N&policy=ask`],
    ['POST', `/books/${book}/edit`, `token=${target.form}&title=T&authors=A&series=S&index=1`],
    ['POST', `/books/${book}/shelves`, `token=${target.form}&shelf=${shelf}`],
    ['GET', `/books/${book}/cover/200`],
    ['GET', `/books/${book}/cover?left=1&right=2.5&top=3&bottom=4`],
    ['POST', `/books/${book}/cover/crop`, `token=${target.form}&do=keep&left=1&right=2&top=3`],
    ['GET', `/books/${book}/files/epub`],
    ['POST', '/books/chosen', `token=${target.form}&book=${book}&shelf=${shelf}&do=shelve`],
    ['POST', `/shelves/${shelf}/name`, `token=${target.form}&name=N`],
    ['POST', '/light', `token=${target.form}&light=dark&back=/books`],
  ]
  const parts = 'multipart/form-data; boundary=x'
  const uploads: [string, string][] = [
    [
      `/devices/${device}/conf`,
      part('conf', 'Kobo eReader.conf', '[OneStoreServices]\napi_endpoint=x\n'),
    ],
    ['/books', part('file', 'a.epub', 'no book at all')],
    [`/books/${book}/cover`, part('cover', 'a.png', 'no picture')],
    [`/devices/${device}/audits`, part('database', 'KoboReader.sqlite', 'SQLite format 3\0')],
  ]
  const signedIn = { cookie: target.cookie, origin: target.url }
  const bearer = { authorization: `Bearer ${target.token}` }
  return [
    ...deviceCalls.map(([method, path, body]) => shape(method, kobo + path, hardware, body)),
    ...rootCalls.map(([method, path, body]) => shape(method, path, hardware, body)),
    ...scripts.map(([method, path, body]) => shape(method, `/api/v1${path}`, bearer, body)),
    ...pages.map(([method, path, body]) => ({
      method,
      path,
      headers: { ...signedIn, ...(body !== undefined && { 'content-type': FORM }) },
      ...(body !== undefined && { body }),
    })),
    ...uploads.map(([path, body]) => ({
      method: 'POST',
      path: `${path}?token=${target.form}`,
      headers: { ...signedIn, 'content-type': parts },
      body,
    })),
  ]
}

/** A form with one file, whose boundary is “x”. */
function part(field: string, name: string, content: string): string {
  const head = `content-disposition: form-data; name="${field}"; filename="${name}"`
  return `--x\r\n${head}\r\n\r\n${content}\r\n--x--\r\n`
}

function shape(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: unknown,
): Asked {
  if (body === undefined) return { method, path, headers }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'application/epub+zip' : 'application/json'
  return { method, path, headers: { ...headers, 'content-type': type }, body: text }
}

const FORM = 'application/x-www-form-urlencoded'
