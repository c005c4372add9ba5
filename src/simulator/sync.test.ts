import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newBook } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { newKobo } from './new-kobo.test-support.ts'
import { kobosOf } from './kobos-of.test-support.ts'

let fake: FakeServer
const { kobo, made, discardAll } = kobosOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
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
