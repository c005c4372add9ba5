import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, ServerResponse, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serveFile, type Delivery, type ServedFile } from './serve.ts'

const bytes = randomBytes(1_000_000)
let folder = ''
let file: ServedFile

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-serve-'))
  const path = join(folder, 'artifact')
  await writeFile(path, bytes)
  const name = { title: 'Emma', extension: '.epub' }
  file = { path, size: bytes.length, hash: 'abc', type: 'application/epub+zip', name }
})

afterEach(() => rm(folder, { recursive: true }))

function get(headers: Record<string, string> = {}, delivery?: Delivery, method = 'GET'): Response {
  return serveFile({ method, headers: new Headers(headers) }, file, delivery)
}

/** A delivery that remembers what it was told, and a promise of the first word. */
function listener() {
  const told: string[] = []
  const { promise, resolve } = Promise.withResolvers<string>()
  const tell = (word: string) => () => {
    told.push(word)
    resolve(word)
  }
  return {
    told,
    first: promise,
    completed: tell('completed'),
    aborted: (cut: boolean) => tell(cut ? 'cut' : 'part')(),
  }
}

async function bodyOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

/** How often this process holds the file open. */
async function handles(): Promise<number> {
  const open = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return open.filter((path) => path === file.path).length
}

describe('a download', () => {
  test('carries the whole file with its exact length and name', async () => {
    const hears = listener()
    const response = get({}, hears)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=31536000, immutable',
      'content-disposition': `attachment; filename="Emma.epub"; filename*=UTF-8''Emma.epub`,
      'content-length': '1000000',
      'content-type': 'application/epub+zip',
      etag: '"abc"',
    })
    expect(hears.told).toEqual([])
    expect((await bodyOf(response)).equals(bytes)).toBe(true)
    expect(hears.told).toEqual(['completed'])
    expect(await handles()).toBe(0)
  })

  test('of an empty file is complete at once', async () => {
    await truncate(file.path)
    file = { ...file, size: 0 }
    const hears = listener()
    expect((await bodyOf(get({}, hears))).length).toBe(0)
    expect(hears.told).toEqual(['completed'])
  })

  test('that is never read opens nothing', async () => {
    get()
    expect(await handles()).toBe(0)
  })

  test('reads no further than its reader', async () => {
    const reader = get().body?.getReader()
    const first = await reader?.read()
    expect(first?.value?.length).toBeLessThan(bytes.length / 4)
    expect(await handles()).toBe(1)
    await reader?.cancel()
    expect(await handles()).toBe(0)
  })

  test('that is broken off is told of, once, whenever that happens', async () => {
    for (const reads of [0, 1, 3]) {
      const hears = listener()
      const reader = get({}, hears).body?.getReader()
      for (let read = 0; read < reads; read += 1) await reader?.read()
      const pending = reader?.read()
      await reader?.cancel()
      await pending
      expect(hears.told).toEqual(['cut'])
      await expect.poll(handles).toBe(0)
    }
  })

  test('of a file that lost bytes breaks off', async () => {
    await truncate(file.path, 500_000)
    const hears = listener()
    await expect(bodyOf(get({}, hears))).rejects.toThrow('shorter')
    expect(hears.told).toEqual(['cut'])
    expect(await handles()).toBe(0)
  })

  test('of a file that is gone breaks off', async () => {
    const hears = listener()
    const response = get({}, hears)
    await rm(file.path)
    await expect(bodyOf(response)).rejects.toThrow('ENOENT')
    expect(hears.told).toEqual(['cut'])
  })
})

describe('a part of a file', () => {
  test('comes with its place and its length', async () => {
    const response = get({ range: 'bytes=200000-399999' })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe('bytes 200000-399999/1000000')
    expect(response.headers.get('content-length')).toBe('200000')
    expect((await bodyOf(response)).equals(bytes.subarray(200_000, 400_000))).toBe(true)
  })

  test('completes the download when it is the rest of it', async () => {
    const hears = listener()
    expect((await bodyOf(get({ range: 'bytes=999990-' }, hears))).length).toBe(10)
    expect(hears.told).toEqual(['completed'])
  })

  test('does not complete the download when it ends before, or only looks at the end', async () => {
    for (const range of ['bytes=0-999998', 'bytes=-22']) {
      const hears = listener()
      await bodyOf(get({ range }, hears))
      expect(hears.told).toEqual(['part'])
    }
  })

  test('that does not exist is refused with the size', async () => {
    const response = get({ range: 'bytes=1000000-' })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */1000000')
    expect(response.headers.get('content-length')).toBe('0')
  })

  test('is not given when several are asked for', async () => {
    expect((await bodyOf(get({ range: 'bytes=0-1,5-6' }))).length).toBe(bytes.length)
  })

  test('is given only of the very file the reader has begun', () => {
    const range = 'bytes=500-'
    expect(get({ range, 'if-range': '"abc"' }).status).toBe(206)
    for (const other of ['"xyz"', 'W/"abc"', 'Tue, 01 Sep 2026 12:00:00 GMT'])
      expect(get({ range, 'if-range': other }).status).toBe(200)
  })
})

test('a reader that has the file already is told so', () => {
  for (const tag of ['"abc"', 'W/"abc"', '"x", "abc"', '*']) {
    const response = get({ 'if-none-match': tag, range: 'bytes=0-' })
    expect(response.status).toBe(304)
    expect(response.body).toBe(null)
  }
  expect(get({ 'if-none-match': '"x"' }).status).toBe(200)
})

test('HEAD tells the length and sends nothing', async () => {
  const hears = listener()
  const response = get({ range: 'bytes=5-9' }, hears, 'HEAD')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-length')).toBe('1000000')
  expect(response.body).toBe(null)
  expect(hears.told).toEqual([])
})

describe('through a real server', () => {
  let server: Server
  let port = 0
  let hears = listener()

  beforeEach(async () => {
    hears = listener()
    const listen = getRequestListener((request, { outgoing }) =>
      serveFile(request, file, {
        ...hears,
        outgoing: outgoing instanceof ServerResponse ? outgoing : undefined,
      }),
    )
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

  test('the whole file arrives and is complete', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.headers.get('content-length')).toBe('1000000')
    expect(response.headers.get('transfer-encoding')).toBe(null)
    expect((await bodyOf(response)).equals(bytes)).toBe(true)
    expect(await hears.first).toBe('completed')
  })

  test('HEAD and a part that does not exist leave the connection usable', async () => {
    const head = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('1000000')
    expect((await bodyOf(head)).length).toBe(0)
    const none = await fetch(`http://127.0.0.1:${port}/`, { headers: { range: 'bytes=1000000-' } })
    expect([none.status, await none.text()]).toEqual([416, ''])
  })

  test('a reader that hangs up in the middle aborts the delivery and frees the file', async () => {
    await truncate(file.path, 50_000_000)
    file = { ...file, size: 50_000_000 }
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    expect(await hears.first).toBe('cut')
    await expect.poll(handles).toBe(0)
    expect(hears.told).toEqual(['cut'])
  })

  test('a reader that stops reading holds back the server', async () => {
    await truncate(file.path, 100_000_000)
    file = { ...file, size: 100_000_000 }
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    await once(socket, 'readable')
    socket.pause()
    expect(await handles()).toBe(1)
    expect(hears.told).toEqual([])
    let length = 0
    for await (const chunk of socket as AsyncIterable<Buffer>) length += chunk.length
    expect(length).toBeGreaterThan(100_000_000)
    expect(await hears.first).toBe('completed')
  })
})
