import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { sharedWorkers } from '../../test/support/workers.ts'
import { artifactPath } from '../artifacts/artifact-path.ts'
import { openPreparation } from '../artifacts/prepare.ts'
import type { Book } from '../catalogue/book.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import { deleteBook } from '../catalogue/change-book.store.ts'
import { importFile } from '../catalogue/import.ts'
import type { Device } from '../devices/device.ts'
import { revokeDevice } from '../devices/change-device.store.ts'
import { deviceById } from '../devices/device.store.ts'
import { mediaKey } from '../devices/media-key.ts'
import { pair } from '../devices/pairing.ts'
import { insertPerson } from '../people/person.store.ts'
import { Problem } from '../problem.ts'
import { addToShelf, createShelf } from '../shelves/shelf.store.ts'
import { writeNotes } from '../sync/facts.ts'
import { downloadHandler } from './download.ts'

let home: TempHome
let app: Hono
let device: Device
let book: Book
/** What the device was announced. */
let kepub: Buffer
let url = ''

beforeEach(async () => {
  home = await tempHome()
  app = new Hono()
  app.get('/files/:mediaKey/:book/:artifact', downloadHandler(home))
  app.onError((error, c) => c.text(error instanceof Problem ? error.code : String(error), 500))
  // Stored pictures are not compressed: a file too large for the buffers of a connection.
  const epub = await makeEpub({
    title: 'Emma',
    files: { 'OEBPS/map.png': Buffer.alloc(20_000_000, 7) },
  })
  book = await addBook(epub)
  device = await home.db.transact(async (tx) => {
    const jane = { id: 'jane', name: 'Jane', nameKey: 'jane', owner: true }
    await insertPerson(tx, { ...jane, createdAt: 0 })
    await createShelf(tx, { id: 'novels', person: 'jane', name: 'Novels', now: 0 })
    await addToShelf(tx, 'novels', [book.id], 0, 'person')
    const wish = { person: 'jane', name: 'Libra', shelves: null, now: 0, random: home.random }
    return (await pair(tx, wish)).device
  })
  const preparation = openPreparation(home, sharedWorkers())
  await preparation.quiet()
  await preparation.close()
  kepub = await readFile(artifactPath(home.config.artifacts, await artifact()))
  url = `/files/${mediaKey(home.key, device.id, 1)}/${book.id}/${await artifact()}`
})

afterEach(() => home.close())

async function addBook(bytes: Buffer): Promise<Book> {
  const path = join(home.config.dataDir, 'drop.epub')
  await writeFile(path, bytes)
  const source = { path, name: 'drop.epub', uploader: null, source: 'a test' }
  return (await importFile(home, { ...source, dispose: 'keep' })).book
}

async function artifact(): Promise<string> {
  return (await bookById(home.db.read, book.id))?.artifact ?? ''
}

/** The downloads that the ledger knows of. */
async function recorded(): Promise<string[]> {
  const rows = await home.db.read
    .selectFrom('log')
    .select('kind')
    .where('device', '=', device.id)
    .where('book', '=', book.id)
    .where('kind', 'like', 'download%')
    .orderBy('seq')
    .execute()
  return rows.map((row) => row.kind)
}

/** What was recorded, once everything that was under way or noted is in the database. */
async function recordedAfterwards(): Promise<string[]> {
  await writeNotes(home)
  await home.db.transact(async (tx) => {
    await tx.selectFrom('setting').selectAll().execute()
  })
  return await recorded()
}

test('a download is recorded before its first byte and after its last', async () => {
  const response = await app.request(url)
  expect(response.status).toBe(200)
  expect(await recorded()).toEqual(['download-begun'])
  expect(Buffer.from(await response.arrayBuffer()).equals(kepub)).toBe(true)
  await expect.poll(recorded).toEqual(['download-begun', 'download-completed'])
})

test('the file has its length, its type and the name of the book', async () => {
  const { headers } = await app.request(url)
  expect(headers.get('content-length')).toBe(String(kepub.length))
  expect(headers.get('content-type')).toBe('application/epub+zip')
  expect(headers.get('content-disposition')).toContain('filename="Emma.kepub.epub"')
})

test('a download that breaks off was begun, and cut', async () => {
  const response = await app.request(url)
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await expect.poll(recordedAfterwards).toEqual(['download-begun', 'download-cut'])
})

test('the rest of an interrupted download completes it and begins none', async () => {
  const response = await app.request(url, { headers: { range: 'bytes=1000-' } })
  expect(response.status).toBe(206)
  expect(Buffer.from(await response.arrayBuffer()).equals(kepub.subarray(1000))).toBe(true)
  await expect.poll(recorded).toEqual(['download-completed'])
})

test('a download by parts begins with its first part and is complete with its last', async () => {
  const half = Math.floor(kepub.length / 2)
  for (const range of [`bytes=0-${half - 1}`, `bytes=${half}-${kepub.length - 1}`])
    await (await app.request(url, { headers: { range } })).arrayBuffer()
  await expect.poll(recorded).toEqual(['download-begun', 'download-completed'])
})

test('looking at a file is no download', async () => {
  const looks = [
    await app.request(url, { method: 'HEAD' }),
    await app.request(url, { headers: { 'if-none-match': `"${await artifact()}"` } }),
    await app.request(url, { headers: { range: `bytes=${kepub.length}-` } }),
    await app.request(url, { headers: { range: 'bytes=-22' } }),
  ]
  for (const look of looks) await look.arrayBuffer()
  expect(looks.map((look) => look.status)).toEqual([200, 304, 416, 206])
  expect(looks[0]?.headers.get('content-length')).toBe(String(kepub.length))
  expect(await recordedAfterwards()).toEqual([])
})

test('a deleted book can still be fetched by a device that was offered it', async () => {
  await home.db.transact((tx) => deleteBook(tx, book.id, 1))
  expect((await app.request(url)).status).toBe(200)
})

describe('nothing is given and nothing recorded', () => {
  test('for a key that this server did not make', async () => {
    const forged = mediaKey(Buffer.alloc(32), device.id, 1)
    const response = await app.request(`/files/${forged}/${book.id}/${await artifact()}`)
    expect(await response.text()).toBe('unauthorized')
    expect(await recordedAfterwards()).toEqual([])
  })

  test('for a device that was revoked', async () => {
    await home.db.transact((tx) => revokeDevice(tx, device.id, 1))
    expect((await deviceById(home.db.read, device.id))?.revokedAt).toBe(1)
    expect(await (await app.request(url)).text()).toBe('unauthorized')
    expect(await recordedAfterwards()).toEqual([])
  })

  test('for an artifact that is unknown or of another book', async () => {
    const key = mediaKey(home.key, device.id, 1)
    const other = await addBook(await makeEpub({ title: 'Persuasion' }))
    for (const path of [
      `${book.id}/${'0'.repeat(64)}`,
      `${book.id}/..%2f..%2fholdfast.db`,
      `${other.id}/${await artifact()}`,
    ])
      expect(await (await app.request(`/files/${key}/${path}`)).text()).toBe('not_found')
    expect(await recordedAfterwards()).toEqual([])
  })

  test('when the file is not there', async () => {
    const path = artifactPath(home.config.artifacts, await artifact())
    await writeFile(path, 'cut')
    expect(await (await app.request(url)).text()).toBe('unavailable')
    await rm(path)
    expect(await (await app.request(url)).text()).toBe('unavailable')
    expect(await recordedAfterwards()).toEqual([])
  })
})

describe('over a real connection', () => {
  let server: Server
  let port = 0

  beforeEach(async () => {
    const listen = getRequestListener(app.fetch)
    server = createServer((incoming, outgoing) => void listen(incoming, outgoing))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    port = typeof address === 'object' && address ? address.port : 0
  })

  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('a whole download is completed', async () => {
    const response = await fetch(`http://127.0.0.1:${port}${url}`)
    expect(Buffer.from(await response.arrayBuffer()).equals(kepub)).toBe(true)
    await expect.poll(recorded).toEqual(['download-begun', 'download-completed'])
  })

  test('a device that loses its network in the middle has begun, and was cut', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${url} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await once(socket, 'data')
    expect(await recorded()).toEqual(['download-begun'])
    socket.destroy()
    await expect.poll(recordedAfterwards).toEqual(['download-begun', 'download-cut'])
  })
})
