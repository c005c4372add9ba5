import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueApiToken } from '../../src/people/api-token.ts'
import { routesOf, ruleOf, scopeOf } from '../../src/people/rules.ts'
import { SCOPES, type Scope } from '../../src/people/scope.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'

const DAY = 24 * 60 * 60_000
const NOBODY = '00000000-0000-4000-8000-000000000000'

let house: House
let ben: Resident
beforeAll(async () => {
  house = await openHouse()
  ben = await house.person('Ben')
})
afterAll(() => house.close())

const tokenWith = async (scopes: readonly Scope[], person = house.owner.id) =>
  (await issueApiToken(house.server.home, { person, label: 'test', scopes })).token
const signedIn = async (name = 'Anna'): Promise<Browser> => {
  const browser = openBrowser(house.url)
  await browser.signIn(name)
  return browser
}

describe('an API token', () => {
  test('does what its scopes say, in every call there is, and nothing else', async () => {
    const calls = routesOf(house.server.app).filter(
      ({ method, path }) => path.startsWith('/api/v1/') && ruleOf(method, path) !== 'public',
    )
    expect(calls.length).toBeGreaterThan(45)
    for (const scope of SCOPES) {
      const token = await tokenWith([scope])
      for (const { method, path } of calls) {
        const needed = scopeOf(method, path)
        expect([`${method} ${path}`, needed]).toEqual([`${method} ${path}`, expect.any(String)])
        const address = path.slice('/api/v1'.length).replaceAll(/:\w+/g, NOBODY)
        const body = ['GET', 'DELETE'].includes(method) ? undefined : {}
        const answer = await house.api<{ error?: { message: string } }>(method, address, body, {
          token,
        })
        const isRefused =
          answer.status === 403 && answer.body.error?.message.includes('This token may not')
        expect([scope, `${method} ${path}`, isRefused === true]).toEqual([
          scope,
          `${method} ${path}`,
          scope !== needed && scope !== 'admin',
        ])
      }
    }
  })

  test('of somebody who does not own the server does nothing of the owner’s with any scope', async () => {
    const token = await tokenWith(SCOPES, ben.id)
    for (const [method, path] of [
      ['GET', '/people'],
      ['DELETE', `/people/${house.owner.id}`],
      ['GET', '/invitations'],
      ['POST', '/invitations'],
      ['DELETE', `/invitations/${NOBODY}`],
    ] as const)
      expect(
        (await house.api(method, path, method === 'POST' ? {} : undefined, { token })).status,
      ).toBe(403)
  })

  test('ends when it should, and is then as one that never was', async () => {
    const { token } = await issueApiToken(house.server.home, {
      person: house.owner.id,
      label: 'for a while',
      days: 30,
    })
    house.advance(30 * DAY - 1)
    expect((await house.api('GET', '/books', undefined, { token })).status).toBe(200)
    house.advance(1)
    expect((await house.api('GET', '/books', undefined, { token })).status).toBe(401)
  })

  test('says when it was last used, and never what it is', async () => {
    const token = await tokenWith(['admin'], ben.id)
    type Told = { items: { label: string; usedAt: number | null; scopes: string[] }[] }
    const list = async () => house.api<Told>('GET', '/tokens', undefined, { token })
    const usedAt = async () =>
      (await list()).body.items.find(({ scopes }) => scopes.length === 1)?.usedAt
    const first = house.now()
    expect(await usedAt()).toBe(first)
    house.advance(5 * 60_000)
    expect(await usedAt()).toBe(first)
    house.advance(5 * 60_000)
    expect(await usedAt()).toBe(house.now())
    const told = await list()
    expect(JSON.stringify(told.body)).not.toMatch(/hf_|[\da-f]{64}/)
    expect(JSON.stringify(told.body)).not.toContain(house.owner.id)
  })

  test('is made and revoked by the API, by whom it belongs to', async () => {
    const token = await tokenWith(['admin'], ben.id)
    const wish = { label: 'a script', scopes: ['read'], days: 7 }
    const made = await house.api<{ id: string; token: string; endsAt: number }>(
      'POST',
      '/tokens',
      wish,
      { token },
    )
    expect([made.status, made.body.endsAt]).toEqual([201, house.now() + 7 * DAY])
    const as = { token: made.body.token }
    expect((await house.api('GET', '/books', undefined, as)).status).toBe(200)
    expect((await house.api('POST', '/shelves', { name: 'x' }, as)).status).toBe(403)
    const path = `/tokens/${made.body.id}`
    const annas = { token: await tokenWith(['admin']) }
    expect((await house.api('DELETE', path, undefined, annas)).status).toBe(404)
    expect((await house.api('DELETE', path, undefined, { token })).status).toBe(204)
    expect((await house.api('GET', '/books', undefined, as)).status).toBe(401)
    for (const wrong of [
      { label: '' },
      { label: 'x', scopes: [] },
      { label: 'x', scopes: ['root'] },
      { label: 'x', days: 0 },
    ])
      expect((await house.api('POST', '/tokens', wrong, { token })).status).toBe(400)
  })
})

describe('the page of the account', () => {
  test('makes tokens, shows them once, lists and revokes them', async () => {
    const anna = await signedIn()
    await anna.go('/account')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const wish = { label: 'the <b>laptop</b>', scope: ['read', 'shelve'], days: '90' }
    await anna.press('Make a token', wish)
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.shown.headers.get('cache-control')).toBe('no-store')
    const token = /hf_[\w-]{43}/.exec(anna.words)?.[0] ?? ''
    expect((await house.api('GET', '/books', undefined, { token })).status).toBe(200)
    await anna.go('/account')
    expect(anna.shown.html).not.toContain(token)
    expect(anna.words).toContain('the <b>laptop</b>: read, shelve; last used')
    await anna.press('Revoke the <b>laptop</b>')
    expect(anna.words).not.toContain('laptop')
    expect((await house.api('GET', '/books', undefined, { token })).status).toBe(401)
  })

  test('does not revoke what is somebody else’s', async () => {
    const annas = await issueApiToken(house.server.home, { person: house.owner.id, label: 'hers' })
    const his = await signedIn('Ben')
    await his.go('/account')
    const token = his.form('Make a token').fields[0]?.[1] ?? ''
    expect((await his.post(`/account/tokens/${annas.id}/revoke`, { token })).status).toBe(404)
    expect((await house.api('GET', '/books', undefined, annas)).status).toBe(200)
  })
})
