import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FREE_TRIES, CALLERS } from '../../src/wrong-secrets.ts'
import { sendAsDevice } from '../support/device-request.ts'
import { openHouse } from '../support/house.ts'
import type { House } from '../support/house.ts'
import { openRaw } from '../support/raw-http.ts'

let house: House
let kobo = ''
beforeAll(async () => {
  house = await openHouse()
  kobo = new URL((await house.device('Libra')).syncUrl).pathname
})
afterAll(async () => {
  await house.close()
})

async function health(): Promise<number> {
  return (await fetch(`${house.url}/healthz`)).status
}

describe('what is too large is refused and the server stays', () => {
  test.each(['/healthz', '/api/v1/books', '/kobo/x/v1/initialization'])(
    'an address of 20,000 characters below %s',
    async (path) => {
      const response = await fetch(`${house.url}${path}?${'x'.repeat(20_000)}`)
      expect(response.status).toBe(414)
      expect(await response.json()).toMatchObject({ error: { code: 'invalid' } })
    },
  )

  test('headers of 100,000 bytes, and ten thousand headers', async () => {
    for (const header of [`x: ${'y'.repeat(100_000)}\r\n`, 'x: y\r\n'.repeat(20_000)]) {
      const raw = await openRaw(house.url)
      raw.send(`GET /healthz HTTP/1.1\r\nhost: x\r\n${header}\r\n`)
      expect(await raw.closed()).toMatch(/^HTTP\/1\.1 431 /)
      expect(await health()).toBe(200)
    }
  })

  test('a body larger than any Kobo sends ends its connection, so that nothing is taken for the next request', async () => {
    for (const [path, bytes] of [
      [`${kobo}/v1/library/tags`, 2_000_000],
      ['/api/v3/content/checkforchanges', 7_000_000],
    ] as const) {
      const answer = await sendAsDevice(house.url, {
        method: 'POST',
        path,
        body: 'x'.repeat(bytes),
      })
      expect(answer.status).toBe(413)
      expect(answer.headers.connection).toBe('close')
      expect(JSON.parse(answer.body.toString())).toHaveProperty('ResponseStatus')
    }
  })

  test('a call with 2 MB of JSON', async () => {
    const answer = await house.api('POST', '/shelves', { name: 'x'.repeat(2_000_000) })
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } })
    expect(answer.headers.get('connection')).toBe('close')
  })

  test.each(['[', '{"a":'])(
    'JSON with %s inside itself a hundred thousand times',
    async (piece) => {
      const body = piece.repeat(100_000)
      const type = { 'content-type': 'application/json' }
      const bearer = { authorization: `Bearer ${house.owner.token}` }
      const whole = `{"ReadingStates":[{"EntitlementId":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`
      for (const [method, path, text] of [
        ['PUT', `${kobo}/v1/library/x/state`, body],
        ['PUT', `${kobo}/v1/library/x/state`, whole],
        ['POST', `${kobo}/v1/library/tags`, body],
        ['POST', '/api/v1/shelves', body],
        ['POST', '/api/v1/shelves', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
        ['PATCH', '/api/v3/content/x/annotations', body],
        ['PATCH', '/api/v3/content/x/annotations', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
      ] as const) {
        const headers = { ...type, ...(path.startsWith('/api/v1') && bearer) }
        const answer = await sendAsDevice(house.url, { method, path, headers, body: text })
        expect(`${method} ${path} ${answer.status}`).toMatch(/ [24]\d\d$/)
      }
      expect(
        (await sendAsDevice(house.url, { method: 'GET', path: '/api/v3/content/x/annotations' }))
          .status,
      ).toBe(200)
    },
  )

  test('an upload of a stranger is not read to its end', async () => {
    const raw = await openRaw(house.url)
    raw.send(
      'POST /api/v1/books HTTP/1.1\r\nhost: x\r\ncontent-type: application/epub+zip\r\ncontent-length: 400000000\r\n\r\n',
    )
    const answer = await raw.answer('POST')
    expect(answer.status).toBe(401)
    raw.destroy()
    expect(await health()).toBe(200)
  })
})

describe('wrong secrets', () => {
  /** Each test is a caller of its own: this whole network is this machine. */
  async function ask(
    from: string,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const { request } = await import('node:http')
    const { hostname, port } = new URL(house.url)
    return await new Promise((resolve, reject) => {
      request({ hostname, port, path, headers, localAddress: from, agent: false }, (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode ?? 0))
      })
        .once('error', reject)
        .end()
    })
  }

  test.each([
    ['127.0.3.1', '/kobo/wrong/v1/initialization', {}],
    ['127.0.3.2', '/api/v1/books', { authorization: 'Bearer hf_wrong' }],
    ['127.0.3.3', '/kobo/files/wrong/wrong/wrong', {}],
    ['127.0.3.4', '/kobo/covers/wrong/x/100/100/false/image.jpg', {}],
  ] as [string, string, Record<string, string>][])(
    'from %s for %s are answered at once, then slowly, and a good one from there never waits',
    async (from, path, headers) => {
      const tries = FREE_TRIES + 5
      const statuses = await Promise.all(
        Array.from({ length: tries }, () => ask(from, path, headers)),
      )
      expect(statuses).toEqual(Array.from({ length: tries }, () => 401))
      const began = performance.now()
      let isSlow = true
      const wrong = ask(from, path, headers).finally(() => (isSlow = false))
      expect(await ask(from, `${kobo}/v1/initialization`)).toBe(200)
      expect(isSlow).toBe(true)
      expect(await wrong).toBe(401)
      expect(performance.now() - began).toBeGreaterThan(CALLERS.longest / 2)
    },
  )

  test('from one caller at once are turned away when too many wait, and the others go on', async () => {
    const from = '127.0.3.9'
    const statuses = await Promise.all(
      Array.from({ length: FREE_TRIES + 80 }, () => ask(from, '/kobo/wrong/v1/initialization')),
    )
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0)
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(FREE_TRIES)
    expect(await ask(from, `${kobo}/v1/initialization`)).toBe(200)
    expect(await ask('127.0.3.10', '/kobo/wrong/v1/initialization')).toBe(401)
  })
})
