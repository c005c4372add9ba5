import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import type { Book } from '../catalogue/book.ts'
import { importFile } from '../catalogue/import.ts'
import type { Device } from '../devices/device.ts'
import { insertDevice, revokeDevice } from '../devices/change-device.store.ts'
import { coverKey } from '../devices/media-key.ts'
import { pair } from '../devices/pairing.ts'
import { insertPerson } from '../people/person.store.ts'
import { Problem } from '../problem.ts'
import { writeNotes } from '../sync/facts.ts'
import { coverHandler } from './cover.ts'

let home: TempHome
let app: Hono
let device: Device
let book: Book
let key = ''

beforeEach(async () => {
  home = await tempHome()
  app = new Hono()
  app.get('/covers/:coverKey/:imageId/:width/:height/:grey/image.jpg', coverHandler(home))
  app.get('/covers/:coverKey/:imageId/:width/:height/:quality/:grey/image.jpg', coverHandler(home))
  app.onError((error, c) => c.text(error instanceof Problem ? error.code : String(error), 500))
  const path = join(home.config.dataDir, 'drop.epub')
  await writeFile(path, await makeEpub({ title: 'Emma', cover: 'jpeg' }))
  const drop = { path, name: 'drop.epub', uploader: null, source: 'a test' }
  book = (await importFile(home, { ...drop, dispose: 'keep' })).book
  device = await home.db.transact(async (tx) => {
    const jane = { id: 'jane', name: 'Jane', nameKey: 'jane', owner: true }
    await insertPerson(tx, { ...jane, createdAt: 0 })
    const wish = { person: 'jane', name: 'Libra', shelves: null, now: 0, random: home.random }
    return (await pair(tx, wish)).device
  })
  key = coverKey(home.key, device.pairing)
})

afterEach(() => home.close())

test('both templates give a JPEG that fits into the box', async () => {
  for (const [tail, channels] of [
    ['355/530/false/image.jpg', 3],
    ['300/400/80/false/image.jpg', 3],
    ['300/400/80/isGreyscale/image.jpg', 3],
    ['150/200/80/true/image.jpg', 1],
  ] as const) {
    const response = await app.request(`/covers/${key}/${book.id}-12345678/${tail}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    const jpeg = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe(String(jpeg.length))
    const [width, height] = tail.split('/').map(Number)
    const picture = await sharp(jpeg).metadata()
    expect([picture.format, picture.channels]).toEqual(['jpeg', channels])
    expect(picture.width).toBeLessThanOrEqual(width ?? 0)
    expect(picture.height).toBeLessThanOrEqual(height ?? 0)
  }
})

test('a cover that the reader has is not sent again', async () => {
  const path = `/covers/${key}/${book.id}/355/530/false/image.jpg`
  const head = await app.request(path, { method: 'HEAD' })
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
  expect((await head.arrayBuffer()).byteLength).toBe(0)
  const headers = { 'if-none-match': head.headers.get('etag') ?? '' }
  expect((await app.request(path, { headers })).status).toBe(304)
})

test('a book or a size that is unknown has no cover', async () => {
  for (const tail of [
    '00000000-0000-4000-8000-000000000000/355/530/false/image.jpg',
    `..%2f${book.id}/355/530/false/image.jpg`,
    `${book.id}/0/530/false/image.jpg`,
    `${book.id}/-1/530/false/image.jpg`,
    `${book.id}/99999999/530/false/image.jpg`,
  ])
    expect(await (await app.request(`/covers/${key}/${tail}`)).text()).toBe('not_found')
})

test('an address that is not ours, or of a revoked device, gives nothing', async () => {
  const tail = `${book.id}/355/530/false/image.jpg`
  const forged = coverKey(Buffer.alloc(32), device.pairing)
  expect(await (await app.request(`/covers/${forged}/${tail}`)).text()).toBe('unauthorized')
  await home.db.transact((tx) => revokeDevice(tx, device.id, 1))
  expect(await (await app.request(`/covers/${key}/${tail}`)).text()).toBe('unauthorized')
})

test('an address of a Kobo that was here before it was revoked gives nothing', async () => {
  const tail = `${book.id}/355/530/false/image.jpg`
  await home.db.transact(async (tx) => {
    await tx
      .updateTable('device')
      .set({ hardware_id: 'f'.repeat(64) })
      .execute()
    await revokeDevice(tx, device.id, 1)
  })
  expect(await (await app.request(`/covers/${key}/${tail}`)).text()).toBe('unauthorized')
})

describe('that a cover was asked for', () => {
  /** The covers that the ledger knows were asked for, and by which device. */
  async function asked(): Promise<{ device: string; book: string | null }[]> {
    await writeNotes(home)
    return await home.db.read
      .selectFrom('log')
      .select(['device', 'book'])
      .where('kind', '=', 'cover-asked')
      .execute()
  }

  test('is noted for the one Kobo of the pairing', async () => {
    const path = `/covers/${key}/${book.id}/60/90/false/image.jpg`
    await app.request(path, { method: 'HEAD' })
    expect(await asked()).toEqual([])
    await app.request(path)
    expect(await asked()).toEqual([{ device: device.id, book: book.id }])
  })

  test('counts for nobody when the pairing has siblings', async () => {
    await home.db.transact((tx) => insertDevice(tx, { ...device, id: 'sibling', hardwareId: 'b' }))
    const response = await app.request(`/covers/${key}/${book.id}/60/90/false/image.jpg`)
    expect(response.status).toBe(200)
    expect(await asked()).toEqual([])
  })
})
