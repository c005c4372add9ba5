import { afterEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openProvidedHouse, type ProvidedHouse } from '../support/provided-house.ts'

let provided: ProvidedHouse
afterEach(() => provided.close())

async function open(...how: Parameters<typeof openProvidedHouse>): Promise<ProvidedHouse> {
  return (provided = await openProvidedHouse(...how))
}

describe('the first owner', () => {
  const link = () =>
    provided.house.log.flatMap(
      (line) => /http\S+\/first-visit\?code=[\w-]+/.exec(line)?.[0] ?? [],
    )[0] ?? ''

  test('is nobody for being the first', async () => {
    const { house, people, toProvider } = await open(
      { HOLDFAST_OIDC_ALLOW: '*' },
      { isEmpty: true },
    )
    const eve = openBrowser(house.url)
    await eve.go('/first-visit')
    await toProvider(eve, 's-ben', 'Go on with Lighthouse instead')
    expect([eve.shown.status, eve.cookie]).toEqual([422, ''])
    expect(eve.words).toContain('Nobody owns this server yet')
    await eve.go('/first-visit?code=wrong')
    await toProvider(eve, 's-ben', 'Go on with Lighthouse instead')
    expect(eve.shown.status).toBe(422)
    expect(await people()).toEqual([])
  })

  test('is nobody for bringing another code', async () => {
    const { house, people } = await open({ HOLDFAST_OIDC_ALLOW: '*' }, { isEmpty: true })
    const eve = openBrowser(house.url)
    await eve.go('/first-visit')
    await eve.press('Go on with Lighthouse instead', { code: 'A'.repeat(22) })
    await eve.follow('Go on to Lighthouse')
    await eve.press('I am', { login: 's-ben' })
    expect([eve.shown.status, eve.cookie]).toEqual([422, ''])
    expect(eve.words).toContain('not the code that this server logged last')
    expect(await people()).toEqual([])
  })

  test('is whoever brings the code, once', async () => {
    const { house, people } = await open({}, { isEmpty: true })
    const anna = openBrowser(house.url)
    await anna.go(link())
    expect(faultsOf(anna.shown.html)).toEqual([])
    const code = new URL(link()).searchParams.get('code') ?? ''
    await anna.press('Go on with Lighthouse instead', { code })
    await anna.follow('Go on to Lighthouse')
    await anna.press('I am', { login: 's-ben' })
    expect(anna.shown.url).toBe(`${house.url}/books`)
    expect(await people()).toEqual([{ name: 'ben', owner: 1 }])
  })

  test('is whoever the configuration names', async () => {
    const { house, people, toProvider } = await open(
      { HOLDFAST_OIDC_OWNERS: 's-ben' },
      { isEmpty: true },
    )
    const anna = openBrowser(house.url)
    await anna.go('/first-visit')
    await toProvider(anna, 's-ben', 'Go on with Lighthouse instead')
    expect(await people()).toEqual([{ name: 'ben', owner: 1 }])
  })
})

describe('an invitation', () => {
  test('is taken by an account at the provider, once', async () => {
    const { house, lighthouse, people, toProvider } = await open()
    const anna = openBrowser(house.url)
    await anna.signIn('Anna')
    await anna.go('/people')
    await anna.press('Invite', { label: 'Ben' })
    const address = /http\S+code=[\w-]+/.exec(anna.words)?.[0] ?? ''
    const ben = openBrowser(house.url)
    await ben.go(address)
    await toProvider(ben, 's-ben', 'Go on with Lighthouse instead')
    expect(ben.shown.html).toContain('Sign out ben')
    lighthouse.accounts.set('s-eve', { preferred_username: 'eve' })
    const eve = openBrowser(house.url)
    await eve.go('/sign-in')
    const code = new URL(address).searchParams.get('code') ?? ''
    await eve.post('/invitation/provider', { code }, { origin: house.url })
    await eve.follow('Go on to Lighthouse')
    await eve.press('I am', { login: 's-eve' })
    expect(eve.words).toContain('good no more')
    expect(await people()).toHaveLength(2)
  })
})
