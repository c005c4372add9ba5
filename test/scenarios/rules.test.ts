import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf, ruleOf, RULES } from '../../src/people/rules.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

describe('who may do what', () => {
  let house: House
  let ben: Resident
  let annas: { book: string; shelf: string; device: string; erratum: string }
  beforeAll(async () => {
    house = await openHouse({ trustedProxies: '127.0.0.1' })
    ben = await house.person('Ben')
    const book = await house.addBook(await makeEpub({ title: 'Hers' }))
    const shelf = await house.shelf('Hers', [book.id])
    const device = await house.device('Hers')
    await house.api('POST', '/books', Buffer.from('no book'))
    const { body } = await house.api<{ items: { id: string }[] }>('GET', '/errata')
    annas = {
      book: book.id,
      shelf: shelf.id,
      device: device.id,
      erratum: body.items[0]?.id ?? '',
    }
  })
  afterAll(() => house.close())

  const routes = () => routesOf(house.server.app)
  const underRule = (...rules: string[]) =>
    routes().filter(({ method, path }) => rules.includes(ruleOf(method, path)))
  const idFor = (path: string) =>
    /^\/api\/v1\/(books|shelves|devices|errata)\//.exec(path)?.[1] ?? ''
  const addressOf = (path: string, ids: Record<string, string> = {}) =>
    path
      .replace(':id', ids[idFor(path)] ?? 'x')
      .replace(':book', annas.book)
      .replace(':name', 'retry')
      .replace(':secret', 'x'.repeat(43))
      .replace(/:\w+(\{[^}]*\})?/g, 'x')
      .replace('*', 'x')
  let callers = 0
  const ask = (method: string, address: string, token?: string) =>
    fetch(`${house.url}${address}`, {
      method: method === 'ALL' ? 'GET' : method,
      headers: {
        'content-type': 'application/json',
        // Each as if from another caller: wrong secrets of one are answered slowly.
        'x-forwarded-for': `203.0.113.${++callers % 250}, 198.51.100.${callers % 249}`,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(['GET', 'HEAD', 'ALL'].includes(method) ? {} : { body: '{}' }),
    })

  test('every route of the server has a rule, and every rule has a route', () => {
    const mounted = routes().map(({ method, path }) => `${method} ${path}`)
    expect(mounted.length).toBeGreaterThan(40)
    for (const { method, path } of routes()) expect(() => ruleOf(method, path)).not.toThrow()
    for (const known of Object.keys(RULES)) expect(mounted).toContain(known)
    expect(() => ruleOf('GET', '/api/v1/secrets')).toThrow()
  })

  test('calls for persons answer nobody without a valid token', async () => {
    const calls = underRule('person', 'own', 'owner-or-uploader', 'owner')
    expect(calls.length).toBeGreaterThan(20)
    for (const { method, path } of calls)
      for (const token of [undefined, 'hf_wrong', `hf_${'A'.repeat(43)}`]) {
        const answer = await ask(method, addressOf(path), token)
        expect([`${method} ${path}`, answer.status]).toEqual([`${method} ${path}`, 401])
        expect(await answer.json()).toEqual({
          error: { code: 'unauthorized', message: expect.any(String) },
        })
      }
  })

  test('what is a person’s own is not found by others, and stays as it was', async () => {
    const ids = { shelves: annas.shelf, devices: annas.device, errata: annas.erratum }
    const calls = underRule('own').filter(({ path }) => path.includes(':id'))
    expect(calls.length).toBeGreaterThan(10)
    const bodies: Record<string, unknown> = {
      'PATCH /api/v1/shelves/:id': { name: 'His' },
      'POST /api/v1/devices/:id/resend': { books: ['his'] },
      'POST /api/v1/devices/:id/retract': { books: ['his'] },
      'POST /api/v1/errata/:id/dismiss': { reason: 'His' },
      'POST /api/v1/devices/:id/audits': {
        books: [],
        foreign: 0,
        salvaged: false,
        marks: true,
        token: null,
      },
    }
    for (const { method, path } of calls) {
      const call = `${method} ${path}`
      const address = addressOf(path, ids).slice('/api/v1'.length)
      const body = method === 'GET' ? undefined : (bodies[call] ?? {})
      const { status } = await house.api(method, address, body, ben)
      expect([call, status]).toEqual([call, 404])
    }
    const { body } = await house.api('GET', '/shelves', undefined, ben)
    expect(body).toEqual({ items: [], next: null })
    expect((await house.api('GET', `/devices/${annas.device}`)).status).toBe(200)
  })

  test('a Kobo’s calls answer 401 to a secret that is none', async () => {
    const calls = underRule('pairing')
    expect(calls.length).toBeGreaterThan(20)
    for (const { method, path } of calls) {
      const { status } = await ask(method, addressOf(path))
      expect([`${method} ${path}`, status]).toEqual([`${method} ${path}`, 401])
    }
  })

  test('files and covers are given to nobody without a key', async () => {
    for (const { method, path } of underRule('media-key')) {
      const { status } = await ask(method, addressOf(path))
      expect([path, [401, 404].includes(status)]).toEqual([path, true])
    }
  })

  test('a token of a person stops working when it is revoked', async () => {
    const cleo = await house.person('Cleo')
    expect((await house.api('GET', '/books', undefined, cleo)).status).toBe(200)
    await house.server.home.db.transact((tx) =>
      tx
        .updateTable('api_token')
        .set({ revoked_at: house.now() })
        .where('person', '=', cleo.id)
        .execute(),
    )
    expect((await house.api('GET', '/books', undefined, cleo)).status).toBe(401)
  })
})
