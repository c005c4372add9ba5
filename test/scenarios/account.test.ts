import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0'
const browser = (agent = FIREFOX): Browser => callerAt(house, { 'user-agent': agent })
const signedIn = async (name: string, agent?: string, password?: string): Promise<Browser> => {
  const fresh = browser(agent)
  await fresh.signIn(name, password)
  expect(fresh.shown.url).toBe(`${house.url}/books`)
  return fresh
}
const isIn = async (who: Browser) => !(await who.go('/errata')).url.includes('/sign-in')

describe('a password', () => {
  const change = (who: Browser, current: string, password: string) =>
    who.press('Change the password', { current, password })

  test('is changed by whoever knows the present one, and every other session ends', async () => {
    await house.person('Ben')
    const [ben, other] = [await signedIn('Ben'), await signedIn('Ben')]
    const before = ben.cookie
    await ben.go('/account')
    expect(faultsOf(ben.shown.html)).toEqual([])
    await change(ben, 'the password of Ben', 'a boat on the canal')
    expect(ben.words).toContain('Your password is changed.')
    expect(await isIn(ben)).toBe(true)
    expect(await isIn(other)).toBe(false)
    // Whoever had copied the cookie of this very session is out as well.
    const copied = browser()
    copied.cookie = before
    expect(await isIn(copied)).toBe(false)
    await other.signIn('Ben', 'the password of Ben')
    expect(other.shown.status).toBe(422)
    await signedIn('Ben', FIREFOX, 'a boat on the canal')
  })

  test('stays as it is for whoever does not know it', async () => {
    await house.person('Cleo')
    const [cleo, other] = [await signedIn('Cleo'), await signedIn('Cleo')]
    for (const current of ['', 'the password of Ben', 'the password of Anna']) {
      await cleo.go('/account')
      await change(cleo, current, 'a boat on the canal')
      expect([cleo.shown.status, cleo.words]).toEqual([
        422,
        expect.stringContaining('That is not your present password.'),
      ])
      expect(faultsOf(cleo.shown.html)).toEqual([])
    }
    expect(await isIn(other)).toBe(true)
    await signedIn('Cleo')
  })

  test.each([
    ['short', 'short 123'],
    ['common', 'qwertyuiop'],
    ['common, but for what stands around it', 'Password2024!!'],
    ['common, in other letters', 'ＰＡＳＳＷＯＲＤ1234'],
    ['a pattern', 'abababababab'],
    ['their name', 'Dora-Dora-1987'],
    ['the name of this program', 'Holdfast2026!'],
    ['longer than any', 'x y z w v'.repeat(200)],
  ])('that is %s will not do', async (_, password) => {
    await house.person('Dora').catch(() => undefined)
    const dora = await signedIn('Dora')
    await dora.go('/account')
    await change(dora, 'the password of Dora', password)
    expect(dora.shown.status).toBe(422)
    expect(dora.shown.html).not.toContain(password)
    await signedIn('Dora')
  })

  test('of one person opens no other account', async () => {
    const wrong = browser()
    await wrong.signIn('Anna', 'the password of Cleo')
    expect([wrong.shown.status, wrong.cookie]).toEqual([422, ''])
  })
})

describe('sessions', () => {
  const PHONE =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'

  test('are listed with their browser and when they were last used', async () => {
    await house.person('Emil')
    const emil = await signedIn('Emil')
    await signedIn('Emil', PHONE)
    await signedIn('Emil', '<script>alert(1)</script>')
    house.advance(2 * 60 * 60_000)
    await emil.go('/account')
    expect(emil.words).toContain('Firefox on Linux, this one')
    expect(emil.words).toMatch(/Safari on an iPhone, last used today \d\d:\d\d/)
    expect(emil.words).toContain('A browser, last used')
    expect(emil.shown.html).not.toContain('alert(1)')
    expect(emil.shown.html).not.toMatch(/[\da-f]{64}/)
  })

  test('are ended one by one, all but this one, or everywhere', async () => {
    await house.person('Finn')
    const [here, phone, third] = [
      await signedIn('Finn'),
      await signedIn('Finn', PHONE),
      await signedIn('Finn'),
    ]
    await here.go('/account')
    await here.press('End that session', {}, 'iPhone')
    expect([await isIn(here), await isIn(phone), await isIn(third)]).toEqual([true, false, true])
    await here.go('/account')
    await here.press('End all the others')
    expect([await isIn(here), await isIn(third)]).toEqual([true, false])
    const again = await signedIn('Finn')
    await here.go('/account')
    await here.press('Sign out everywhere')
    expect(here.cookie).toBe('')
    expect([await isIn(here), await isIn(again)]).toEqual([false, false])
  })

  test('of others are not found and not ended', async () => {
    await house.person('Gil')
    await house.person('Hal')
    const [gil, hal] = [await signedIn('Gil'), await signedIn('Hal')]
    await hal.go('/account')
    const its = /sessions\/([\w-]+)\/end/.exec(hal.form('End this session').action)?.[1] ?? ''
    await gil.go('/account')
    const token = gil.form('End all the others').fields[0]?.[1] ?? ''
    expect((await gil.post(`/account/sessions/${its}/end`, { token })).status).toBe(404)
    await gil.go('/account')
    await gil.press('End all the others')
    expect(await isIn(hal)).toBe(true)
  })
})
