import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { finishArtifact } from '../artifacts/artifact.store.ts'
import type { Book } from '../catalogue/book.ts'
import { insertBook } from '../catalogue/change-book.store.ts'
import { revokeDevice } from '../devices/change-device.store.ts'
import type { Device } from '../devices/device.ts'
import { pair } from '../devices/pairing.ts'
import { insertPerson } from '../people/person.store.ts'
import { requiredResources } from '../simulator/required-resources.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { uuid5 } from '../uuid.ts'
import { librarySyncHandler } from './library-sync.ts'
import { koboRoutes, readingServicesRoutes } from './routes.ts'
import { revisionId } from './wire/revision.ts'

const BASE = 'https://books.example.org'
const HARDWARE = 'ab'.repeat(32)
const FOREIGN = '0f000000-0000-4000-8000-00000000000f'

let home: TempHome
let app: Hono
let secret: string
let device: Device

beforeEach(async () => {
  home = await tempHome({ publicUrl: BASE })
  app = new Hono()
  const nowhere = () => new Response('not in this test', { status: 500 })
  const librarySync = librarySyncHandler(home)
  app.route('/', koboRoutes(home, { librarySync, download: nowhere, cover: nowhere }))
  app.route('/', readingServicesRoutes(home))
  const made = await home.db.transact(async (tx) => {
    const ada = { id: 'ada', name: 'Ada', nameKey: 'ada', owner: true }
    await insertPerson(tx, { ...ada, createdAt: START })
    const wish = { person: 'ada', name: 'Kobo', shelves: null, now: START, random: home.random }
    return await pair(tx, wish)
  })
  secret = made.secret
  device = made.device
})
afterEach(() => home.close())

type Call = { body?: string | object; headers?: Record<string, string> }

/** A call below the Kobo's address, by the Kobo. */
async function call(method: string, path: string, call: Call = {}): Promise<Response> {
  return await root(method, `/kobo/${secret}${path}`, call)
}

/** A call at the root of the server, by the Kobo. */
async function root(method: string, path: string, { body, headers }: Call = {}): Promise<Response> {
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
  const book: Book = {
    id,
    title: name,
    subtitle: null,
    contributors: [],
    series: null,
    language: 'en',
    publisher: null,
    published: null,
    publishedAt: null,
    isbn: null,
    identifiers: [],
    description: null,
    subjects: [],
    layout: 'reflowable',
    format: 'epub',
    cover: null,
    metaRev: 1,
    fileRev: 1,
    file: { hash, size: 5, path: `${name}.epub` },
    artifact: hash,
    uploader: null,
    addedAt: START,
    deletedAt: null,
  }
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

function text(value: unknown, key: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : ''
  return typeof found === 'string' ? found : ''
}

describe('every answer', () => {
  test.each([
    ['GET', '/v1/initialization'],
    ['GET', '/v1/user/profile'],
    ['GET', '/v1/library/sync'],
    ['GET', `/v1/library/${FOREIGN}/metadata`],
    ['POST', '/v1/analytics/event'],
    ['GET', '/v9/surprise'],
  ])('to %s %s is JSON with its exact length and a small head', async (method, path) => {
    const answer = await call(method, path)
    const body = await answer.text()
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
    expect(head.length).toBeLessThan(2048)
  })
})

describe('an address', () => {
  test('that is wrong, retired or revoked gets one and the same answer', async () => {
    const wrong = await root('GET', `/kobo/${'x'.repeat(43)}/v1/initialization`)
    const short = await root('GET', '/kobo/abc/v1/user/profile')
    const bare = await root('GET', '/kobo/')
    await call('GET', '/v1/user/profile')
    await home.db.transact((tx) => revokeDevice(tx, device.id, START))
    const revoked = await call('GET', '/v1/user/profile')
    const answers = [wrong, short, bare, revoked]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(new Set(await Promise.all(answers.map((each) => each.text()))).size).toBe(1)
  })
})

describe('first contact', () => {
  test('gives the whole map, and everything that must lead here does', async () => {
    const answer = await call('GET', '/v1/initialization')
    expect(answer.headers.get('x-kobo-apitoken')).toBe('e30=')
    const { Resources: map } = (await answer.json()) as { Resources: Record<string, unknown> }
    expect(Object.keys(map).toSorted()).toEqual([...requiredResources].toSorted())
    expect(map).toMatchObject({
      library_sync: `${BASE}/kobo/${secret}/v1/library/sync`,
      oauth_host: `${BASE}/kobo/${secret}/oauth`,
      reading_services_host: BASE,
      user_profile: 'https://storeapi.kobo.com/v1/user/profile',
      use_one_store: 'True',
    })
    const covers = expect.stringMatching(
      /^https:\/\/books\.example\.org\/kobo\/covers\/[\w-]{43}\/\{ImageId\}\/\{Width\}\/\{Height\}\/\{Quality\}\/\{IsGreyscale\}\/image\.jpg$/,
    )
    expect(map['image_url_quality_template']).toEqual(covers)
    expect(map['image_url_template']).toMatch(
      /\{ImageId\}\/\{Width\}\/\{Height\}\/false\/image\.jpg$/,
    )
  })

  test('echoes the user key and never gives the same token twice', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () =>
        (await call('POST', '/v1/auth/device', { body: { UserKey: 'k' } })).json(),
      ),
    )
    expect(answers[0]).toMatchObject({ TokenType: 'Bearer', UserKey: 'k' })
    expect(text(answers[0], 'AccessToken')).not.toBe(text(answers[1], 'AccessToken'))
    const nameless: unknown = await (await call('POST', '/v1/auth/device', { body: 'x' })).json()
    expect(nameless).toMatchObject({ UserKey: '' })
    expect((await call('POST', '/v1/auth/refresh')).status).toBe(200)
    expect((await call('POST', '/v1/user/add-device')).status).toBe(200)
  })

  test('finds its own OAuth, which hands out tokens in every way it is asked', async () => {
    const discovery: unknown = await (
      await call('GET', '/oauth/.well-known/openid-configuration')
    ).json()
    expect(text(discovery, 'token_endpoint')).toBe(`${BASE}/kobo/${secret}/oauth/token`)
    for (const path of ['token', 'refresh', 'connect/token', 'auth', 'anything/else'])
      for (const method of ['GET', 'POST']) {
        const body: unknown = await (await call(method, `/oauth/${path}`)).json()
        expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
        expect(text(body, 'access_token')).toHaveLength(78)
      }
  })

  test('is sent back to the Kobo by the authorization page, and nowhere else', async () => {
    const query = '?response_type=code&state=a%26b&redirect_uri=https%3A%2F%2Fevil.example'
    const answer = await call('GET', `/oauth/auth${query}`)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toMatch(
      /^kobo:\/\/UserAuthenticated\?code=[\w-]{32}&state=a%26b$/,
    )
  })
})

describe('calls about the store', () => {
  test.each([
    ['GET', '/v1/user/loyalty/benefits', { Benefits: {} }],
    ['GET', '/v1/products/books/subscriptions', []],
    ['GET', '/v1/deals', { Deals: [] }],
    ['GET', '/v1/assets?DiffRequests=%5B%5D', { AssetGroups: [], KeepGoing: false }],
    ['GET', '/v1/user/wishlist?PageSize=100', { Items: [], TotalPageCount: 0 }],
    ['GET', `/v1/products/${FOREIGN}/nextread`, []],
    ['POST', `/v1/products/${FOREIGN}/nextread/more`, []],
    ['GET', '/api/internal/notebooks', { data: [], totalResults: 0 }],
    ['PUT', '/v1/library/tags/abc', {}],
    ['DELETE', '/v1/library/tags/abc', {}],
  ])('%s %s get the smallest answer that is right', async (method, path, expected) => {
    const answer = await call(method, path)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(expected)
    expect(await home.db.read.selectFrom('unknown_request').selectAll().execute()).toEqual([])
  })

  test('the test of the connection gets its own key back', async () => {
    const answer = await call('POST', '/v1/analytics/gettests', { body: { TestKey: 'abc' } })
    expect(await answer.json()).toEqual({ Result: 'Success', TestKey: 'abc', Tests: {} })
  })

  test('a new collection gets an id, as a JSON string', async () => {
    const answer = await call('POST', '/v1/library/tags', { body: { Name: 'x', Items: [] } })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a body that no Kobo sends is refused', async () => {
    const headers = { 'content-length': '2000000' }
    const large = { body: 'x'.repeat(2_000_000), headers }
    expect((await call('POST', '/v1/analytics/event', large)).status).toBe(200)
    expect((await call('PUT', `/v1/library/${FOREIGN}/state`, large)).status).toBe(413)
  })
})

describe('what nobody knows', () => {
  test('is answered, and written down once per kind', async () => {
    for (const id of ['6b1f2c3d-0000-5000-8000-000000000001', FOREIGN, 'Emma%20(1815)'])
      expect(await (await call('POST', `/v3/shelf/${id}/glow?x=1`)).text()).toBe('{}')
    await call('GET', '/v3/shelf/1/glow', { headers: { 'x-kobo-appversion': '5.18.1' } })
    const known = home.db.read.selectFrom('unknown_request').selectAll().orderBy('method')
    expect(await known.execute()).toEqual([
      { method: 'GET', shape: 'v3/shelf/{id}/glow', firmware: '5.18.1', first_at: START },
      { method: 'POST', shape: 'v3/shelf/{id}/glow', firmware: '4.45.23697', first_at: START },
    ])
  })

  test('is not written down without a good secret, nor beyond two hundred kinds', async () => {
    await root('GET', `/kobo/${'x'.repeat(43)}/v9/surprise`)
    const letters = 'abcdefghijklmno'.split('')
    for (const one of letters) for (const other of letters) await call('GET', `/v9/${one}${other}`)
    const rows = await home.db.read.selectFrom('unknown_request').select('shape').execute()
    expect(rows).toHaveLength(200)
  })
})

describe('metadata', () => {
  test('is an array of one, whose download is the announced artifact', async () => {
    const book = await addBook('emma')
    const answer: unknown = await (await call('GET', `/v1/library/${book.id}/metadata`)).json()
    expect(answer).toMatchObject([
      { EntitlementId: book.id, DownloadUrls: [{ Format: 'EPUB3', Size: 5 }] },
    ])
    expect(JSON.stringify(answer)).toMatch(
      /"Url":"https:\/\/books\.example\.org\/kobo\/files\/[\w-]{48}\//,
    )
  })

  test('is found by the revision id of a later file too', async () => {
    const book = await addBook('emma')
    await home.db.transact((tx) => tx.updateTable('book').set({ file_rev: 3 }).execute())
    for (const id of [book.id, revisionId(book.id, 2), revisionId(book.id, 3)])
      expect((await call('GET', `/v1/library/${id}/metadata`)).status).toBe(200)
    const never = await call('GET', `/v1/library/${revisionId(book.id, 4)}/metadata`)
    expect([never.status, await never.json()]).toEqual([200, []])
  })
})

describe('a place in a book', () => {
  const moment = '2026-08-31T10:00:00Z'

  function states(id: string, percent: number, at = moment): object {
    const place = { LastModified: at, ProgressPercent: percent, Location: null }
    const one = { EntitlementId: id, LastModified: at, CurrentBookmark: place, Statistics: null }
    return { ReadingStates: [one] }
  }

  test('comes back as the Kobo wrote it, and shows that the book is there', async () => {
    const book = await addBook('emma')
    const put = await call('PUT', `/v1/library/${book.id}/state`, { body: states(book.id, 33) })
    expect(await put.json()).toEqual({
      RequestResult: 'Success',
      UpdateResults: [
        {
          EntitlementId: book.id,
          CurrentBookmarkResult: { Result: 'Success' },
          LastModified: moment,
          PriorityTimestamp: moment,
        },
      ],
    })
    const got = await call('GET', `/v1/library/${book.id}/state`)
    expect(await got.json()).toMatchObject([
      { PriorityTimestamp: moment, CurrentBookmark: { ProgressPercent: 33 } },
    ])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({
      state: 'held',
      stateRev: 1,
    })
  })

  test('that is older than the stored one changes nothing but is heard', async () => {
    const book = await addBook('emma')
    const path = `/v1/library/${book.id}/state`
    await call('PUT', path, { body: states(book.id, 60) })
    await call('PUT', path, { body: states(book.id, 90, '2026-08-30T00:00:00Z') })
    expect(await (await call('GET', path)).json()).toMatchObject([
      { LastModified: moment, CurrentBookmark: { ProgressPercent: 60 } },
    ])
  })

  test('in a book never opened is unread since the book is here', async () => {
    const book = await addBook('emma')
    expect(await (await call('GET', `/v1/library/${book.id}/state`)).json()).toMatchObject([
      { PriorityTimestamp: '2026-09-01T12:00:00Z', StatusInfo: { Status: 'ReadyToRead' } },
    ])
  })

  test('in a book that is not ours is done with', async () => {
    const path = `/v1/library/${FOREIGN}/state`
    const put = await call('PUT', path, { body: states(FOREIGN, 5) })
    expect(await put.json()).toMatchObject({ RequestResult: 'Success' })
    expect(await (await call('GET', path)).json()).toEqual([])
    expect(await home.db.read.selectFrom('reading_state').selectAll().execute()).toEqual([])
  })
})

describe('removing a book on the Kobo', () => {
  const headers = { 'content-type': 'application/json', 'content-length': '0' }

  test('keeps it off that Kobo, and needs no body', async () => {
    const book = await addBook('emma')
    const answer = await call('DELETE', `/v1/library/${book.id}`, { headers })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({ excluded: true })
  })

  test('is done with when the book is not ours', async () => {
    expect((await call('DELETE', `/v1/library/${FOREIGN}`, { headers })).status).toBe(204)
  })

  test('is an error when it cannot be told which Kobo it was', async () => {
    const book = await addBook('emma')
    for (const id of ['a', 'b'])
      await call('GET', '/v1/user/profile', { headers: { 'x-kobo-deviceid': id } })
    const answer = await app.request(`/kobo/${secret}/v1/library/${book.id}`, { method: 'DELETE' })
    expect(answer.status).toBe(503)
  })
})

describe('annotations', () => {
  const note = '{"id":"n1", "type":"note","clientLastModifiedUtc":"2026-08-31T10:00:00Z","x":1.0}'
  const body = `{"updatedAnnotations":[${note}]}`

  function annotations(id: string): string {
    return `/api/v3/content/${encodeURIComponent(id)}/annotations`
  }

  async function spooled() {
    return await home.db.read.selectFrom('annotation_patch').selectAll().orderBy('id').execute()
  }

  test('never changed, as far as a Kobo hears', async () => {
    const asked = { body: [{ ContentId: FOREIGN, etag: '' }] }
    const answer = await root('POST', '/api/v3/content/checkforchanges', asked)
    expect(await answer.json()).toEqual([])
  })

  test('are kept as they came, of every book and every caller', async () => {
    const sideloaded = 'file:///mnt/onboard/Some Book.epub'
    for (const [id, text] of [
      [FOREIGN, body],
      [sideloaded, 'not json'],
    ] as const)
      expect((await root('PATCH', annotations(id), { body: text })).status).toBe(204)
    expect(await spooled()).toMatchObject([
      { content: FOREIGN, body, verified: 0, person: null, at: START },
      { content: sideloaded, body: 'not json', verified: 0 },
    ])
  })

  test('come back to a token of ours to the byte, and show that the book is there', async () => {
    const book = await addBook('emma')
    const headers = await token()
    const path = annotations(book.id)
    expect((await root('PATCH', path, { body, headers })).status).toBe(204)
    expect(await spooled()).toMatchObject([{ person: 'ada', device: device.id, verified: 1 }])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({ state: 'held' })

    const full = await root('GET', `${path}?limit=100`, { headers })
    expect(await full.text()).toBe(`{"annotations":[${note}],"nextPageOffsetToken":null}`)
    const etag = full.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    const again = await root('GET', path, { headers: { ...headers, 'if-none-match': etag } })
    expect(again.status).toBe(200)
  })

  test('are empty for a book without any, and for a caller that nobody knows', async () => {
    const headers = await token()
    await root('PATCH', annotations(FOREIGN), { body, headers })
    for (const [id, caller] of [
      ['another', headers],
      [FOREIGN, { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' }],
    ] as const) {
      const answer = await root('GET', annotations(id), { headers: caller })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('etag')).toBe('W/"0"')
      expect(await answer.json()).toEqual({ annotations: [], nextPageOffsetToken: null })
    }
  })

  test('of a token whose address was revoked are nobody’s', async () => {
    const headers = await token()
    await root('PATCH', annotations(FOREIGN), { body, headers })
    await home.db.transact((tx) => revokeDevice(tx, device.id, START))
    const answer = await root('GET', annotations(FOREIGN), { headers })
    expect(await answer.json()).toEqual({ annotations: [], nextPageOffsetToken: null })
  })

  test('have neighbours that are never an error', async () => {
    for (const [method, path] of [
      ['GET', '/api/UserStorage/Metadata'],
      ['POST', '/api/UserStorage/Upload'],
      ['GET', '/api/internal/notebooks'],
      ['GET', '/api/v3/whatever'],
    ] as const)
      expect((await root(method, path)).status).toBe(200)
  })
})
