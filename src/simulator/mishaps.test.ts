import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newBook } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { discard, newKobo } from './new-kobo.test-support.ts'
import { lightSwitches, type Switches } from './switches.ts'

let fake: FakeServer
const made: ReturnType<typeof newKobo>[] = []

beforeEach(async () => {
  fake = await startFakeServer()
  const books = ['b1', 'b2', 'b3'].map((id) => newBook(fake, id, `Title ${id}`))
  fake.pages.push({ operations: books, token: tokenOf(1) })
})

afterEach(async () => {
  for (const one of made.splice(0)) discard(one)
  await fake.close()
})

async function synced(switches: Partial<Switches> = {}, inMemory = false) {
  const one = newKobo(fake, { switches, inMemory })
  made.push(one)
  await one.kobo.sync()
  fake.seen.length = 0
  return one.kobo
}

const ids = (kobo: Awaited<ReturnType<typeof synced>>) => kobo.state().books.map(({ id }) => id)
const paths = () => fake.seen.map(({ path }) => path)

describe('a factory reset', () => {
  test('takes books, covers, configuration and sign-in; the hardware keeps its id', async () => {
    const kobo = await synced()
    const id = kobo.deviceId
    kobo.factoryReset({ setUp: false })
    expect(kobo.state()).toMatchObject({ books: [], token: null, signedIn: false })
    expect([kobo.state().files.size, kobo.state().covers.size]).toEqual([0, 0])
    expect([kobo.address(), kobo.deviceId]).toEqual(['', id])
  })

  test('leaves a device that syncs nowhere until somebody writes an address into it', async () => {
    const kobo = await synced()
    kobo.factoryReset({ setUp: false })
    expect((await kobo.sync()).interrupted).toEqual({
      at: 'configuration',
      because: 'it names no server',
    })
    expect(paths()).toEqual([])
    kobo.pointAt(fake.url)
    kobo.switches.initializes = 'when-missing'
    await kobo.sync()
    expect(paths().slice(0, 3)).toEqual(['/v1/auth/device', '/v1/affiliate', '/v1/initialization'])
    expect(kobo.state().books).toHaveLength(3)
  })
})

describe('signing out', () => {
  test.each([
    ['keeps-rows', 3, 3],
    ['drops-rows', 0, 0],
  ] as const)('%s, and always loses what the device lists', async (signOut, rows, files) => {
    const kobo = await synced({ signOut })
    kobo.signOut()
    expect(kobo.state().books.map(({ etag }) => etag)).toEqual(Array(rows).fill(null))
    expect(kobo.state().files.size).toBe(files)
    expect(kobo.state().covers.size).toBe(3)
  })

  test('and signing in again is an activation, without a sync', async () => {
    const kobo = await synced()
    kobo.signOut()
    expect((await kobo.signIn()).completed).toBe(true)
    expect(paths()[0]).toBe('/v1/auth/device')
    expect(paths()).not.toContain('/v1/library/sync')
    expect(kobo.state().signedIn).toBe(true)
  })
})

describe('another Kobo', () => {
  test('comes with an id of its own and an empty drive, at the same address', async () => {
    const kobo = await synced()
    const id = kobo.deviceId
    kobo.swap()
    expect(kobo.deviceId).toMatch(/^[0-9a-f]{64}$/)
    expect(kobo.deviceId).not.toBe(id)
    expect(kobo.state()).toMatchObject({ books: [], token: null, signedIn: false })
    await kobo.sync()
    const sync = fake.seen.find(({ path }) => path === '/v1/library/sync')
    expect(sync?.headers['x-kobo-deviceid']).toBe(kobo.deviceId)
  })

  test('may bring a copy of the drive, token included, to another address', async () => {
    const kobo = await synced()
    const syncUrl = `${fake.origin}/kobo/other`
    kobo.swap({ syncUrl, drive: 'copied' })
    expect(kobo.address()).toBe(syncUrl)
    expect(kobo.state()).toMatchObject({ token: tokenOf(1), signedIn: false })
    expect(ids(kobo)).toEqual(['b1', 'b2', 'b3'])
  })
})

describe('rows', () => {
  test('vanish without a trace, so many or these, chosen by the seed', async () => {
    const [one, other] = [await synced(), await synced()]
    expect(one.loseRows(2)).toEqual(other.loseRows(2))
    expect(ids(one)).toHaveLength(1)
    expect(one.state().files.size).toBe(3)
    const left = ids(one)
    expect(one.loseRows([...left, 'unknown'])).toEqual(left)
    expect(one.state()).toMatchObject({ token: tokenOf(1), unsent: { deletes: [] } })
  })

  test('all go with a wipe, and the token stays', async () => {
    const kobo = await synced()
    kobo.wipeLibrary()
    expect(kobo.state()).toMatchObject({ books: [], token: tokenOf(1), signedIn: true })
    expect([kobo.state().files.size, kobo.state().covers.size]).toEqual([0, 3])
  })

  test('do not know of a file that is deleted over USB', async () => {
    const kobo = await synced()
    kobo.deleteFile('b2')
    expect(kobo.state().books[1]).toMatchObject({ downloaded: true, file: undefined })
  })
})

test.each([
  ['keeps-token', tokenOf(1)],
  ['drops-token', null],
] as const)('a firmware update %s', async (firmwareUpdate, token) => {
  const kobo = await synced({ firmwareUpdate, model: 'Kobo Sage' })
  kobo.updateFirmware('4.46')
  expect(kobo.token()).toBe(token)
  await kobo.sync()
  const sync = fake.seen.find(({ path }) => path === '/v1/library/sync')
  expect(sync?.headers).toMatchObject({
    'x-kobo-appversion': '4.46.23836',
    'x-kobo-devicemodel': 'Kobo Sage',
  })
})

describe("yesterday's drive", () => {
  test.each([false, true])('comes back whole (database in memory: %s)', async (inMemory) => {
    const kobo = await synced({}, inMemory)
    await kobo.close('b1', { percent: 40 })
    const [id, then] = [kobo.deviceId, kobo.state()]
    const yesterday = kobo.snapshot()
    kobo.remove('b1')
    kobo.takeStoreToken()
    kobo.pointAt(`${fake.origin}/kobo/other`)
    kobo.restore(yesterday)
    expect(kobo.state()).toEqual(then)
    expect([kobo.address(), kobo.deviceId]).toEqual([fake.url, id])
    expect((await kobo.sync()).violations).toEqual([])
  })

  test('does not bring an old identity to another Kobo', async () => {
    const kobo = await synced({}, true)
    const yesterday = kobo.snapshot()
    kobo.swap()
    const id = kobo.deviceId
    kobo.restore(yesterday)
    const db = new Database(kobo.database())
    const written = db.prepare("SELECT value FROM sim_state WHERE name = 'device_id'").get()
    db.close()
    expect([kobo.deviceId, written]).toEqual([id, { value: id }])
    expect(ids(kobo)).toHaveLength(3)
  })
})

test('a Kobo with its database in memory is a Kobo all the same, and gives its database away', async () => {
  const kobo = await synced({}, true)
  const drive = made.at(-1)?.home ?? ''
  expect(readdirSync(join(drive, '.kobo', 'kepub')).sort()).toEqual(['b1', 'b2', 'b3'])
  expect(existsSync(join(drive, '.kobo', 'KoboReader.sqlite'))).toBe(false)
  expect(kobo.database().subarray(0, 15).toString()).toBe('SQLite format 3')
})

test('a clock that is wrong dates what the reader does', async () => {
  const kobo = await synced({ clockAheadMs: -365 * 86_400_000 })
  await kobo.close('b1', { percent: 40 })
  const state: unknown = JSON.parse(fake.seen.find(({ method }) => method === 'PUT')?.body ?? '')
  expect(state).toMatchObject({
    ReadingStates: [{ LastModified: expect.stringMatching(/^2025-02-01T/) }],
  })
})

test('a light device makes the calls of a ledger, and no others', async () => {
  const kobo = await synced(lightSwitches)
  expect(kobo.state().covers.size).toBe(0)
  await kobo.sync()
  expect(paths()).toEqual([
    '/v1/user/profile',
    '/v1/analytics/gettests',
    '/v1/library/sync',
    '/api/v3/content/checkforchanges',
  ])
})
