import { afterEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openHouse } from '../support/house.ts'
import { openProvidedHouse, type ProvidedHouse } from '../support/provided-house.ts'

let provided: ProvidedHouse | undefined
afterEach(async () => {
  await provided?.close()
  provided = undefined
})

async function open(...how: Parameters<typeof openProvidedHouse>): Promise<ProvidedHouse> {
  return (provided = await openProvidedHouse(...how))
}

describe('a provider', () => {
  test('that is down locks nobody out', async () => {
    const { house, lighthouse, signIn, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = await stopBefore(ben, 's-ben')
    lighthouse.setDown(true)
    await ben.go(back)
    expect([ben.shown.status, ben.words]).toEqual([
      503,
      expect.stringContaining('Lighthouse does not answer as it should.'),
    ])
    await house.restart()
    await ben.go('/sign-in')
    await ben.press('Sign in with Lighthouse')
    expect(ben.shown.status).toBe(503)
    expect(ben.words).toContain('passwords and passkeys go on')
    const anna = openBrowser(house.url)
    await anna.signIn('Anna')
    expect(anna.shown.url).toBe(`${house.url}/books`)
    lighthouse.setDown(false)
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
  })

  test.each([
    ['another issuer', (issuer: string) => ({ issuer: `${issuer}/other` })],
    ['a place without encryption', () => ({ token_endpoint: 'http://books.example/token' })],
    ['more than a provider has to say', () => ({ x: 'x'.repeat(300_000) })],
  ])('that tells %s is not used', async (_, more) => {
    const { house, lighthouse } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const known = await fetch(`${lighthouse.issuer}/.well-known/openid-configuration`)
    const said = (await known.json()) as object
    lighthouse.setDiscovery(JSON.stringify({ ...said, ...more(lighthouse.issuer) }))
    const ben = openBrowser(house.url)
    await ben.go('/sign-in')
    await ben.press('Sign in with Lighthouse')
    if (ben.shown.status === 200) {
      await ben.follow('Go on to Lighthouse')
      await ben.press('I am', { login: 's-ben' })
    }
    expect([ben.shown.status, ben.cookie]).toEqual([503, ''])
  })

  test('is asked by nobody from another site', async () => {
    const { house, lighthouse } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const eve = openBrowser(house.url)
    const headers = { origin: 'https://elsewhere.example' }
    expect((await eve.post('/sign-in/provider', {}, headers)).status).toBe(403)
    expect(lighthouse.asked).toEqual([])
  })

  test('whose wishes lead elsewhere leads nowhere else', async () => {
    const { house } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    await ben.go('/sign-in?to=https://elsewhere.example')
    await ben.press('Sign in with Lighthouse')
    await ben.follow('Go on to Lighthouse')
    await ben.press('I am', { login: 's-ben' })
    expect(ben.shown.url).toBe(`${house.url}/books`)
  })

  test('of none is not there', async () => {
    const house = await openHouse()
    const eve = openBrowser(house.url)
    await eve.go('/sign-in')
    expect(eve.words).not.toContain('Sign in with')
    expect((await eve.go('/sign-in/provider/back?code=x&state=x')).status).toBe(404)
    await house.close()
  })
})
