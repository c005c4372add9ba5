import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())
const browser = (): Browser => callerAt(house)

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
    for (const [path, status, to] of [
      ['/errata', 303, expect.stringMatching(/^(?:\.\.?\/)+(?!\/)/)],
      ['/devices/x', 303, expect.stringMatching(/^(?:\.\.?\/)+(?!\/)/)],
      ['//elsewhere.example/errata', 404, undefined],
      ['//elsewhere.example', 404, undefined],
    ] as const)
      for (const more of [{}, { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '//evil' }]) {
        const answer = await ask(`${house.url}${path}`, { host: 'elsewhere.example', ...more })
        const { location } = answer.headers
        expect([path, answer.status, location]).toEqual([path, status, to])
      }
  })
})

describe('the Host that a request names', () => {
  test('is in no answer, so that no cache can be poisoned with it', async () => {
    const own = await openHouse({ publicUrl: null })
    try {
      const anna = openBrowser(own.url)
      await anna.signIn('Anna')
      expect((await ask(`${own.url}/books`, { cookie: anna.cookie })).status).toBe(200)
      const { syncUrl } = await own.device('Libra')
      const secret = new URL(syncUrl).pathname
      for (const path of [
        '/',
        '/books',
        '/account',
        '/connect',
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
      expect(made.status).toBe(201)
      expect(await made.text()).not.toContain('evil')
    } finally {
      await own.close()
    }
  })
})
