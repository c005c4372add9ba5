import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CODE_LIFE, MOST_WRONG } from '../../src/people/first-visit.ts'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

const PASSWORD = 'a lantern in the hall'

describe('the first visit', () => {
  let house: House
  beforeEach(async () => {
    house = await openHouse({ trustedProxies: '127.0.0.1', isEmpty: true })
  })
  afterEach(() => house.close())

  const browser = (): Browser => callerAt(house)
  const links = () =>
    house.log.flatMap((line) => /http\S+\/first-visit\?code=[\w-]+/.exec(line)?.[0] ?? [])
  const link = () => links().at(-1) ?? ''
  const make = async (at: Browser, fields: Record<string, string> = {}) => {
    await at.go(link())
    return at.press('Make my account', {
      code: new URL(link()).searchParams.get('code') ?? '',
      name: 'Anna',
      password: PASSWORD,
      ...fields,
    })
  }

  test('begins with the link in the log, and makes the owner, who is signed in', async () => {
    const anna = browser()
    await anna.go('/')
    await anna.follow('First visit')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect((await anna.go('/sign-in')).url).toBe(`${house.url}/first-visit`)
    await anna.go(link())
    expect(anna.shown.html).toContain(`value="${new URL(link()).searchParams.get('code')}"`)
    await make(anna)
    expect(anna.shown.url).toBe(`${house.url}/books`)
    await anna.press('Sign out Anna')
    expect((await anna.signIn('anna', PASSWORD)).url).toBe(`${house.url}/books`)
    const people = await house.server.home.db.read.selectFrom('person').selectAll().execute()
    expect(people).toMatchObject([{ name: 'Anna', owner: 1 }])
  })

  test('takes a code once: there is an owner then', async () => {
    const kept = link()
    await make(browser())
    const other = browser()
    await other.go(kept)
    expect(other.shown.url).toBe(`${house.url}/sign-in`)
    const code = new URL(kept).searchParams.get('code') ?? ''
    await other.post('/first-visit', { code, name: 'Eve', password: PASSWORD })
    expect(other.shown.status).toBe(404)
    const people = await house.server.home.db.read.selectFrom('person').select('name').execute()
    expect(people).toEqual([{ name: 'Anna' }])
    const before = links().length
    await house.restart()
    expect(links()).toHaveLength(before)
  })

  test('makes one owner of two who bring the code at once', async () => {
    const code = new URL(link()).searchParams.get('code') ?? ''
    const told = await Promise.all(
      ['Anna', 'Eve'].map(
        async (name) =>
          (await browser().post('/first-visit', { code, name, password: PASSWORD })).status,
      ),
    )
    expect(told.sort((a, b) => a - b)).toEqual([200, 404])
    const people = await house.server.home.db.read.selectFrom('person').selectAll().execute()
    expect(people).toHaveLength(1)
  })

  test('knows nobody with another code, and gives no other right', async () => {
    const eve = browser()
    for (const code of ['', 'x', 'A'.repeat(22)]) {
      await make(eve, { code })
      expect([eve.shown.status, eve.cookie]).toEqual([422, ''])
      expect(eve.words).toContain('That is not the code')
    }
    expect(faultsOf(eve.shown.html)).toEqual([])
    expect(await house.server.home.db.read.selectFrom('person').selectAll().execute()).toEqual([])
    expect((await make(browser())).url).toBe(`${house.url}/books`)
  })

  test('keeps the code for whoever chose a name or password that will not do', async () => {
    const anna = browser()
    for (const fields of [{ password: 'short' }, { password: 'password1234' }, { name: ' ' }]) {
      await make(anna, fields)
      expect(anna.shown.status).toBe(422)
      expect(anna.shown.html).not.toContain('password1234')
    }
    expect((await make(anna)).url).toBe(`${house.url}/books`)
  })

  test('is over after fifteen minutes, and begins anew with each start', async () => {
    house.advance(CODE_LIFE)
    const anna = browser()
    await make(anna)
    expect([anna.shown.status, anna.words]).toEqual([
      422,
      expect.stringContaining('That code is good no more.'),
    ])
    const old = link()
    await house.restart()
    expect(link()).not.toBe(old)
    await make(anna, { code: new URL(old).searchParams.get('code') ?? '' })
    expect(anna.shown.status).toBe(422)
    expect((await make(anna)).url).toBe(`${house.url}/books`)
  })

  test('is over after many wrong codes', async () => {
    for (let n = 0; n < MOST_WRONG; n += 1) {
      const answer = await browser().post('/first-visit', {
        code: `wrong ${n}`,
        name: 'Eve',
        password: PASSWORD,
      })
      expect(answer.status).toBe(422)
    }
    expect((await make(browser())).status).toBe(422)
  })

  test('ends when an owner is made on the machine', async () => {
    const kept = link()
    await house.makeOwner('Anna')
    const eve = browser()
    const code = new URL(kept).searchParams.get('code') ?? ''
    await eve.post('/first-visit', { code, name: 'Eve', password: PASSWORD })
    expect(eve.shown.status).toBe(404)
  })

  test('keeps of the code only its hash', async () => {
    const code = new URL(link()).searchParams.get('code') ?? ''
    expect(Buffer.from(code, 'base64url')).toHaveLength(16)
    const kept = await house.server.home.db.read.selectFrom('setting').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(code)
  })
})
