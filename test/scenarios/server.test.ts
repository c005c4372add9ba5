import { stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { routesOf } from '../../src/people/rules.ts'
import { Problem } from '../../src/problem.ts'
import { openServer } from '../../src/server.ts'
import { openHouse, type House } from '../support/house.ts'
import { putIntoInbox } from '../support/into-inbox.ts'
import { makeEpub } from '../support/make-epub.ts'

describe('the server', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  test('says that it is well', async () => {
    const answer = await fetch(`${house.url}/healthz`)
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
  })

  test('shows a page that says what it is, and lets nothing be fetched from elsewhere', async () => {
    const page = await fetch(house.url)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).toMatch(/^<!doctype html>/i)
    expect(html).toContain('knows what each of them really holds')
    const style = await fetch(`${house.url}/public/style.css`)
    expect([style.status, style.headers.get('content-type')]).toEqual([
      200,
      'text/css; charset=utf-8',
    ])
    for (const path of ['/public/..%2f..%2fpackage.json', '/public/other.css', '/nothing'])
      expect((await fetch(`${house.url}${path}`)).status).toBe(404)
  })

  test('is the only one on its library', async () => {
    const config = readConfig({
      HOLDFAST_DATA_DIR: house.dataDir,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_PORT: '0',
      HOLDFAST_LOG_LEVEL: 'silent',
    })
    await expect(openServer(config)).rejects.toThrow(
      'Another Holdfast server is open on this library.',
    )
    expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
  })

  test('describes exactly the calls of its API', async () => {
    const { body } = await house.api<{ paths: Record<string, object> }>(
      'GET',
      '/openapi.json',
      undefined,
      { token: null },
    )
    const described = Object.entries(body.paths).flatMap(([path, calls]) =>
      Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const mounted = routesOf(house.server.app)
      .filter(({ path }) => path.startsWith('/api/v1/') && path !== '/api/v1/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(described.map((call) => call.replace(' /', ' /api/v1/')).sort()).toEqual(mounted.sort())
  })

  test('answers in JSON below /api, also where there is nothing', async () => {
    const { status, body } = await house.api('GET', '/nothing')
    expect([status, body]).toEqual([
      404,
      { error: { code: 'not_found', message: expect.any(String) } },
    ])
    const broken = await house.api('POST', '/shelves', Buffer.from('{'), {
      type: 'application/json',
    })
    expect(broken.status).toBe(400)
    const typed = await house.api('POST', '/shelves', Buffer.from('x'), { type: 'text/plain' })
    expect(typed.status).toBe(415)
  })

  test('imports what is dropped into the inbox', async () => {
    const { inbox } = house.server.home.config
    await putIntoInbox(inbox, 'dropped.epub', await makeEpub({ title: 'Dropped' }))
    await house.settled()
    const { body } = await house.api<{ items: unknown[] }>('GET', '/books?q=dropped')
    expect(body.items).toHaveLength(1)
  })

  test('keeps its folder to itself, and its key and ledger for ever', async () => {
    expect((await stat(house.dataDir)).mode & 0o777).toBe(0o700)
    const { key, ledger } = house.server.home
    expect(key).toHaveLength(32)
    await house.restart()
    expect(house.server.home.key).toEqual(key)
    expect(house.server.home.ledger).toBe(ledger)
  })

  test('writes no secret into its log', async () => {
    const device = await house.device('Libra')
    await fetch(`${device.syncUrl}/v1/initialization`)
    await fetch(`${device.syncUrl}/v1/unheard-of`)
    await fetch(`${house.url}/kobo/files/some-media-key/a/b`)
    await house.api('GET', '/books')
    house.server.home.log.warn(
      { headers: { authorization: `Bearer ${house.owner.token}`, cookie: 'session=1234' } },
      `A call to ${device.syncUrl}/v1/library/sync by ${house.owner.token} failed.`,
    )
    const all = house.log.join('')
    expect(all).toContain('/kobo/…/v1/initialization')
    const secret = device.syncUrl.split('/').at(-1) ?? '?'
    for (const hidden of [secret, house.owner.token, 'some-media-key', 'session=1234'])
      expect(all).not.toContain(hidden)
  })

  test('tells in one sentence that its port is taken', async () => {
    const { port } = house.server.home.config
    const config = readConfig({
      HOLDFAST_DATA_DIR: house.dataDir,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_PORT: String(port),
    })
    const second = openServer(config, { log: openLog('silent') })
    await expect(second).rejects.toThrow(Problem)
    await expect(second).rejects.toThrow(`Port ${port} is in use by another program.`)
    expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
  })
})
