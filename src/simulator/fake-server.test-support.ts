import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { requiredResources } from './required-resources.ts'
import { isRecord } from './validate/shape.ts'

/** What a test wants to be different about one answer. */
export interface Twist {
  status?: number
  headers?: Record<string, string | undefined>
  body?: string | Buffer
  /** Close the connection after so many bytes of the body. */
  breakAfter?: number
  /** Never answer. */
  silent?: boolean
}

export interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

export interface FakePage {
  operations: unknown[]
  token: string
  more?: boolean
}

/** A small honest server: it sends the pages it is given, in order, and `[]` after them. */
export interface FakeServer {
  url: string
  origin: string
  seen: Seen[]
  pages: FakePage[]
  /** Changes the answer to a request whose path matches, by a part of it. */
  twists: Map<string, Twist | ((seen: Seen) => Twist | undefined)>
  files: Map<string, Buffer>
  annotations: Map<string, unknown[]>
  /** The metadata that `/metadata` answers with, by id. */
  books: Map<string, unknown>
  close(): Promise<void>
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(60, 1)])

export async function startFakeServer(): Promise<FakeServer> {
  const server = createServer()
  const port = await listen(server)
  const origin = `http://127.0.0.1:${port}`
  const fake: FakeServer = {
    url: `${origin}/kobo/secret`,
    origin,
    seen: [],
    pages: [],
    twists: new Map(),
    files: new Map(),
    annotations: new Map(),
    books: new Map(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  server.on('request', (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(fake, request, Buffer.concat(chunks).toString(), response))
  })
  return fake
}

/** The token of the fake server's page of this number. */
export function tokenOf(page: number): string {
  return Buffer.from(JSON.stringify({ page })).toString('base64')
}

function answer(
  fake: FakeServer,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', fake.origin)
  const path = url.pathname.replace('/kobo/secret', '')
  const seen = { method: request.method ?? '', path, headers: request.headers, body }
  fake.seen.push(seen)
  const plain = route(fake, seen, url.searchParams)
  const [, found] = [...fake.twists].find(([part]) => path.includes(part)) ?? []
  const twist = (typeof found === 'function' ? found(seen) : found) ?? {}
  if (twist.silent) return
  const bytes = Buffer.from(twist.body ?? plain.body)
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.length),
    ...plain.headers,
    ...twist.headers,
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value)
  }
  response.writeHead(twist.status ?? plain.status ?? 200)
  if (twist.breakAfter === undefined) {
    response.end(bytes)
    return
  }
  response.write(bytes.subarray(0, twist.breakAfter), () => response.socket?.destroy())
}

function route(
  fake: FakeServer,
  { method, path, headers, body }: Seen,
  query: URLSearchParams,
): Twist & { body: string | Buffer } {
  if (path === '/v1/library/sync') return syncAnswer(fake, headers['x-kobo-synctoken'])
  if (path === '/v1/initialization')
    return { body: initialization(fake), headers: { 'x-kobo-apitoken': 'e30=' } }
  if (path === '/v1/auth/device' || path === '/v1/auth/refresh') {
    const sent: unknown = JSON.parse(body)
    const tokens = {
      AccessToken: 'a',
      RefreshToken: 'r',
      TokenType: 'Bearer',
      TrackingId: 't',
      UserKey: isRecord(sent) ? (sent['UserKey'] ?? '') : '',
    }
    return { body: JSON.stringify(tokens) }
  }
  if (path.endsWith('/openid-configuration')) {
    const document = {
      token_endpoint: `${fake.url}/oauth/token`,
      authorization_endpoint: `${fake.url}/oauth/auth`,
    }
    return { body: JSON.stringify(document) }
  }
  if (path === '/oauth/auth') {
    const location = `kobo://UserAuthenticated?code=c&state=${query.get('state') ?? ''}`
    return { status: 302, body: '{}', headers: { location } }
  }
  if (path === '/oauth/token') {
    const tokens = { access_token: 'o', refresh_token: 'p', token_type: 'Bearer', expires_in: 3600 }
    return { body: JSON.stringify(tokens) }
  }
  const file = /^\/files\/(.+)$/.exec(path)?.[1]
  if (file !== undefined) {
    return { body: fake.files.get(file) ?? '', headers: { 'content-type': 'application/epub+zip' } }
  }
  if (path.startsWith('/images/')) return { body: JPEG, headers: { 'content-type': 'image/jpeg' } }
  if (path.endsWith('/metadata')) {
    return { body: JSON.stringify([fake.books.get(path.split('/')[3] ?? '')]) }
  }
  if (path.endsWith('/state') && method === 'PUT') return { body: putAnswer(body) }
  if (path.endsWith('/state')) return { body: '[]' }
  if (path.endsWith('/checkforchanges')) return { body: '[]' }
  if (path.endsWith('/annotations') && method === 'GET') {
    const annotations = fake.annotations.get(path.split('/')[4] ?? '') ?? []
    return {
      body: JSON.stringify({ annotations, nextPageOffsetToken: null }),
      headers: { etag: 'W/"0"' },
    }
  }
  if (path.endsWith('/annotations') || method === 'DELETE') return { status: 204, body: '' }
  return { body: shopAnswer(path, body) }
}

function shopAnswer(path: string, body: string): string {
  const listing = {
    Items: [],
    CurrentPageIndex: 0,
    ItemCount: 0,
    ItemsPerPage: 50,
    TotalItemCount: 0,
    TotalPageCount: 0,
  }
  if (path.endsWith('/gettests')) {
    const sent: unknown = JSON.parse(body)
    const key = isRecord(sent) ? sent['TestKey'] : ''
    return JSON.stringify({ Result: 'Success', TestKey: key, Tests: {} })
  }
  if (path.endsWith('/benefits')) return '{"Benefits":{}}'
  if (path.endsWith('/deals')) return '{"Deals":[]}'
  if (path.endsWith('/UserStorage/Metadata')) return '{"metadata":[]}'
  if (path === '/v1/library/tags') return '"tag-1"'
  if (/\/(?:subscriptions|nextread|prices)$/.test(path)) return '[]'
  if (/\/(?:wishlist|recommendations|featured\/)$/.test(path)) return JSON.stringify(listing)
  if (path.endsWith('/reviews')) return JSON.stringify({ ...listing, ReviewSummary: {} })
  return '{}'
}

/** The page that follows the one whose token came back. */
function syncAnswer(
  fake: FakeServer,
  token: string | string[] | undefined,
): Twist & { body: string } {
  const at = fake.pages.findIndex((page) => page.token === token)
  const page = fake.pages[at + 1]
  const last = fake.pages.at(-1)?.token ?? tokenOf(0)
  const more = page?.more ? { 'x-kobo-sync': 'continue' } : {}
  return {
    body: JSON.stringify(page?.operations ?? []),
    headers: { 'x-kobo-synctoken': page?.token ?? last, ...more },
  }
}

function initialization(fake: FakeServer): string {
  const resources: Record<string, string> = Object.fromEntries(
    requiredResources.map((key) => [key, 'x']),
  )
  return JSON.stringify({
    Resources: {
      ...resources,
      oauth_host: `${fake.url}/oauth`,
      reading_services_host: `${fake.origin}/ignored`,
      image_url_template: `${fake.url}/images/{ImageId}/{Width}/{Height}/false/image.jpg`,
      image_url_quality_template: `${fake.url}/images/{ImageId}/{Width}/{Height}/{Quality}/{IsGreyscale}/image.jpg`,
    },
  })
}

function putAnswer(body: string): string {
  const sent: unknown = JSON.parse(body)
  const states: unknown = isRecord(sent) ? sent['ReadingStates'] : undefined
  const result = { Result: 'Success' }
  return JSON.stringify({
    RequestResult: 'Success',
    UpdateResults: (Array.isArray(states) ? states : []).filter(isRecord).map((state) => ({
      EntitlementId: state['EntitlementId'],
      CurrentBookmarkResult: result,
      StatisticsResult: result,
      StatusInfoResult: result,
      LastModified: state['LastModified'],
      PriorityTimestamp: state['LastModified'],
    })),
  })
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
