import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IDLE, LONGEST, MOST } from '../../src/people/web-session.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

const HOUR = 60 * 60_000
const DAY = 24 * HOUR

describe('somebody who signs in', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ trustedProxies: '127.0.0.1' })
  })
  afterAll(() => house.close())

  /** Each as if from another caller: wrong passwords of one are answered slowly. */
  const browser = (): Browser => callerAt(house)
  const hashes = async () =>
    (await house.server.home.db.read.selectFrom('web_session').select('hash').execute()).map(
      ({ hash }) => hash,
    )

  test('begins at the front page, and is then at home in the library', async () => {
    const anna = browser()
    expect((await anna.go('/')).status).toBe(200)
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.follow('Sign in')
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.signIn('anna', 'the password of Anna')
    expect(anna.shown.url).toBe(`${house.url}/books`)
    expect(anna.words).toContain('Your library is empty.')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect((await anna.go('/')).url).toBe(`${house.url}/books`)
    expect((await anna.go('/sign-in')).url).toBe(`${house.url}/books`)
  })

  test('comes back to the page that was asked for, and to no other site', async () => {
    const anna = browser()
    await anna.go('/errata?after=1:x')
    expect(anna.shown.url).toContain('/sign-in?to=')
    await anna.signIn('Anna')
    expect(anna.shown.url).toBe(`${house.url}/errata?after=1:x`)
    for (const to of [
      '//elsewhere.example',
      'https://elsewhere.example/',
      '/\\elsewhere.example',
    ]) {
      const other = browser()
      await other.go(`/sign-in?to=${encodeURIComponent(to)}`)
      await other.signIn('Anna')
      expect(other.shown.url).toBe(`${house.url}/books`)
    }
  })

  test('is told the same of a wrong name and of a wrong password', async () => {
    const wrong = browser()
    await wrong.signIn('Nobody')
    expect(wrong.shown.status).toBe(422)
    const ofName = wrong.words
    expect(ofName).toContain('Nobody here has this name and this password.')
    expect(faultsOf(wrong.shown.html)).toEqual([])
    expect(wrong.shown.html).toContain('value="Nobody"')
    expect(wrong.shown.html).not.toContain('the password of')
    await wrong.signIn('Anna', 'the password of Anne')
    expect([wrong.shown.status, wrong.words]).toEqual([422, ofName])
    await wrong.signIn('Anna', 'x'.repeat(3000))
    expect([wrong.shown.status, wrong.words]).toEqual([422, ofName])
    expect(wrong.cookie).toBe('')
  })

  test('is answered later and later after many wrong passwords', async () => {
    const wrong = openBrowser(house.url, { 'x-forwarded-for': '198.51.100.7' })
    for (let tries = 0; tries < 10; tries++) await wrong.signIn('Anna', 'guessed')
    for (const ms of [100, 200, 400]) {
      const began = performance.now()
      await wrong.signIn('Anna', 'guessed')
      expect(performance.now() - began).toBeGreaterThanOrEqual(ms - 1)
    }
    await wrong.signIn('Anna')
    expect(wrong.words).toContain('Library')
  })

  test('is turned away unheard when many tries come from there at once', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.8' }
    const wrong = openBrowser(house.url, headers)
    for (let tries = 0; tries < 10; tries++) await wrong.signIn('Anna', 'guessed')
    const statuses = await Promise.all(
      Array.from({ length: 7 }, async () => {
        const { status } = await openBrowser(house.url, headers).post('/sign-in', {
          name: 'Anna',
          password: 'guessed',
        })
        return status
      }),
    )
    // To be turned away says nothing of the password: the right one is turned away as well.
    expect(new Set(statuses)).toEqual(new Set([422, 429]))
    expect(statuses.filter((status) => status === 422).length).toBeGreaterThanOrEqual(3)
    expect((await wrong.signIn('Anna')).url).toBe(`${house.url}/books`)
  })

  test('gets a cookie that scripts and other sites do not get, of which only the hash is kept', async () => {
    const anna = browser()
    await anna.signIn('Anna')
    expect(anna.lastSetCookie).toMatch(
      /^holdfast=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const secret = anna.cookie.split('=')[1] ?? ''
    const kept = await hashes()
    expect(kept.every((hash) => /^[\da-f]{64}$/.test(hash))).toBe(true)
    expect(house.log.join('')).not.toContain(secret)
    expect(anna.shown.html).not.toContain(secret)
    expect(anna.shown.headers.get('cache-control')).toBe('no-store')
  })

  test('is signed out for good, also where the cookie was kept', async () => {
    const anna = browser()
    await anna.signIn('Anna')
    const kept = anna.cookie
    await anna.press('Sign out Anna')
    expect(anna.shown.url).toBe(`${house.url}/sign-in`)
    expect(anna.cookie).toBe('')
    anna.cookie = kept
    expect((await anna.go('/errata')).url).toContain('/sign-in')
  })

  test('gets a new session each time, and the one before ends', async () => {
    const anna = browser()
    await anna.signIn('Anna')
    const before = anna.cookie
    await anna.post('/sign-in', { name: 'Anna', password: 'the password of Anna' })
    expect(anna.cookie).not.toBe(before)
    const old = browser()
    old.cookie = before
    expect((await old.go('/errata')).url).toContain('/sign-in')
  })

  test('stays so for thirty days after the last page, and for half a year at most', async () => {
    const anna = browser()
    await anna.signIn('Anna')
    house.advance(IDLE - HOUR)
    expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
    house.advance(IDLE - HOUR)
    expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
    house.advance(IDLE + 1)
    expect((await anna.go('/errata')).url).toContain('/sign-in?to=')

    await anna.signIn('Anna')
    const ends = house.now() + LONGEST
    while (house.now() + 20 * DAY < ends) {
      house.advance(20 * DAY)
      expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
    }
    house.setNow(ends - 1)
    expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
    house.setNow(ends)
    expect((await anna.go('/errata')).url).toContain('/sign-in')
    await anna.signIn('Anna')
    expect(await hashes()).toHaveLength(1)
  })

  test('has at most fifty sessions', async () => {
    await house.server.home.db.transact(async (tx) => {
      const { owner } = house
      for (let n = 0; n < MOST + 5; n++)
        await tx
          .insertInto('web_session')
          .values({
            hash: String(n).padStart(64, '0'),
            person: owner.id,
            began_at: house.now(),
            seen_at: house.now() - 1000,
            ends_at: house.now() + DAY,
            id: `session ${n}`,
            browser: 'a browser',
          })
          .execute()
    })
    const anna = browser()
    await anna.signIn('Anna')
    expect(await hashes()).toHaveLength(MOST)
    expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
  })

  test('sends no more than a form takes, and in the way of forms', async () => {
    const big = browser()
    expect((await big.post('/sign-in', { name: 'x'.repeat(20_000), password: '' })).status).toBe(
      413,
    )
    expect((await big.post('/sign-in', { name: 'Anna' })).status).toBe(400)
    const answer = await fetch(`${house.url}/sign-in`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(400)
    expect(faultsOf(await answer.text())).toEqual([])
  })

  test('is asked to use https where the address of the house says so', async () => {
    const secure = await openHouse({ publicUrl: 'https://books.example.org/shelf' })
    try {
      const lan = openBrowser(secure.url)
      await lan.signIn('Anna')
      expect(lan.words).toContain('Please sign in at https://books.example.org/shelf')
      const outside = { origin: 'https://books.example.org' }
      await lan.post('/sign-in', { name: 'Anna', password: 'the password of Anna' }, outside)
      expect(lan.lastSetCookie).toMatch(
        /^__Host-holdfast=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
      expect(lan.words).toContain('Library')
    } finally {
      await secure.close()
    }
  })
})
