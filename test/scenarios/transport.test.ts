import { randomBytes } from 'node:crypto'
import { readdir, readlink } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf } from '../../src/people/rules.ts'
import { openHouse, type BookTold, type House, type HouseOptions } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openRaw } from '../support/raw-http.ts'

/** How long the server waits for others: as usual, but where a test is about that, and for no connection that is still to be used. */
const times: NonNullable<HouseOptions['times']> = { keepAlive: 60_000 }

let house: House
let kobo: HouseKobo
let book: BookTold
/** Path of the sync URL, of the file and of the cover of the book, as the Kobo has them. */
let secret: string
let file: string
let cover: string

beforeAll(async () => {
  house = await openHouse({ times })
  // Larger than what the two ends of a connection keep by themselves.
  const files = { 'OEBPS/noise.bin': randomBytes(16_000_000) }
  book = await house.addBook(
    await makeEpub({ title: `Длинное название ${'長い'.repeat(200)}`, cover: 'jpeg', files }),
  )
  await house.shelf('All', [book.id])
  kobo = await koboAt(house)
  await kobo.sync()
  secret = new URL(kobo.syncUrl).pathname
  const told: unknown = await (
    await fetch(`${kobo.syncUrl}/v1/library/${book.id}/metadata`, {
      headers: { 'x-kobo-deviceid': kobo.deviceId },
    })
  ).json()
  file = new URL(/"Url":"([^"]+)"/.exec(JSON.stringify(told))?.[1] ?? '').pathname
  const imageId = /"CoverImageId":"([^"]+)"/.exec(JSON.stringify(told))?.[1] ?? ''
  const map = await (await fetch(`${kobo.syncUrl}/v1/initialization`)).text()
  const template = /"image_url_template":"([^"]+)"/.exec(map)?.[1] ?? ''
  cover = new URL(
    template.replace('{ImageId}', imageId).replace('{Width}', '355').replace('{Height}', '530'),
  ).pathname
})

afterAll(async () => {
  closeKobos()
  await house.close()
})

function ask(method: string, path: string, lines: string[] = [], version = '1.1'): string {
  return [`${method} ${path} HTTP/${version}`, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n')
}

describe('a connection', () => {
  test('of HTTP/1.0 that asks to be kept is kept', async () => {
    const raw = await openRaw(house.url)
    for (const path of [`${secret}/v1/initialization`, cover, `${secret}/v1/user/profile`]) {
      raw.send(ask('GET', path, ['Connection: keep-alive'], '1.0'))
      const answer = await raw.answer()
      expect([path, answer.status, answer.headers.get('connection')]).toEqual([
        path,
        200,
        'keep-alive',
      ])
      expect(answer.headers.has('transfer-encoding')).toBe(false)
    }
    raw.destroy()
  })

  test('that breaks off within a request is no error of this server', async () => {
    const state = `${secret}/v1/library/00000000-0000-0000-0000-000000000000/state`
    for (const [method, path] of [
      ['PUT', state],
      ['POST', '/api/v1/shelves'],
    ] as const) {
      const before = house.log.length
      const raw = await openRaw(house.url)
      const about = ['Content-Type: application/json', 'Content-Length: 1000']
      const who = `Authorization: Bearer ${house.owner.token}`
      raw.send(ask(method, path, [...about, who, 'Expect: 100-continue']))
      await raw.begins()
      raw.send('{"Read')
      raw.destroy()
      const said = () => house.log.slice(before).join('')
      await expect.poll(said).toContain('"msg"')
      expect(said()).not.toContain('"level":50')
    }
  })

  test.each([
    ['1.0', []],
    ['1.1', ['Connection: close']],
  ])('of HTTP/%s with %j is closed after its answer', async (version, lines) => {
    const raw = await openRaw(house.url)
    raw.send(ask('GET', `${secret}/v1/initialization`, lines, version))
    const answer = await raw.answer()
    expect(answer.status).toBe(200)
    expect(answer.body.length).toBe(Number(answer.headers.get('content-length')))
    expect(await raw.closed()).toBe('')
  })

  test('carries requests that do not wait for answers, and answers them in order', async () => {
    const raw = await openRaw(house.url)
    const tests = '{"TestKey":"mine"}'
    raw.send(
      ask('GET', `${secret}/v1/deals`) +
        ask('POST', `${secret}/v1/analytics/gettests`, [
          'Content-Type: application/json',
          `Content-Length: ${tests.length}`,
        ]) +
        tests +
        ask('HEAD', file) +
        ask('GET', `${secret}/v1/affiliate`),
    )
    expect((await raw.answer()).body.toString()).toContain('Deals')
    expect((await raw.answer()).body.toString()).toContain('"TestKey":"mine"')
    expect((await raw.answer('HEAD')).headers.get('content-type')).toBe('application/epub+zip')
    expect((await raw.answer()).body.toString()).toContain('AffiliateName')
    raw.destroy()
  })

  test('hears that it may go on before it sends a body', async () => {
    const raw = await openRaw(house.url)
    raw.send(
      ask('POST', `${secret}/v1/analytics/event`, [
        'Expect: 100-continue',
        'Content-Type: application/json',
        'Content-Length: 2',
      ]),
    )
    expect((await raw.answer()).status).toBe(100)
    raw.send('{}')
    expect((await raw.answer()).status).toBe(200)
    raw.destroy()
  })

  test('may take its time with a long body', async () => {
    const raw = await openRaw(house.url)
    raw.send(
      ask('POST', `${secret}/v1/analytics/event`, [
        'Connection: close',
        'Content-Type: application/json',
        'Content-Length: 300000',
      ]),
    )
    for (let n = 0; n < 6; n += 1) {
      raw.send('x'.repeat(50_000))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await raw.answer()).body.toString()).toBe('{}')
  })

  test('with a DELETE of JSON type and without a body is answered', async () => {
    const raw = await openRaw(house.url)
    raw.send(
      ask('DELETE', `${secret}/v1/library/00000000-0000-4000-8000-00000000dead`, [
        'Content-Type: application/json',
        'Content-Length: 0',
      ]),
    )
    expect((await raw.answer('DELETE')).status).toBeLessThan(300)
    raw.destroy()
  })

  test('with a head that is larger than any is refused', async () => {
    const raw = await openRaw(house.url)
    raw.send(ask('GET', '/healthz', [`X-Large: ${'x'.repeat(80_000)}`]))
    expect((await raw.answer()).status).toBe(431)
  })

  test('with a token as long as those of the store is answered', async () => {
    const raw = await openRaw(house.url)
    raw.send(
      ask('GET', `${secret}/v1/library/sync`, [
        `x-kobo-deviceid: ${kobo.deviceId}`,
        `x-kobo-synctoken: ${'A'.repeat(24_000)}.${'B'.repeat(24_000)}`,
      ]),
    )
    expect((await raw.answer()).status).toBe(200)
    raw.destroy()
  })
})

describe('HEAD', () => {
  test('is answered like GET, without a body, wherever a Kobo asks', async () => {
    const paths = routesOf(house.server.app)
      .filter(({ method, path }) => method === 'GET' && /^\/(?:kobo|api\/v3|api\/User)/.test(path))
      .map(({ path }) =>
        path
          .replace('/kobo/:secret', secret)
          .replace(/:id\b(?:\{\.\+\})?/, book.id)
          .replace(/:\w+/g, 'x')
          .replace('/*', '/x'),
      )
      .filter((path) => !/sync$|covers|files/.test(path))
    expect(paths.length).toBeGreaterThan(20)
    for (const path of [...paths, file, cover]) {
      const headers = { 'x-kobo-deviceid': kobo.deviceId }
      const get = await fetch(`${house.url}${path}`, { headers, redirect: 'manual' })
      const head = await fetch(`${house.url}${path}`, {
        method: 'HEAD',
        headers,
        redirect: 'manual',
      })
      const length = (await get.arrayBuffer()).byteLength
      const told = ['content-length', 'content-type'].map((name) => head.headers.get(name))
      expect([path, head.status, ...told]).toEqual([
        path,
        get.status,
        String(length),
        get.headers.get('content-type'),
      ])
      expect((await head.arrayBuffer()).byteLength).toBe(0)
    }
  })
})

describe('covers and files', () => {
  test('know what a reader already has', async () => {
    for (const path of [file, cover]) {
      const first = await fetch(house.url + path)
      await first.arrayBuffer()
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[^"]+"$/)
      const again = await fetch(house.url + path, { headers: { 'if-none-match': etag } })
      expect([again.status, again.headers.get('etag')]).toEqual([304, etag])
      expect((await again.arrayBuffer()).byteLength).toBe(0)
      const other = await fetch(house.url + path, { headers: { 'if-none-match': '"other"' } })
      expect(other.status).toBe(200)
      await other.arrayBuffer()
    }
  })

  test('come in parts that together are the whole', async () => {
    for (const path of [file, cover]) {
      const whole = Buffer.from(await (await fetch(house.url + path)).arrayBuffer())
      const middle = Math.floor(whole.length / 2)
      const parts = await Promise.all(
        [`bytes=0-${middle - 1}`, `bytes=${middle}-`].map(async (range) => {
          const part = await fetch(house.url + path, { headers: { range } })
          expect([part.status, part.headers.get('content-range')]).toEqual([
            206,
            expect.stringMatching(`/${whole.length}$`),
          ])
          return Buffer.from(await part.arrayBuffer())
        }),
      )
      expect(Buffer.concat(parts).equals(whole)).toBe(true)
    }
  })

  test('have headers that every proxy takes, whatever the title', async () => {
    const raw = await openRaw(house.url)
    for (const path of [file, cover, `${secret}/v1/initialization`]) {
      raw.send(ask('HEAD', path))
      expect((await raw.answer('HEAD')).headerBytes).toBeLessThan(2048)
    }
    const state = encodeURIComponent('状態'.repeat(400))
    raw.send(ask('GET', `${secret}/oauth/auth?response_type=code&state=${state}`))
    const sent = await raw.answer()
    expect(sent.status).toBe(302)
    expect(sent.headerBytes).toBeLessThan(2048)
    raw.destroy()
  })

  test('are let go of when the reader hangs up, at whatever byte', async () => {
    for (let n = 0; n < 30; n += 1) {
      const raw = await openRaw(house.url)
      raw.send(ask('GET', file))
      if (n % 3 > 0) await raw.begins()
      if (n % 3 > 1) raw.pause()
      raw.destroy()
    }
    await expect.poll(() => openArtifacts(house.dataDir), { timeout: 10_000 }).toEqual([])
    const facts = await factsAbout(house, book.id)
    expect(facts.filter((kind) => kind === 'download-begun').length).toBeGreaterThan(20)
    expect(facts.filter((kind) => kind === 'download-completed').length).toBeLessThan(10)
  })
})

describe('a server that waits for nobody for long', () => {
  beforeAll(async () => {
    Object.assign(times, { head: 400, request: 800, stall: 600 })
    await house.restart()
  })
  afterAll(async () => {
    for (const name of ['head', 'request', 'stall'] as const) delete times[name]
    await house.restart()
  })

  test.each([
    ['a head', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'a body',
      'POST /kobo/s/v1/analytics/event HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('closes a connection that sends %s and never its end', async (_, beginning) => {
    const raw = await openRaw(house.url)
    raw.send(beginning)
    const dripping = setInterval(() => raw.send('x'), 50)
    await raw.closed()
    clearInterval(dripping)
    // A busy machine may be as slow as those who are not waited for.
    const health = async () => (await fetch(`${house.url}/healthz`)).status
    await expect.poll(health).toBe(200)
  })

  test('lets go of files of which the reader takes nothing more', async () => {
    const before = await factsAbout(house, book.id)
    const readers = await Promise.all(Array.from({ length: 5 }, () => openRaw(house.url)))
    await Promise.all(
      readers.map(async (reader) => {
        reader.send(ask('GET', file))
        await reader.begins()
        reader.pause()
      }),
    )
    await expect.poll(() => openArtifacts(house.dataDir), { timeout: 10_000 }).toEqual([])
    const more = (await factsAbout(house, book.id)).slice(before.length)
    expect(more.filter((kind) => kind === 'download-begun')).toHaveLength(5)
    expect(more).not.toContain('download-completed')
    for (const reader of readers) reader.destroy()
  })
})

test('a file that is under way when the server stops arrives whole, and nothing is waited for after it', async () => {
  const raw = await openRaw(house.url)
  raw.pause()
  raw.send(ask('GET', file))
  await expect.poll(() => openArtifacts(house.dataDir), { timeout: 10_000 }).not.toEqual([])
  const begun = performance.now()
  const restarted = house.restart()
  raw.resume()
  expect((await raw.answer()).body.length).toBeGreaterThan(16_000_000)
  await restarted
  // A stop waits ten seconds for what is under way.
  expect(performance.now() - begun).toBeLessThan(9000)
})

/** The files of artifacts that this process has open. */
async function openArtifacts(dataDir: string): Promise<string[]> {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(
    names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
  )
  return targets.filter((target) => target.startsWith(`${dataDir}/artifacts`))
}

async function factsAbout(of: House, id: string): Promise<string[]> {
  const rows = await of.server.home.db.read
    .selectFrom('log')
    .select('kind')
    .where('book', '=', id)
    .orderBy('seq')
    .execute()
  return rows.map((row) => row.kind)
}
