import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf, ruleOf } from '../../src/people/rules.ts'
import { ask } from '../support/ask.ts'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { openHouse, type House } from '../support/house.ts'
import { tablesOf } from '../support/tables-of.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())
const browser = (): Browser => callerAt(house)
const signedIn = async (name = 'Anna'): Promise<Browser> => {
  const fresh = browser()
  await fresh.signIn(name)
  return fresh
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
