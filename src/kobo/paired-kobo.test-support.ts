import { Hono } from 'hono'
import { bareBook } from '../../test/support/bare-book.ts'
import { START, tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { finishArtifact } from '../artifacts/artifact.store.ts'
import type { Book } from '../catalogue/book.ts'
import { insertBook } from '../catalogue/change-book.store.ts'
import type { Device } from '../devices/device.ts'
import { pair } from '../devices/pairing.ts'
import { insertPerson } from '../people/person.store.ts'
import { uuid5 } from '../uuid.ts'
import { librarySyncHandler } from './library-sync.ts'
import { koboRoutes, readingServicesRoutes } from './routes.ts'

/** Where the server is reached. */
export const BASE = 'https://books.example.org'
const HARDWARE = 'ab'.repeat(32)

/** A UUID that no book here has. */
export const FOREIGN = '0f000000-0000-4000-8000-00000000000f'

type Call = { body?: string | object; headers?: Record<string, string> }

/** A Kobo of Ada's that is paired, and the routes it may call. */
export type PairedKobo = {
  /** What is served. Close it after the test. */
  home: TempHome
  app: Hono
  secret: string
  device: Device
  /** A call below the Kobo's address, by the Kobo. */
  call: (method: string, path: string, call?: Call) => Promise<Response>
  /** A call at the root of the server, by the Kobo. */
  root: (method: string, path: string, call?: Call) => Promise<Response>
  /** A book of 5 bytes, ready to be sent, whose title is `name`. */
  addBook: (name: string) => Promise<Book>
  /** Headers with a token that the Kobo was given a moment ago. */
  token: () => Promise<Record<string, string>>
}

/** Opens a home, reached at `BASE`, in which such a Kobo is. */
export async function openPairedKobo(): Promise<PairedKobo> {
  const home = await tempHome({ publicUrl: BASE })
  const app = new Hono()
  const nowhere = () => new Response('not in this test', { status: 500 })
  const librarySync = librarySyncHandler(home)
  app.route('/', koboRoutes(home, { librarySync, download: nowhere, cover: nowhere }))
  app.route('/', readingServicesRoutes(home))
  const { secret, device } = await home.db.transact(async (tx) => {
    const ada = { id: 'ada', name: 'Ada', nameKey: 'ada', owner: true }
    await insertPerson(tx, { ...ada, createdAt: START })
    const wish = { person: 'ada', name: 'Kobo', shelves: null, now: START, random: home.random }
    return await pair(tx, wish)
  })

  async function call(method: string, path: string, call: Call = {}): Promise<Response> {
    return await root(method, `/kobo/${secret}${path}`, call)
  }

  async function root(
    method: string,
    path: string,
    { body, headers }: Call = {},
  ): Promise<Response> {
    return await app.request(path, {
      method,
      headers: {
        'x-kobo-deviceid': HARDWARE,
        'x-kobo-appversion': '4.45.23697',
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  }

  async function addBook(name: string): Promise<Book> {
    const id = uuid5(FOREIGN, name)
    const hash = name.padEnd(64, '0')
    const file = { hash, size: 5, path: `${name}.epub` }
    const book = bareBook({ id, title: name, file, language: 'en', artifact: hash, addedAt: START })
    await home.db.transact(async (tx) => {
      await insertBook(tx, book)
      const artifact = { hash, book: id, fileRev: book.fileRev, format: 'EPUB3' as const, size: 5 }
      await finishArtifact(tx, { ...artifact, converted: null, spans: null }, START)
    })
    return book
  }

  async function token(): Promise<Record<string, string>> {
    const answer: unknown = await (await call('POST', '/v1/auth/device', { body: {} })).json()
    return { authorization: `Bearer ${text(answer, 'AccessToken')}` }
  }

  return { home, app, secret, device, call, root, addBook, token }
}

/** The text under a key of a JSON answer, or ''. */
export function text(value: unknown, key: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : ''
  return typeof found === 'string' ? found : ''
}
