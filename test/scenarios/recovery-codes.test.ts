import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNTS } from '../../src/wrong-secrets.ts'
import type { Browser } from '../support/browser.ts'
import { first } from '../support/found.ts'
import { faultsOf } from '../support/html.ts'
import { openPasskeyHouse, type PasskeyHouse } from '../support/passkey-house.ts'
import { tablesOf } from '../support/tables-of.ts'

let home: PasskeyHouse
beforeEach(async () => {
  home = await openPasskeyHouse()
})
afterEach(() => home.close())

describe('recovery codes', () => {
  const codesIn = (at: Browser) => at.words.match(/[\da-z]{4}(?:-[\da-z]{4}){3}/g) ?? []

  /** The first two of the ten that are shown. */
  function twoCodes(at: Browser): [string, string] {
    const codes = codesIn(at)
    expect(codes).toHaveLength(10)
    return [first(codes), first(codes.slice(1))]
  }

  async function recover(name: string, code: string): Promise<Browser> {
    const at = home.browser()
    await at.go('/sign-in')
    await at.follow('takes a recovery code')
    await at.press('Sign in', { name, code })
    return at
  }

  test('are shown once, kept as hashes, and each lets in once, with what is left told', async () => {
    const anna = await home.annaIn()
    expect(anna.words).toContain('None are left.')
    await anna.press('Make new recovery codes')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const codes = codesIn(anna)
    expect(new Set(codes).size).toBe(10)
    await anna.follow('To your account')
    expect(codesIn(anna)).toEqual([])
    const kept = JSON.stringify([tablesOf(home.house), home.house.log])
    for (const code of codes) {
      expect(kept).not.toContain(code)
      expect(kept).not.toContain(code.replaceAll('-', ''))
    }
    const one = first(codes)
    const at = await recover('anna', one)
    expect(at.words).toContain('that code is used up')
    expect(at.words).toContain('9 are left.')
    expect(faultsOf(at.shown.html)).toEqual([])
    const again = await recover('anna', one)
    expect([again.shown.status, again.cookie]).toEqual([422, ''])
    expect(faultsOf(again.shown.html)).toEqual([])
    // However it is typed.
    const typed = first(codes.slice(1))
      .toUpperCase()
      .replaceAll('-', ' ')
      .replaceAll('1', 'I')
      .replaceAll('0', 'O')
    expect((await recover('Anna', typed)).shown.status).toBe(200)
  })

  test('let in once of two who bring one at the same moment', async () => {
    const anna = await home.annaIn()
    await anna.press('Make new recovery codes')
    const [code] = twoCodes(anna)
    const told = await Promise.all([recover('Anna', code), recover('Anna', code)])
    expect(told.map(({ shown }) => shown.status).sort((a, b) => a - b)).toEqual([200, 422])
  })

  test('are nobody else’s, and those from before open nothing', async () => {
    const anna = await home.annaIn()
    await anna.press('Make new recovery codes')
    const [old, other] = twoCodes(anna)
    await home.house.person('Ben')
    expect((await recover('Ben', other)).shown.status).toBe(422)
    expect((await recover('Nobody', other)).shown.status).toBe(422)
    await anna.go('/account')
    await anna.press('Make new recovery codes')
    expect((await recover('Anna', old)).shown.status).toBe(422)
  })

  test('stand in the place of the password that was forgotten, for half an hour', async () => {
    const anna = await home.annaIn()
    await anna.press('Make new recovery codes')
    const [code, other] = twoCodes(anna)
    const at = await recover('Anna', code)
    await at.press('Change the password', { password: 'a lantern in the hall' })
    expect(at.words).toContain('Your password is changed')
    await anna.signIn('Anna', 'a lantern in the hall')
    expect(anna.shown.url).toBe(`${home.house.url}/books`)
    const late = await recover('Anna', other)
    home.house.advance(30 * 60_000)
    await late.press('Change the password', { password: 'another lantern in it' })
    expect(late.words).toContain('That is not your present password.')
  })

  test('are guessed as slowly as passwords, at one account from everywhere', async () => {
    for (let n = 0; n < ACCOUNTS.free; n += 1)
      expect((await recover('Anna', `wrong ${n}`)).shown.status).toBe(422)
    // The next ones wait, each longer than the one before, until so many do that others are not heard.
    const over = new AbortController()
    const turnedAway = await Promise.any(
      Array.from({ length: 14 }, async (_, n) => {
        const answer = await fetch(`${home.house.url}/sign-in/recovery`, {
          method: 'POST',
          signal: over.signal,
          headers: { ...home.from, 'x-forwarded-for': `198.51.100.${n}` },
          body: new URLSearchParams({ name: 'Anna', code: 'wrong' }),
        })
        if (answer.status !== 429) throw new Error('It was heard.')
        return answer.status
      }),
    )
    over.abort()
    expect(turnedAway).toBe(429)
  })
})
