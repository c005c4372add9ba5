import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  discard,
  entitlementOf,
  metadataOf,
  newBook,
  newKobo,
  removal,
  startFakeServer,
  stateOf,
  tokenOf,
  type FakeServer,
} from './fake-server.test-support.ts'

let fake: FakeServer
const made: ReturnType<typeof newKobo>[] = []

function kobo(options: Parameters<typeof newKobo>[1] = {}) {
  const one = newKobo(fake, options)
  made.push(one)
  return one.kobo
}

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  for (const one of made.splice(0)) discard(one)
  await fake.close()
})

describe('an ordinary sync', () => {
  test('a new Kobo signs in, takes its books and covers and breaks no rule', async () => {
    fake.pages.push(
      { operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1), more: true },
      { operations: [newBook(fake, 'b2', 'Dracula')], token: tokenOf(2) },
    )
    const device = kobo()
    const report = await device.sync()
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({
      completed: true,
      pages: 2,
      operations: [
        { kind: 'NewEntitlement', id: 'b1' },
        { kind: 'NewEntitlement', id: 'b2' },
      ],
      downloaded: ['b1', 'b2'],
      covers: ['b1-cover', 'b2-cover'],
    })
    expect(report.requests).toBe(fake.seen.length)
    expect(device.contents()).toMatchObject([
      { id: 'b1', title: 'Alice', downloaded: true, size: fake.files.get('b1')?.length },
      { id: 'b2', title: 'Dracula', downloaded: true, removed: false },
    ])
    expect(readFileSync(device.fileOf('b1'))).toEqual(fake.files.get('b1'))
    expect(existsSync(device.coverOf('b2'))).toBe(true)
    expect(device.token()).toBe(tokenOf(2))
  })

  test('it asks in the order of a real device', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    await kobo().sync()
    expect(fake.seen.map((seen) => `${seen.method} ${seen.path}`)).toEqual([
      'POST /v1/auth/device',
      'GET /v1/affiliate',
      'GET /v1/initialization',
      'GET /oauth/.well-known/openid-configuration',
      'POST /oauth/token',
      'POST /v1/user/add-device',
      'GET /v1/user/profile',
      'GET /v1/user/loyalty/benefits',
      'GET /v1/products/books/subscriptions',
      'GET /v1/deals',
      'POST /v1/analytics/gettests',
      'GET /v1/library/sync',
      'GET /v1/library/b1/metadata',
      'GET /files/b1',
      'GET /api/v3/content/b1/annotations',
      'GET /images/b1-cover/355/530/false/image.jpg',
      'POST /api/v3/content/checkforchanges',
      'GET /api/UserStorage/Metadata',
      'GET /v1/user/wishlist',
      'GET /v1/user/recommendations',
      'GET /v1/products/b1/prices',
      'GET /v1/products/b1/recommendations',
      'GET /v1/products/b1/reviews',
      'GET /v1/products/featured/',
      'POST /v1/analytics/event',
      'GET /v1/products/b1/nextread',
    ])
  })

  test('it names itself as a device does, and says nothing of itself in a download', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    const headersOf = (path: string) => fake.seen.find((seen) => seen.path === path)?.headers ?? {}
    expect(headersOf('/v1/library/sync')).toMatchObject({
      'x-kobo-deviceid': device.deviceId,
      'x-kobo-platformid': '00000000-0000-0000-0000-000000000391',
      authorization: 'Bearer o',
      host: '127.0.0.1',
    })
    for (const path of ['/v1/auth/device', '/v1/affiliate', '/v1/initialization']) {
      expect(headersOf(path)).not.toHaveProperty('x-kobo-deviceid')
    }
    expect(Object.keys(headersOf('/files/b1')).filter((name) => /^x-kobo|auth/.test(name))).toEqual(
      [],
    )
  })

  test('a quiet second sync sends the stored token, downloads nothing and asks for no cover', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    fake.seen.length = 0
    const report = await device.sync()
    expect(report).toMatchObject({
      completed: true,
      pages: 1,
      operations: [],
      downloaded: [],
      covers: [],
    })
    const sync = fake.seen.find((seen) => seen.path === '/v1/library/sync')
    expect(sync?.headers['x-kobo-synctoken']).toBe(tokenOf(1))
    const list = fake.seen.find((seen) => seen.path.endsWith('checkforchanges'))
    expect(list?.body).toBe(JSON.stringify([{ ContentId: 'b1', etag: 'W/"0"' }]))
  })

  test('it downloads its number of books by itself and the rest on a tap', async () => {
    const books = ['b1', 'b2', 'b3'].map((id) => newBook(fake, id, `Title ${id}`))
    fake.pages.push({ operations: books, token: tokenOf(1) })
    const device = kobo({ switches: { downloadsPerSync: 1 } })
    expect((await device.sync()).downloaded).toEqual(['b1'])
    expect((await device.tap('b2')).downloaded).toEqual(['b2'])
    expect((await device.downloadAll()).downloaded).toEqual(['b3'])
  })

  test('the drive can be read like that of a real Kobo', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const one = newKobo(fake)
    made.push(one)
    const { kobo: device, home } = one
    await device.sync()
    const db = new Database(join(home, '.kobo/KoboReader.sqlite'), { readonly: true })
    expect(
      db
        .prepare('SELECT ContentID, IsDownloaded, ContentType, AnnotationsSyncToken FROM content')
        .all(),
    ).toEqual([
      { ContentID: 'b1', IsDownloaded: 'true', ContentType: '6', AnnotationsSyncToken: 'W/"0"' },
    ])
    expect(db.prepare('SELECT SyncContinuationToken AS token FROM user').get()).toEqual({
      token: tokenOf(1),
    })
    db.close()
    const conf = readFileSync(join(home, '.kobo/Kobo/Kobo eReader.conf'), 'utf8')
    expect(conf).toContain(`api_endpoint=${fake.url}`)
    expect(readFileSync(join(home, '.kobo/version'), 'utf8').split(',')[2]).toBe('4.45.23697')
  })
})

describe('what operations do', () => {
  test('a removal leaves a removed row, takes the file and keeps the cover', async () => {
    fake.pages.push(
      { operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) },
      { operations: [removal('b1'), removal('unknown')], token: tokenOf(2) },
    )
    const device = kobo()
    await device.sync()
    const report = await device.sync()
    expect(report.violations).toEqual([])
    expect(report.operations).toContainEqual({
      kind: 'ChangedEntitlement',
      id: 'b1',
      removed: true,
    })
    expect(report.dropped.map((each) => each.id)).toEqual(['unknown'])
    expect(device.contents()).toMatchObject([{ id: 'b1', removed: true, downloaded: false }])
    expect(existsSync(device.fileOf('b1'))).toBe(false)
    expect(existsSync(device.coverOf('b1'))).toBe(true)
  })

  test.each(['bare', 'container'] as const)('%s metadata renames a known book', async (shape) => {
    const book = newBook(fake, 'b1', 'Alice')
    const metadata = metadataOf(fake, 'b1', 'Alice again', fake.files.get('b1')?.length ?? 0)
    const entitlement = entitlementOf('b1', 'b1', false)
    const value =
      shape === 'bare' ? metadata : { BookEntitlement: entitlement, BookMetadata: metadata }
    fake.pages.push(
      { operations: [book], token: tokenOf(1) },
      { operations: [{ ChangedProductMetadata: value }], token: tokenOf(2) },
    )
    const device = kobo()
    await device.sync()
    expect((await device.sync()).violations).toEqual([])
    expect(device.contents()[0]?.title).toBe('Alice again')
  })

  test('a place reaches a downloaded book and is lost for one that is not downloaded', async () => {
    const at = '2026-03-01T10:00:00Z'
    fake.pages.push(
      {
        operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
        token: tokenOf(1),
      },
      {
        operations: ['b1', 'b2'].map((id) => ({
          ChangedReadingState: { ReadingState: stateOf(id, 40, at) },
        })),
        token: tokenOf(2),
      },
    )
    const device = kobo({ switches: { downloadsPerSync: 1 } })
    await device.sync()
    const report = await device.sync()
    expect(device.contents().map((book) => book.percentRead)).toEqual([40, 0])
    expect(report.dropped).toMatchObject([{ id: 'b2', why: 'the book is not downloaded' }])
  })

  test.each([
    ['harmless', []],
    ['flips-if-size-differs', []],
    ['always-flips', ['b1']],
  ] as const)('announcing a downloaded book again, %s', async (newOnHeld, flips) => {
    const book = newBook(fake, 'b1', 'Alice')
    fake.pages.push(
      { operations: [book], token: tokenOf(1) },
      { operations: [book], token: tokenOf(2) },
    )
    const device = kobo({ switches: { newOnHeld, downloadsPerSync: 0 } })
    await device.sync()
    await device.tap('b1')
    const report = await device.sync()
    expect(report.reannounced).toEqual(['b1'])
    expect(report.flips).toEqual(flips)
    expect(device.contents()[0]?.downloaded).toBe(flips.length === 0)
  })

  test('another size flips a downloaded book, another revision makes it download anew', async () => {
    const file = Buffer.from('PK\u0003\u0004 a longer file than before')
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    fake.pages.push({
      operations: [
        newBook(fake, 'b1', 'Alice', { file }),
        newBook(fake, 'b2', 'Dracula', { file, revision: 'r2' }),
      ],
      token: tokenOf(2),
    })
    const report = await device.sync()
    expect(report).toMatchObject({
      flips: ['b1'],
      redelivered: ['b2'],
      downloaded: ['b1', 'b2'],
      violations: [],
    })
    expect(readFileSync(device.fileOf('b2'))).toEqual(file)
  })
})

describe('doubts about the firmware', () => {
  test.each([
    [true, false],
    [false, true],
  ])('a removed book that is announced again, revived: %s', async (removedRowRevived, removed) => {
    const book = newBook(fake, 'b1', 'Alice')
    fake.pages.push(
      { operations: [book], token: tokenOf(1), more: true },
      { operations: [removal('b1')], token: tokenOf(2), more: true },
      { operations: [book], token: tokenOf(3) },
    )
    const device = kobo({ switches: { removedRowRevived } })
    await device.sync()
    expect(device.contents()).toMatchObject([{ id: 'b1', removed, downloaded: !removed }])
  })

  test.each([
    ['all', [['b1', 'b2']]],
    ['recent', [['b2']]],
    ['open-only', [['b2']]],
    ['nothing', []],
  ] as const)('the annotation list of a device that names %s', async (annotationList, lists) => {
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    await device.close('b2', { percent: 10 })
    device.switches.annotationList = annotationList
    fake.seen.length = 0
    await device.sync()
    const asked = fake.seen.filter((seen) => seen.path.endsWith('checkforchanges'))
    expect(asked.map((seen) => seen.body.match(/b\d/g))).toEqual(lists)
  })

  test.each([
    ['keeps-rows', 1],
    ['drops-rows', 0],
  ] as const)(
    'signing out %s, loses highlights and token, and signs in again',
    async (signOut, rows) => {
      fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
      const device = kobo({ switches: { signOut } })
      await device.sync()
      device.highlight('b1', 'mine')
      device.signOut()
      expect(device.contents()).toHaveLength(rows)
      expect(device.highlights('b1')).toEqual([])
      expect(device.token()).toBeNull()
      fake.seen.length = 0
      await device.sync()
      expect(fake.seen[0]?.path).toBe('/v1/auth/device')
    },
  )

  test('a server that does not answer in time interrupts the sync', async () => {
    fake.twists.set('/v1/library/sync', { silent: true })
    const report = await kobo({ switches: { patienceMs: 50 } }).sync()
    expect(report.interrupted).toEqual({
      at: 'GET /v1/library/sync',
      because: 'there was no answer within 50 ms',
    })
  })
})

describe('what the reader does', () => {
  test('closing a book writes its place and its highlights', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    fake.seen.length = 0
    await device.open('b1')
    device.highlight('b1', 'Down the rabbit hole')
    const report = await device.close('b1', { percent: 33 })
    expect(report.violations).toEqual([])
    expect(fake.seen.map((seen) => `${seen.method} ${seen.path}`)).toEqual([
      'GET /v1/library/b1/state',
      'POST /api/v3/content/checkforchanges',
      'PUT /v1/library/b1/state',
      'PATCH /api/v3/content/b1/annotations',
      'POST /api/v3/content/checkforchanges',
    ])
    expect(fake.seen[3]?.body).toContain('Down the rabbit hole')
    expect(device.contents()[0]).toMatchObject({
      percentRead: 33,
      readStatus: 'Reading',
      highlights: 1,
    })
  })

  test('offline writes and deletes wait for the next sync and come before the library', async () => {
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    fake.seen.length = 0
    await device.close('b1', { percent: 50 }, { offline: true })
    device.remove('b2')
    expect(fake.seen).toEqual([])
    const report = await device.sync()
    expect(report.violations).toEqual([])
    const order = fake.seen.map((seen) => `${seen.method} ${seen.path}`)
    expect(order.slice(order.indexOf('POST /v1/analytics/gettests') + 1).slice(0, 3)).toEqual([
      'PUT /v1/library/b1/state',
      'DELETE /v1/library/b2',
      'GET /v1/library/sync',
    ])
    expect(fake.seen.find((seen) => seen.method === 'DELETE')?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '0',
    })
    fake.seen.length = 0
    await device.sync()
    expect(fake.seen.filter((seen) => seen.method === 'DELETE' || seen.method === 'PUT')).toEqual(
      [],
    )
  })

  test('a download empties the highlights of its book and fills them from the server', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    device.highlight('b1', 'mine alone')
    fake.annotations.set('b1', [
      {
        id: '11111111-1111-4111-8111-111111111111',
        type: 'highlight',
        clientLastModifiedUtc: '2026-01-01T00:00:00Z',
        highlightedText: 'from the server',
        location: { span: { chapterFilename: 'OEBPS/chapter1.xhtml' } },
      },
    ])
    device.removeDownload('b1')
    expect((await device.tap('b1')).violations).toEqual([])
    expect(device.highlights('b1').map((each) => each.text)).toEqual(['from the server'])
    fake.twists.set('/annotations', { status: 503 })
    device.removeDownload('b1')
    await device.tap('b1')
    expect(device.highlights('b1')).toEqual([])
  })
})

describe('amnesia and time travel', () => {
  test('a factory reset leaves an empty device that signs in again without a token', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    const id = device.deviceId
    device.factoryReset()
    expect(device.contents()).toEqual([])
    expect(device.token()).toBeNull()
    fake.seen.length = 0
    const report = await device.sync()
    expect(report.downloaded).toEqual(['b1'])
    expect(report.covers).toEqual(['b1-cover'])
    expect(fake.seen[0]?.path).toBe('/v1/auth/device')
    expect(device.deviceId).toBe(id)
  })

  test('a restored device is as it was, with its token', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    const yesterday = device.snapshot()
    fake.pages.push({ operations: [removal('b1')], token: tokenOf(2) })
    await device.sync()
    device.restore(yesterday)
    expect(device.contents()).toMatchObject([{ id: 'b1', downloaded: true, removed: false }])
    expect(device.token()).toBe(tokenOf(1))
    expect(existsSync(device.fileOf('b1'))).toBe(true)
  })

  test('a store token is sent as it is', async () => {
    const device = kobo()
    device.takeStoreToken()
    await device.sync()
    const sync = fake.seen.find((seen) => seen.path === '/v1/library/sync')
    expect(sync?.headers['x-kobo-synctoken']).toContain('.')
  })

  test('the same seed makes the same device', () => {
    expect(kobo({ seed: 3 }).deviceId).toBe(kobo({ seed: 3 }).deviceId)
    expect(kobo({ seed: 3 }).deviceId).not.toBe(kobo({ seed: 4 }).deviceId)
  })
})
