import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf } from '../../src/people/rules.ts'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { furnish } from './fuzz-target.ts'
import type { Target } from './fuzz-requests.ts'

type Answered = { path: string; status: number; headers: Headers }

let house: House
let target: Target
/** What every route answers to a plain question: over plain http, and through a proxy that speaks TLS. */
let plain: Answered[]
let encrypted: Answered[]
beforeAll(async () => {
  house = await openHouse({ publicUrl: null, trustedProxies: '127.0.0.1' })
  target = await furnish(house)
  plain = await answers({})
  encrypted = await answers({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'books.example' })
}, 120_000)
afterAll(() => house.close())

async function answers(more: Record<string, string>): Promise<Answered[]> {
  const { secret, token, book, shelf, device, files, cookie } = target
  const paths = routesOf(house.server.app)
    .filter(({ method }) => ['GET', 'ALL'].includes(method))
    .map(({ path }) =>
      path
        .replace(':secret', secret)
        .replace(/(\/devices)\/:id/, `$1/${device}`)
        .replace(/(\/shelves)\/:id/, `$1/${shelf}`)
        .replace(/:(?:id|book)\b(?:\{[^}]*\})?/, book)
        .replace(':file', 'style.css')
        .replaceAll(/:\w+(?:\{[^}]*\})?/g, 'x')
        .replace('*', 'x'),
    )
  const others = ['/nothing/here', '/kobo/x', '/api/v1/x', `/api/v1/books/${book}/file`, ...files]
  const answered: Answered[] = []
  for (const [n, path] of [...paths, ...others].entries()) {
    const headers = {
      authorization: `Bearer ${token}`,
      cookie: more['x-forwarded-proto'] === undefined ? cookie : `__Host-${cookie}`,
      'x-kobo-deviceid': 'f'.repeat(64),
      // Each as if from another caller: wrong keys of one are answered slowly.
      'x-forwarded-for': `203.0.113.${n % 250}`,
      ...more,
    }
    const answer = await fetch(house.url + path, { headers, redirect: 'manual' })
    await answer.arrayBuffer()
    answered.push({ path, status: answer.status, headers: answer.headers })
  }
  expect(answered.length).toBeGreaterThan(90)
  return answered
}

const isOfKobos = (path: string) => /^\/(?:kobo\/|api\/(?:v3|UserStorage|internal))/.test(path)
const isPage = (headers: Headers) => (headers.get('content-type') ?? '').startsWith('text/html')

describe('every answer of every route', () => {
  test('is taken for what it is called, tells nobody its address, and names no program', async () => {
    for (const { path, headers } of plain) {
      const of = (name: string) => [path, name, headers.get(name)]
      expect(of('x-content-type-options')).toEqual([path, 'x-content-type-options', 'nosniff'])
      expect(of('referrer-policy')).toEqual([path, 'referrer-policy', 'no-referrer'])
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin', 'via'])
        expect(of(name)).toEqual([path, name, null])
    }
  })

  test('runs nothing: pages by what they allow, everything else by allowing nothing', async () => {
    for (const { path, headers } of plain) {
      const policy = headers.get('content-security-policy') ?? ''
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
      expect([path, policy]).toEqual([
        path,
        expect.not.stringMatching(/'unsafe-(?:inline|eval)|\*/),
      ])
      expect([path, policy]).toEqual([path, expect.not.stringMatching(/https?:|data:|blob:/)])
      const file = /^\/(?:public|scripts)\//.test(path)
      if (!isPage(headers) && !file && headers.get('location') === null)
        expect([path, policy]).toEqual([
          path,
          expect.stringMatching(/sandbox|^default-src 'none';(?!.*script-src)/),
        ])
    }
  })

  test('is shown in no frame, and read by no other site', async () => {
    for (const { path, headers } of plain) {
      const policy = headers.get('content-security-policy') ?? ''
      expect([path, policy]).toEqual([path, expect.stringContaining("frame-ancestors 'none'")])
      if (isOfKobos(path)) continue
      expect([path, headers.get('x-frame-options')]).toEqual([path, 'DENY'])
      const resource = headers.get('cross-origin-resource-policy')
      expect([path, resource]).toEqual([path, 'same-origin'])
    }
  })

  test('is kept by no shared cache', async () => {
    for (const { path, headers } of plain) {
      const kept = headers.get('cache-control') ?? ''
      const isPublicFile = /^\/(?:public|scripts)\//.test(path)
      expect([path, kept]).toEqual([
        path,
        expect.stringMatching(isPublicFile ? /no-cache|no-store/ : /^(?:no-store|private)\b/),
      ])
    }
  })

  test('comes back by https alone where the house is behind TLS, but for what Kobos ask', async () => {
    for (const { path, headers } of encrypted)
      expect([path, headers.get('strict-transport-security')]).toEqual([
        path,
        isOfKobos(path) ? null : 'max-age=31536000',
      ])
    for (const { path, headers } of plain)
      expect([path, headers.get('strict-transport-security')]).toEqual([path, null])
  })

  test('is never a page where it is a file: books come to be saved, covers are JPEG', async () => {
    const bytes = await makeEpub({ title: 'A <b>"book"\r\nSet-Cookie: a=b', cover: 'jpeg' })
    const { id } = await house.addBook(bytes)
    const bearer = { authorization: `Bearer ${house.owner.token}` }
    const file = await fetch(`${house.url}/api/v1/books/${id}/file`, { headers: bearer })
    expect(file.headers.get('content-type')).toBe('application/epub+zip')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w .,=-]+"/)
    expect(file.headers.get('set-cookie')).toBeNull()
    for (const path of target.files) {
      const { headers } = await fetch(house.url + path)
      if (path.startsWith('/kobo/covers')) expect(headers.get('content-type')).toBe('image/jpeg')
      else {
        expect(headers.get('content-type')).toBe('application/epub+zip')
        expect(headers.get('content-disposition')).toMatch(/^attachment;/)
      }
    }
  })
})

describe('the cookie of a session', () => {
  const tls = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'books.example' }

  test('is the host’s alone behind TLS, and one that another host set is not heard', async () => {
    const outside = openBrowser(house.url, { ...tls, origin: 'https://books.example' })
    await outside.post('/sign-in', { name: 'Anna', password: 'the password of Anna' })
    expect(outside.lastSetCookie).toMatch(
      /^__Host-holdfast=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect((await outside.go('/errata')).url).toBe(`${house.url}/errata`)
    const value = outside.cookie.split('=')[1] ?? ''
    const tossed = openBrowser(house.url, tls)
    tossed.cookie = `holdfast=${value}`
    expect((await tossed.go('/errata')).url).toContain('/sign-in')
  })
})
