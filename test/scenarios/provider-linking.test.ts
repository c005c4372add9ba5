import { afterEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openProvidedHouse, type ProvidedHouse } from '../support/provided-house.ts'

let provided: ProvidedHouse
afterEach(() => provided.close())

async function open(...how: Parameters<typeof openProvidedHouse>): Promise<ProvidedHouse> {
  return (provided = await openProvidedHouse(...how))
}

describe('linking', () => {
  const annaIn = async () => {
    const anna = openBrowser(provided.house.url)
    await anna.signIn('Anna')
    await anna.go('/account')
    return anna
  }

  test('makes an account at the provider hers, and nothing else does', async () => {
    const { house, lighthouse, toProvider, signIn } = await open()
    lighthouse.accounts.set('s-anna', {
      preferred_username: 'Anna',
      email: 'anna@example.org',
      email_verified: true,
    })
    expect((await signIn('s-anna')).shown.status).toBe(422)
    const anna = await annaIn()
    expect(faultsOf(anna.shown.html)).toEqual([])
    await toProvider(anna, 's-anna', 'Link my account at Lighthouse')
    expect(anna.words).toContain('It is linked.')
    expect(anna.words).toContain('You sign in as anna@example.org')
    expect((await signIn('s-anna')).shown.html).toContain('Sign out Anna')
    // What is hers becomes nobody else's.
    const ben = await house.person('Ben')
    const browser = openBrowser(house.url)
    await browser.signIn(ben.name)
    await browser.go('/account')
    await toProvider(browser, 's-anna', 'Link my account at Lighthouse')
    expect(browser.words).toContain('somebody else’s here')
    await anna.go('/account')
    await anna.press('Unlink')
    expect((await signIn('s-anna')).shown.status).toBe(422)
  })

  test('is for whoever began it, and not for whoever is signed in at its end', async () => {
    const { house, signIn } = await open()
    await house.person('Ben')
    const anna = await annaIn()
    await anna.press('Link my account at Lighthouse')
    await anna.follow('Go on to Lighthouse')
    anna.stopAt = '/sign-in/provider/back'
    await anna.press('I am', { login: 's-ben' })
    anna.stopAt = undefined
    const back = anna.shown.headers.get('location') ?? ''
    anna.cookie = ''
    await anna.signIn('Ben')
    await anna.go(back)
    expect(anna.shown.status).toBe(403)
    expect((await signIn('s-ben')).shown.status).toBe(422)
  })

  test('needs somebody who signed in lately', async () => {
    const { house } = await open()
    const anna = await annaIn()
    house.advance(31 * 60_000)
    await anna.go('/account')
    await anna.press('Link my account at Lighthouse')
    expect([anna.shown.status, anna.words]).toEqual([
      403,
      expect.stringContaining('You signed in a while ago.'),
    ])
  })

  test('is taken back by nobody who could not sign in any more', async () => {
    const { house, signIn } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = await signIn('s-ben')
    await ben.go('/account')
    expect(faultsOf(ben.shown.html)).toEqual([])
    await ben.press('Unlink')
    expect([ben.shown.status, ben.words]).toEqual([
      409,
      expect.stringContaining('your only way to sign in'),
    ])
    await ben.go('/account')
    await ben.press('Choose a password', { password: 'a lantern in the hall' })
    expect(ben.words).toContain('Your password is changed')
    await ben.press('Unlink')
    expect(ben.shown.url).toBe(`${house.url}/account`)
    const again = openBrowser(house.url)
    await again.signIn('ben', 'a lantern in the hall')
    expect(again.shown.url).toBe(`${house.url}/books`)
  })
})
