import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { laneOf } from '../../src/web/session/account-lane.ts'
import { ACCOUNTS, CALLERS, delayAfter, tryGuessable } from '../../src/wrong-secrets.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openRaw } from '../support/raw-http.ts'

const ROOM = 20

let house: House
let kobo: HouseKobo
let shelf: string
beforeEach(async () => {
  house = await openHouse({ connections: ROOM, trustedProxies: '127.0.0.1' })
  const book = await house.addBook(await makeEpub({ title: 'Emma', cover: 'jpeg' }))
  shelf = (await house.shelf('All', [book.id])).id
  await house.settled()
  kobo = await koboAt(house)
  await kobo.syncUntilQuiet()
})
afterEach(async () => {
  closeKobos()
  await house.close()
})

/** The Kobo gets a new book, whatever else is going on at its address. */
async function expectServed(): Promise<void> {
  const book = await house.addBook(await makeEpub({ title: `Book ${house.now()}` }))
  await house.api('POST', `/shelves/${shelf}/books`, { add: [book.id] })
  await house.settled()
  const { completed, operations } = await kobo.sync()
  expect([completed, operations.length]).toEqual([true, 1])
  expect(kobo.violations).toEqual([])
}

describe('a Kobo is served as ever while somebody at its address', () => {
  test.each([
    ['opens connections and says nothing', ''],
    ['never ends the head of a request', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'never ends a form',
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nname=',
    ],
    [
      'never ends an upload',
      'POST /kobo/x/v1/analytics/event HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{',
    ],
  ])('%s', async (_, beginning) => {
    const strangers = []
    for (let n = 0; n < 3 * ROOM; n += 1) {
      const raw = await openRaw(house.url)
      if (beginning !== '') raw.send(beginning)
      strangers.push(raw)
    }
    await expectServed()
    // Also one that comes now, by a connection of its own.
    const fresh = await koboAt(house)
    expect((await fresh.sync()).completed).toBe(true)
    expect(fresh.titles()).toContain('Emma')
    for (const raw of strangers) raw.destroy()
  })

  test('tries addresses, API tokens and passwords', async () => {
    const over = new AbortController()
    const strangers = Array.from({ length: 6 }, async (_, n) => {
      while (!over.signal.aborted) {
        const wrong = 'W'.repeat(43)
        const asked =
          n % 3 === 0
            ? fetch(`${house.url}/kobo/${wrong}/v1/initialization`, { signal: over.signal })
            : n % 3 === 1
              ? fetch(`${house.url}/api/v1/books`, {
                  headers: { authorization: `Bearer hf_${wrong}` },
                  signal: over.signal,
                })
              : fetch(`${house.url}/sign-in`, {
                  method: 'POST',
                  body: new URLSearchParams({ name: 'Anna', password: 'a wrong one' }),
                  signal: over.signal,
                })
        const status = await asked.then(
          async (answer) => {
            await answer.arrayBuffer()
            return answer.status
          },
          () => undefined,
        )
        expect([401, 422, 429, undefined]).toContain(status)
      }
    })
    for (let n = 0; n < 5; n += 1) {
      await expectServed()
      house.advance(60_000)
    }
    over.abort()
    await Promise.all(strangers)
  })
})

describe('a person whose password strangers try from everywhere', () => {
  const stranger = (): Browser => callerAt(house)
  /** As many strangers as are heard at an account at once try a password of Anna's, until they are let go. */
  const besieged = async (work: () => Promise<void>) => {
    const gate = Promise.withResolvers<true>()
    const { home } = house.server
    const tries = Array.from({ length: 10 }, (_, n) => {
      const headers = new Headers({ 'x-forwarded-for': `192.0.2.${n}` })
      const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } as IncomingMessage }
      return tryGuessable(
        home,
        { call: { headers, env }, account: laneOf('Anna') },
        () => gate.promise,
      )
    })
    try {
      await work()
    } finally {
      gate.resolve(true)
      await Promise.all(tries)
    }
  }

  test('is heard where they signed in before, and elsewhere when a place is free', async () => {
    const anna = openBrowser(house.url, { 'x-forwarded-for': '198.51.100.1' })
    await anna.signIn('Anna')
    await anna.press('Sign out Anna')
    const elsewhere = stranger()
    await besieged(async () => {
      // To be turned away says nothing of the password: the right one is turned away as well.
      expect((await elsewhere.signIn('Anna')).status).toBe(429)
      expect((await stranger().signIn('Anna', 'a wrong one')).status).toBe(429)
      expect((await anna.signIn('Anna')).url).toBe(`${house.url}/books`)
    })
    await elsewhere.go('/sign-in')
    expect((await elsewhere.signIn('Anna')).url).toBe(`${house.url}/books`)
  })

  test('is not shut out by how many were wrong: the right password never waits', async () => {
    const attempt = async (password: string) =>
      (await stranger().post('/sign-in', { name: 'Anna', password })).status
    for (let n = 0; n < ACCOUNTS.free + 3; n += 1) expect(await attempt('a wrong one')).toBe(422)
    const began = performance.now()
    await attempt('a wrong one')
    expect(performance.now() - began).toBeGreaterThanOrEqual(
      delayAfter(ACCOUNTS.free + 4, ACCOUNTS) - 1,
    )
    // One more wrong one waits; the right one, which comes after it, is heard before it. Each wrong one waits twice as long as the one
    // before it, so that a machine that was too slow for the first is fast enough for the next.
    let isFirst = false
    for (
      let beyond = 5;
      !isFirst && delayAfter(ACCOUNTS.free + beyond, ACCOUNTS) < 20_000;
      beyond += 1
    ) {
      let isWaiting = true
      const wrong = attempt('a wrong one').finally(() => (isWaiting = false))
      expect(await attempt('the password of Anna')).toBe(200)
      isFirst = isWaiting
      expect(await wrong).toBe(422)
    }
    expect(isFirst).toBe(true)
  }, 120_000)

  test('shares that with nobody who brings what another browser or person was given', async () => {
    await house.person('Ben')
    const ben = openBrowser(house.url, { 'x-forwarded-for': '198.51.100.2' })
    await ben.signIn('Ben')
    const his = ben.others.get('holdfast-known') ?? ''
    await besieged(async () => {
      for (const known of ['holdfast-known=x', his, `${his.slice(0, -1)}x`]) {
        const eve = stranger()
        eve.others.set('holdfast-known', known)
        await eve.go('/sign-in')
        expect((await eve.signIn('Anna')).status).toBe(429)
      }
    })
  })
})

describe('codes and invitations', () => {
  test('that are wrong are answered later and later, like every guess of a caller', async () => {
    const eve = openBrowser(house.url, { 'x-forwarded-for': '198.51.100.9' })
    for (let n = 0; n < CALLERS.free; n += 1)
      expect((await eve.go(`/invitation?code=${'W'.repeat(43)}`)).status).toBe(404)
    const told = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const fields = { code: 'W'.repeat(43), name: 'Eve', password: 'a lantern in the hall' }
        const headers = { 'x-forwarded-for': '198.51.100.9' }
        return (await openBrowser(house.url, headers).post('/invitation', fields)).status
      }),
    )
    expect(new Set(told)).toEqual(new Set([404, 429]))
  })
})
