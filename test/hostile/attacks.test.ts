import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { routesOf, ruleOf } from '../../src/people/rules.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { elementsOf, attribute } from '../support/html.ts'
import { tablesOf } from '../support/tables-of.ts'

let house: House
let callers = 0
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(async () => {
  closeKobos()
  await house.close()
})
const browser = (): Browser =>
  openBrowser(house.url, { 'x-forwarded-for': `203.0.113.${++callers % 250}` })
const signedIn = async (name = 'Anna'): Promise<Browser> => {
  const fresh = browser()
  await fresh.signIn(name)
  return fresh
}

/** Asks with exactly these headers, also those that fetch would set itself. */
function ask(
  url: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' } = {},
): Promise<{
  status: number
  headers: Record<string, string | string[] | undefined>
  words: string
}> {
  const sized = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method, headers: { ...headers, ...sized }, agent: false },
      (answer) => {
        let words = ''
        answer.setEncoding('latin1').on('data', (part: string) => (words += part))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, words }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

describe('session fixation', () => {
  test('fails: a session that somebody else put into the browser is not the one that begins', async () => {
    for (const planted of ['A'.repeat(43), 'planted', '']) {
      const victim = browser()
      victim.cookie = `holdfast=${planted}`
      await victim.signIn('Anna')
      expect(victim.shown.url).toBe(`${house.url}/books`)
      expect(victim.cookie).not.toBe(`holdfast=${planted}`)
      const attacker = browser()
      attacker.cookie = `holdfast=${planted}`
      expect((await attacker.go('/errata')).url).toContain('/sign-in')
    }
  })

  test('fails with a session of the attacker’s own: it ends, and becomes nobody else’s', async () => {
    await house.person('Mallory')
    const attacker = await signedIn('Mallory')
    const victim = browser()
    victim.cookie = attacker.cookie
    await victim.post('/sign-in', { name: 'Anna', password: 'the password of Anna' })
    expect(victim.cookie).not.toBe(attacker.cookie)
    expect((await attacker.go('/errata')).url).toContain('/sign-in')
  })
})

describe('a request that another site makes the browser of somebody send', () => {
  const FORM = 'application/x-www-form-urlencoded'
  const ELSEWHERE = [
    { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'same-site' },
  ]

  test('changes nothing, as a form, as JSON, as text or as a file', async () => {
    const anna = await signedIn()
    await house.api('POST', '/books', Buffer.from('no book at all'))
    const before = tablesOf(house)
    const forms = routesOf(house.server.app).filter(
      ({ method, path }) =>
        method === 'POST' &&
        !path.startsWith('/api/') &&
        !path.startsWith('/kobo/') &&
        ruleOf(method, path) !== 'public',
    )
    expect(forms.length).toBeGreaterThan(12)
    for (const { path } of forms)
      for (const headers of ELSEWHERE)
        for (const type of [
          FORM,
          'application/json',
          'text/plain',
          'multipart/form-data; boundary=x',
        ])
          for (const body of [
            'confirm=1&reason=x&how=reset-sync&label=x&days=&which=all',
            '{"confirm":"1"}',
          ]) {
            const url = house.url + path.replaceAll(/:\w+/g, 'x')
            const answer = await ask(
              url,
              { ...headers, cookie: anna.cookie, 'content-type': type },
              { method: 'POST', body },
            )
            const at = [path, headers, type]
            expect([...at, answer.status]).toEqual([...at, expect.toBeOneOf([400, 403])])
          }
    expect(tablesOf(house)).toEqual(before)
    expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
  })

  test('opens nothing of the API, which knows no cookie', async () => {
    const anna = await signedIn()
    for (const { method, path } of routesOf(house.server.app)) {
      if (!path.startsWith('/api/v1/') || ruleOf(method, path) === 'public') continue
      const url = house.url + path.replaceAll(/:\w+/g, 'x')
      const headers = { cookie: anna.cookie, 'content-type': 'text/plain', ...ELSEWHERE[0] }
      const answer = await ask(url, headers, { method, body: method === 'GET' ? '' : '{}' })
      expect([method, path, answer.status]).toEqual([method, path, 401])
    }
  })

  test('signs nobody in to an account of the attacker’s (login CSRF)', async () => {
    await house.person('Eve')
    const victim = browser()
    await victim.go('/sign-in')
    for (const headers of ELSEWHERE) {
      const fields = { name: 'Eve', password: 'the password of Eve', token: 'x' }
      expect((await victim.post('/sign-in', fields, headers)).status).toBe(403)
      expect(victim.cookie).toBe('')
      for (const path of ['/first-visit', '/invitation'])
        expect((await victim.post(path, { ...fields, code: 'x' }, headers)).status).toBe(403)
    }
    // Also not with a token of a visit that the attacker made with their own browser.
    const attacker = browser()
    await attacker.go('/sign-in')
    const token = attacker.form('Sign in').fields.find(([name]) => name === 'token')?.[1] ?? ''
    const fields = { name: 'Eve', password: 'the password of Eve', token }
    expect((await victim.post('/sign-in', fields, { origin: 'null' })).status).toBe(403)
    // Whereas a browser that hides who sent the form of our own page is heard.
    await victim.go('/sign-in')
    const own = victim.form('Sign in').fields.find(([name]) => name === 'token')?.[1] ?? ''
    const good = { name: 'Anna', password: 'the password of Anna', token: own }
    expect((await victim.post('/sign-in', good, { origin: 'null' })).url).toContain('/books')
  })
})

describe('a redirect', () => {
  test('leads nowhere else, whatever is asked for', async () => {
    for (const to of [
      'https://elsewhere.example/',
      '//elsewhere.example',
      '///elsewhere.example',
      '/\\elsewhere.example',
      '/%5celsewhere.example/..//elsewhere.example',
      'javascript:alert(1)',
      '/\t/elsewhere.example',
      '/errata\r\nset-cookie: a=b',
      '/.//elsewhere.example',
      '/x/..//elsewhere.example',
    ]) {
      const anna = browser()
      await anna.go(`/sign-in?to=${encodeURIComponent(to)}`)
      await anna.signIn('Anna')
      expect([to, new URL(anna.shown.url).origin]).toEqual([to, house.url])
      const again = await ask(`${house.url}/sign-in?to=${encodeURIComponent(to)}`, {
        cookie: anna.cookie,
      })
      const location = String(again.headers['location'])
      expect([to, new URL(location, `${house.url}/sign-in`).origin]).toEqual([to, house.url])
      expect(again.headers['set-cookie']).toBeUndefined()
    }
  })

  test('does not follow the name that a request gives the server', async () => {
    for (const path of [
      '//elsewhere.example/errata',
      '/errata',
      '/devices/x',
      '//elsewhere.example',
    ])
      for (const more of [{}, { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '//evil' }]) {
        const answer = await ask(`${house.url}${path}`, { host: 'elsewhere.example', ...more })
        const location = String(answer.headers['location'] ?? './')
        expect([path, location]).toEqual([path, expect.stringMatching(/^(?:\.\.?\/)+(?!\/)/)])
      }
  })
})

describe('the Host that a request names', () => {
  test('is in no answer, so that no cache can be poisoned with it', async () => {
    const anna = await signedIn()
    const own = await openHouse({ publicUrl: null })
    try {
      const { syncUrl } = await own.device('Libra')
      const secret = new URL(syncUrl).pathname
      for (const path of [
        '/',
        '/sign-in',
        '/first-visit',
        '/public/style.css',
        '/api/v1/openapi.json',
        `${secret}/v1/initialization`,
        `${secret}/oauth/.well-known/openid-configuration`,
        `${secret}/v1/library/sync`,
      ])
        for (const name of ['host', 'x-forwarded-host', 'x-original-host', 'forwarded']) {
          const value = name === 'forwarded' ? 'host=evil.example;proto=https' : 'evil.example'
          const headers = { host: 'evil.example', [name]: value, 'x-forwarded-proto': 'https' }
          const answer = await ask(`${own.url}${path}`, { ...headers, cookie: anna.cookie })
          expect([path, name, JSON.stringify(answer).includes('evil')]).toEqual([path, name, false])
        }
      const made = await fetch(`${own.url}/api/v1/invitations`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${own.owner.token}`,
          'content-type': 'application/json',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
        },
        body: '{}',
      })
      expect(await made.text()).not.toContain('evil')
    } finally {
      await own.close()
    }
  })
})

describe('an access token of a Kobo', () => {
  let url: string
  let good: string
  let pairing: string
  let deviceId: string
  beforeAll(async () => {
    const book = await house.addBook(await makeEpub({ title: 'Tokens' }))
    await house.shelf('Tokens', [book.id])
    const kobo = await koboAt(house, { name: 'Tokens' })
    await kobo.syncUntilQuiet()
    kobo.highlight(book.id, 'a passage of Anna')
    await kobo.close(book.id, { percent: 10, minutes: 1 })
    await kobo.syncUntilQuiet()
    const answer = await fetch(`${kobo.syncUrl}/v1/auth/device`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kobo-deviceid': kobo.deviceId },
      body: '{"UserKey":"x"}',
    })
    good = ((await answer.json()) as { AccessToken: string }).AccessToken
    deviceId = kobo.deviceId
    url = `${house.url}/api/v3/content/${book.id}/annotations`
    const row = await house.server.home.db.read
      .selectFrom('device')
      .select('pairing')
      .where('id', '=', kobo.device)
      .executeTakeFirstOrThrow()
    pairing = row.pairing
  })
  const read = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-kobo-deviceid': deviceId }
    return (await fetch(url, { headers })).text()
  }

  test('is ours or none: no other algorithm, key or form of a token is believed', async () => {
    expect(await read(good)).toContain('a passage of Anna')
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = part({ sub: house.owner.id, pairing, generation: 1, exp: 4_000_000_000 })
    const signed = (head: object, key: string) => {
      const text = `${part(head)}.${claims}`
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const bytes = Buffer.from(good, 'base64url')
    const flipped = (at: number) => {
      const copy = Buffer.from(bytes)
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
      return copy.toString('base64url')
    }
    for (const [what, token] of Object.entries({
      'no algorithm': `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
      'no algorithm, written otherwise': `${part({ alg: 'nOnE' })}.${claims}.`,
      'an empty key': signed({ alg: 'HS256', typ: 'JWT' }, ''),
      'a key that everybody knows': signed({ alg: 'HS256', typ: 'JWT' }, house.server.home.ledger),
      'a key that it brings': signed({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, '\0\0\0'),
      'ours with a dot': `${good}.`,
      'ours as a part': `${part({ alg: 'none' })}.${good}.`,
      'ours, padded': `${good}=`,
      'ours in another alphabet': `${good.slice(0, -1)}+`,
      'ours with its spare bits set': `${good.slice(0, -1)}${spare(good.slice(-1))}`,
      'ours without its end': good.slice(0, -4),
      'ours with more': `${good}AAAA`,
      'another generation': flipped(35),
      'another pairing': flipped(20),
      'another signature': flipped(57),
      'an API token': house.owner.token,
    }))
      expect([what, (await read(token)).includes('passage')]).toEqual([what, false])
  })

  test('opens no page and no call, and an API token or a session no Kobo’s', async () => {
    const headers = { authorization: `Bearer ${good}` }
    expect((await fetch(`${house.url}/api/v1/books`, { headers })).status).toBe(401)
    const cookie = `holdfast=${good.slice(0, 43)}`
    const page = await fetch(`${house.url}/errata`, { headers: { cookie }, redirect: 'manual' })
    expect(page.status).toBe(303)
    const anna = await signedIn()
    for (const secret of [house.owner.token, anna.cookie.split('=')[1] ?? '', good])
      expect((await fetch(`${house.url}/kobo/${secret}/v1/initialization`)).status).toBe(401)
  })

  test('is bound to its purpose: no key of a cover or a download is one, and no other way round', async () => {
    for (const path of [
      `/kobo/files/${good}/x/y`,
      `/kobo/covers/${good}/x/1/1/true/image.jpg`,
      `/kobo/files/${good.slice(0, 48)}/x/y`,
    ])
      expect([path, (await fetch(house.url + path)).status]).toEqual([path, 401])
  })
})

describe('names that mean harm', () => {
  const SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>'
  const PATH = '../../../../etc/passwd'
  let anna: Browser
  let ids: Record<string, string>

  beforeAll(async () => {
    const description = `&lt;p&gt;Good&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a href="javascript:alert(1)" onclick="x"&gt;a&lt;/a&gt;`
    const book = await house.addBook(
      await makeEpub({
        title: `T${SCRIPT}`,
        authors: [`A${SCRIPT}`],
        series: { name: `S${SCRIPT}`, index: 1 },
        extraMetadata: `<dc:description>${description}</dc:description>`,
      }),
    )
    const shelf = await house.shelf(`H${SCRIPT}`.slice(0, 90), [book.id])
    const kobo = await koboAt(house, { name: `D${SCRIPT}`.slice(0, 60) })
    await kobo.syncUntilQuiet()
    kobo.makeShelf(`C${SCRIPT}`.slice(0, 60), [book.id])
    await kobo.syncUntilQuiet()
    house.advance(5 * 60_000)
    const form = new FormData()
    form.append('file', new Blob(['this is no book']), `F${SCRIPT}.epub`)
    await house.api('POST', '/books', form)
    const audits = `/devices/${kobo.device}/audits`
    const body = { books: [], foreign: 0, salvaged: false, marks: true, token: null }
    const audit = await house.api<{ id: string }>('POST', audits, body)
    const ben = await house.person(`B${SCRIPT}`.slice(0, 59))
    anna = openBrowser(house.url, { 'user-agent': SCRIPT, 'x-forwarded-for': '198.51.100.77' })
    await anna.signIn('Anna')
    await house.api('POST', '/tokens', { label: SCRIPT.slice(0, 90) })
    await house.api('POST', '/invitations', { label: SCRIPT.slice(0, 90) })
    ids = {
      devices: kobo.device,
      shelves: shelf.id,
      people: ben.id,
      audit: audit.body.id,
      book: book.id,
      books: book.id,
    }
  })

  test('are words on every page there is, and never more', async () => {
    const pages = routesOf(house.server.app).filter(
      ({ method, path }) =>
        method === 'GET' &&
        !/^\/(?:api|kobo|public|healthz)/.test(path) &&
        !path.includes('bundle'),
    )
    expect(pages.length).toBeGreaterThan(12)
    let found = 0
    for (const { path } of pages) {
      const address = path.replaceAll(/:(\w+)/g, (_, name: string, at: number) => {
        const noun = path.slice(0, at).split('/').at(-2) ?? ''
        return ids[name === 'id' ? noun : name] ?? 'x'
      })
      for (const query of [
        '',
        `?q=${encodeURIComponent(SCRIPT)}`,
        `?to=${encodeURIComponent(SCRIPT)}`,
        `?code=${encodeURIComponent(SCRIPT)}`,
        `?done=${encodeURIComponent(SCRIPT)}`,
      ]) {
        const { html } = await anna.go(address + query)
        if (html.includes('alert(1)')) found += 1
        expect([address, harmIn(html)]).toEqual([address, []])
      }
    }
    expect(found).toBeGreaterThan(8)
  })

  test('are no markup in what a Kobo is told, and no description holds a script', async () => {
    const { body } = await house.api<{ description: string }>('GET', `/books/${ids['book']}`)
    expect(body.description).toContain('Good')
    expect(body.description).not.toMatch(/script|javascript|onclick/)
    const change = { description: '<p>Also</p><img src=x onerror=alert(1)><iframe src="//x">' }
    const changed = await house.api<{ description: string }>(
      'PATCH',
      `/books/${ids['book']}`,
      change,
    )
    expect(changed.body.description).toBe('<p>Also</p>')
  })

  test('lead out of no folder: not as a file, a title, an author or an address', async () => {
    const before = await readdir(house.dataDir, { recursive: true })
    for (const name of [
      PATH,
      '..',
      '.',
      '/etc/passwd',
      'C:\\x',
      'a/b.epub',
      '%2e%2e%2f',
      'CON.epub',
    ]) {
      const form = new FormData()
      const bytes = await makeEpub({ title: name, authors: [name], seed: name })
      form.append('file', new Blob([new Uint8Array(bytes)]), name)
      const added = await house.api<{ id: string }>('POST', '/books', form)
      expect([name, added.status]).toEqual([name, 201])
      expect((await house.api('GET', `/books/${added.body.id}/file`)).status).toBe(200)
    }
    const after = await readdir(house.dataDir, { recursive: true })
    const fresh = after.filter((name) => !before.includes(name))
    expect(fresh.length).toBeGreaterThan(8)
    for (const name of fresh) expect(name).toMatch(/^(?:library|holdfast|artifacts|covers|staging)/)
    for (const path of [
      '/public/..%2f..%2fpackage.json',
      '/public/../../package.json',
      '/public/%2e%2e/headers.ts',
      '/public/style.css%00.html',
      '/public/..\\..\\package.json',
      `/kobo/files/x/../../../etc/passwd`,
      '/api/v1/books/..%2f..%2fetc%2fpasswd/file',
    ]) {
      const answer = await ask(house.url + path, { authorization: `Bearer ${house.owner.token}` })
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 401, 404])])
      expect(answer.words).not.toMatch(/root:|"dependencies"/)
    }
  })

  test('put no header into an answer', async () => {
    const book = await house.addBook(
      await makeEpub({ title: 'X\r\nSet-Cookie: holdfast=planted\r\n\r\n<script>', seed: 9 }),
    )
    for (const [path, headers] of [
      [`/api/v1/books/${book.id}/file`, {}],
      ['/sign-in?to=%0d%0aset-cookie:%20a=b', {}],
      ['/errata?x=%0d%0aset-cookie:%20a=b', {}],
      ['/', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'a%0d%0aset-cookie: a=b' }],
      ['/', { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/a%0d%0aset-cookie: a=b' }],
    ] as [string, Record<string, string>][]) {
      const bearer = { authorization: `Bearer ${house.owner.token}` }
      const answer = await ask(house.url + path, { ...bearer, ...headers })
      const cookies = JSON.stringify(answer.headers['set-cookie'] ?? [])
      expect([path, /planted|a=b/.test(cookies), answer.words.includes('<script>')]).toEqual([
        path,
        false,
        false,
      ])
    }
  })

  test('as covers, SVG and pages are refused or drawn anew', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>`
    for (const [what, bytes] of [
      ['an SVG', Buffer.from(svg)],
      ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
      ['a page that begins like a GIF', Buffer.from('GIF89a/*<script>alert(1)</script>')],
    ] as const) {
      const path = `/books/${ids['book']}/cover`
      const { status } = await house.api('PUT', path, bytes, { type: 'image/svg+xml' })
      expect([what, status]).toEqual([what, 400])
    }
    const before = (await house.api<{ cover: boolean }>('GET', `/books/${ids['book']}`)).body
    expect(before.cover).toBe(false)
  })
})

/** The character that stands for the same bytes at the end of a text, and is another. */
function spare(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(character) ^ 1)
}

/** Elements and attributes that no page of ours has. */
function harmIn(html: string): string[] {
  return elementsOf(html).flatMap((element) => [
    ...(/^(?:script|img|svg|iframe|object|embed|style|base)$/.test(element.tagName) &&
    attribute(element, 'src')?.startsWith('../') !== true &&
    attribute(element, 'src')?.startsWith('./') !== true &&
    // A book without a cover has a typeset one.
    attribute(element, 'class') !== 'cover typeset'
      ? [element.tagName]
      : []),
    ...element.attrs
      .filter(
        ({ name, value }) => /^on|^style$/.test(name) || /^\s*(?:javascript|data):/i.test(value),
      )
      .map(({ name, value }) => `${name}=${value}`),
  ])
}

describe('a name that nobody has', () => {
  beforeEach(() => {
    callers += 1
  })

  test('is told the same as a name that somebody has, whatever is wrong', async () => {
    const told = new Set<string>()
    for (const name of ['Anna', 'Nobody', 'anna\u0000', '']) {
      const wrong = browser()
      await wrong.signIn(name, 'a password of nobody')
      told.add(`${wrong.shown.status} ${wrong.words}`)
    }
    expect(told.size).toBe(1)
  })
})
