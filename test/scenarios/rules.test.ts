import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf, ruleOf, RULES } from '../../src/people/rules.ts'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

describe('who may do what', () => {
  let house: House
  let ben: Resident
  let annas: { book: string; shelf: string; device: string; erratum: string }
  beforeAll(async () => {
    house = await openHouse({ trustedProxies: '127.0.0.1' })
    ben = await house.person('Ben')
    // The library is everybody's.
    const book = await house.addBook(await makeEpub({ title: 'Everybody’s' }))
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
    /^(?:\/api\/v1)?\/(books|shelves|devices|errata)\//.exec(path)?.[1] ?? ''
  const addressOf = (path: string, ids: Record<string, string> = {}) =>
    path
      .replace(':id', ids[idFor(path)] ?? 'x')
      .replace(':book', annas.book)
      .replace(':name', 'retry')
      .replace(':secret', 'x'.repeat(43))
      .replace(/:\w+(\{[^}]*\})?/g, 'x')
      .replace('*', 'x')
  const callsUnder = (...rules: string[]) =>
    underRule(...rules).filter(({ path }) => path.startsWith('/api/'))
  const pagesUnder = (...rules: string[]) =>
    underRule(...rules).filter(({ path }) => !path.startsWith('/api/'))
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
    const calls = callsUnder('person', 'own', 'owner-or-uploader', 'owner')
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
    const calls = callsUnder('own').filter(({ path }) => path.includes(':id'))
    expect(calls.length).toBeGreaterThan(10)
    const bodies: Record<string, unknown> = {
      'PATCH /api/v1/shelves/:id': { name: 'His' },
      'PATCH /api/v1/passkeys/:id': { name: 'His' },
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

  /** What any form of a page may say: each reads what it knows. */
  const filledIn = () => ({
    reason: 'His',
    how: 'resend',
    book: [annas.book],
    confirm: '1',
  })
  const send = (method: string, address: string, headers: object, fields: object = {}) =>
    fetch(`${house.url}${address}`, {
      method,
      redirect: 'manual',
      headers: { ...headers },
      ...(method === 'POST' && { body: formOf(fields) }),
    })
  const signedIn = async (person: Resident) => {
    const browser = openBrowser(house.url)
    await browser.signIn(person.name)
    const token = browser.form(`Sign out ${person.name}`).fields[0]?.[1] ?? ''
    return { cookie: browser.cookie, token }
  }

  test('pages for persons send whoever did not sign in to the page where they can', async () => {
    const pages = pagesUnder('person', 'own', 'owner-or-uploader', 'owner')
    expect(pages.length).toBeGreaterThan(9)
    for (const { method, path } of pages)
      for (const cookie of ['', 'holdfast=wrong', `holdfast=${'A'.repeat(43)}`]) {
        const page = `${method} ${path}`
        const answer = await send(method, addressOf(path), { cookie }, filledIn())
        expect([page, answer.status]).toEqual([page, 303])
        expect(answer.headers.get('location')).toMatch(
          /^(?:\.\/|(?:\.\.\/)+)sign-in(?:\?to=|\?undone=1$|$)/,
        )
        expect(await answer.text()).toBe('')
      }
  })

  test('what is a person’s own has no page for others, and no form of theirs changes it', async () => {
    const ids = { devices: annas.device, errata: annas.erratum, shelves: annas.shelf }
    const { cookie, token } = await signedIn(ben)
    const pages = pagesUnder('own').filter(({ path }) => path.includes(':id'))
    expect(pages.length).toBeGreaterThan(6)
    for (const { method, path } of pages) {
      const page = `${method} ${path}`
      const fields = { ...filledIn(), name: 'Mine', token }
      // A form with files has its token in its address.
      const address = `${addressOf(path, ids)}?token=${token}`
      const answer = await send(method, address, { cookie }, fields)
      expect([page, answer.status]).toEqual([page, 404])
      expect(await answer.text()).not.toContain('Hers')
    }
    for (const { path } of pagesUnder('own').filter(({ path }) => !path.includes(':'))) {
      const words = await (await send('GET', path, { cookie })).text()
      for (const secret of ['Hers', annas.device, annas.erratum, annas.shelf])
        expect([path, secret, words.split(secret)[1]?.slice(0, 80)]).toEqual([
          path,
          secret,
          undefined,
        ])
    }
    const { body } = await house.api<{ items: { id: string }[] }>('GET', '/errata')
    expect(body.items.map(({ id }) => id)).toEqual([annas.erratum])
  })

  test('a form that another site sends, or that does not carry the token, changes nothing', async () => {
    const ids = { devices: annas.device, errata: annas.erratum }
    const { cookie, token } = await signedIn(house.owner)
    const forms = pagesUnder('person', 'own', 'owner', 'public').filter(
      ({ method }) => method === 'POST',
    )
    const isPublic = (path: string) => ruleOf('POST', path) === 'public'
    expect(forms.length).toBeGreaterThan(3)
    for (const { path } of forms) {
      const fields = { ...filledIn(), token, name: 'Anna', password: 'the password of Anna' }
      for (const headers of [
        { origin: 'https://elsewhere.example' },
        { origin: house.url.replace(/\d+$/, '1') },
        { 'sec-fetch-site': 'cross-site', origin: house.url },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        const answer = await send('POST', addressOf(path, ids), { cookie, ...headers }, fields)
        expect([path, headers, answer.status]).toEqual([path, headers, 403])
      }
      // A browser that hides who sent the form, as it does over plain http, is heard by the token alone.
      for (const wrong of ['', token.slice(1), 'x'.repeat(token.length)])
        for (const told of [
          { origin: 'null' },
          { origin: house.url, 'sec-fetch-site': 'same-origin' },
        ]) {
          if (isPublic(path) && told.origin !== 'null') continue
          const forged = { ...fields, token: wrong }
          const answer = await send('POST', addressOf(path, ids), { cookie, ...told }, forged)
          expect([path, told, answer.status]).toEqual([path, told, 403])
        }
    }
    const { body } = await house.api<{ items: { id: string }[] }>('GET', '/errata')
    expect(body.items.map(({ id }) => id)).toEqual([annas.erratum])
    expect((await send('GET', '/errata', { cookie })).status).toBe(200)
  })

  test('every page forbids frames, requests to elsewhere and scripts, but for our own where they are of use', async () => {
    const { cookie } = await signedIn(house.owner)
    const ids = { devices: annas.device, errata: annas.erratum }
    const pages = pagesUnder('person', 'own', 'public').filter(
      ({ method, path }) => method === 'GET' && !/^\/(?:public|scripts|healthz)/.test(path),
    )
    for (const { path } of pages) {
      const { headers } = await send('GET', addressOf(path, ids), { cookie })
      const scripts =
        path === '/sign-in' ||
        (ruleOf('GET', path) !== 'public' &&
          !/^\/books\/:id\/(?:cover|files)\/|\/audited-books$|\/bundle$/.test(path))
          ? "script-src 'self'; worker-src 'self'; connect-src 'self'; "
          : ''
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        `default-src 'none'; ${scripts}style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      ])
      expect([path, headers.get('cache-control')]).toEqual([path, 'no-store'])
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
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

function formOf(fields: object): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]: [string, string | string[]]) =>
      [value].flat().map((each): [string, string] => [name, each]),
    ),
  )
}
