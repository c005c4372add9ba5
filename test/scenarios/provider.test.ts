import { afterEach, describe, expect, test } from 'vitest'
import { CLOCKS_APART } from '../../src/people/provider.ts'
import { AWAY } from '../../src/web/provider/begin.tsx'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House, type HouseOptions } from '../support/house.ts'
import { openIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts'
import { tablesOf } from '../support/tables-of.ts'

let house: House
let lighthouse: IdentityProvider
afterEach(async () => {
  await house.close()
  await lighthouse.close()
})

async function open(
  env: Record<string, string> = {},
  more: HouseOptions & { tokenLife?: number } = {},
): Promise<void> {
  const { tokenLife, ...options } = more
  lighthouse = await openIdentityProvider(tokenLife === undefined ? {} : { tokenLife })
  lighthouse.accounts.set('s-ben', {
    email: 'ben@example.org',
    email_verified: true,
    groups: ['readers'],
    preferred_username: 'ben',
  })
  // The provider has the clock of this machine.
  const now = Math.floor(Date.now() / 1000) * 1000
  house = await openHouse({ now, env: lighthouse.env(env), ...options })
  lighthouse.serve(house.url)
}

/** The faults of a page, but for its links to the provider. */
const faultsBut = (browser: Browser) =>
  faultsOf(browser.shown.html.replaceAll(`${lighthouse.issuer}/`, './'))

const people = () =>
  house.server.home.db.read.selectFrom('person').select(['name', 'owner']).execute()

/** Goes to the provider by a button, and says there who one is, until the provider sends back: the address is not followed. */
async function toProvider(browser: Browser, account: string, button = 'Sign in with Lighthouse') {
  if (button.startsWith('Sign in')) await browser.go('/sign-in')
  await browser.press(button)
  await browser.follow('Go on to Lighthouse')
  if (browser.shown.html.includes('I am')) await browser.press('I am', { login: account })
}

async function signIn(account: string, browser = openBrowser(house.url)): Promise<Browser> {
  await toProvider(browser, account)
  return browser
}

/** A browser that stops before it comes back, and where it would. */
async function stopBefore(
  browser: Browser,
  account: string,
  change: (url: URL) => void = () => {},
): Promise<string> {
  await browser.go('/sign-in')
  await browser.press('Sign in with Lighthouse')
  const link = /href="(http[^"]+\/auth\?[^"]+)"/.exec(browser.shown.html)?.[1] ?? ''
  const url = new URL(link.replaceAll('&amp;', '&'))
  change(url)
  browser.stopAt = '/sign-in/provider/back'
  await browser.go(url.href)
  if (browser.shown.html.includes('I am')) await browser.press('I am', { login: account })
  browser.stopAt = undefined
  return browser.shown.headers.get('location') ?? ''
}

describe('signing in by a provider', () => {
  test('asks the provider nothing before somebody does, and then signs them in', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: 'ben@example.org' })
    const ben = openBrowser(house.url)
    await ben.go('/sign-in?to=/devices')
    expect(faultsOf(ben.shown.html)).toEqual([])
    expect(lighthouse.asked).toEqual([])
    await ben.press('Sign in with Lighthouse')
    expect(faultsBut(ben)).toEqual([])
    expect(ben.shown.headers.get('refresh')).toMatch(/^0; url=http:\/\/127\.0\.0\.1/)
    await ben.follow('Go on to Lighthouse')
    await ben.press('I am', { login: 's-ben' })
    expect(ben.shown.url).toBe(`${house.url}/devices`)
    expect(ben.shown.html).toContain('Sign out ben')
    expect(await people()).toEqual([
      { name: 'Anna', owner: 1 },
      { name: 'ben', owner: 0 },
    ])
    // And as the same the next time, whatever they are called then.
    lighthouse.accounts.set('s-ben', {
      ...lighthouse.accounts.get('s-ben'),
      preferred_username: 'x',
    })
    expect((await signIn('s-ben')).shown.html).toContain('Sign out ben')
    expect(await people()).toHaveLength(2)
  })

  test('gives the browser a new session, and ends the one it had', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: 's-ben' })
    const ben = await signIn('s-ben')
    const before = ben.cookie
    ben.cookie = ''
    await signIn('s-ben', ben)
    expect(ben.cookie).not.toBe(before)
    const planted = openBrowser(house.url)
    planted.cookie = `holdfast=${'A'.repeat(43)}`
    await signIn('s-ben', planted)
    expect(planted.cookie).not.toContain('AAAA')
    expect(planted.shown.html).toContain('Sign out ben')
  })

  test('takes no name of somebody else: it gets a number', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    lighthouse.accounts.set('s-eve', { preferred_username: 'ANNA', email: 'anna@example.org' })
    expect((await signIn('s-eve')).shown.html).toContain('Sign out ANNA 2')
  })

  test('lets in nobody who is on no list, linked or invited', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: 'readers,email:cleo@example.org,sub:s-dan' })
    for (const [subject, account] of [
      ['s-eve', {}],
      ['s-eve2', { email: 'cleo@example.org' }],
      ['s-eve3', { email: 'cleo@example.org', email_verified: false }],
      ['readers2', { groups: ['readers2'] }],
      ['email:cleo@example.org', { preferred_username: 'readers' }],
    ] as const) {
      lighthouse.accounts.set(subject, {
        ...account,
        groups: [...('groups' in account ? account.groups : [])],
      })
      const eve = await signIn(subject)
      expect([subject, eve.shown.status, eve.cookie]).toEqual([subject, 422, ''])
      expect(eve.words).toContain('Nobody here has that account')
      expect(faultsOf(eve.shown.html)).toEqual([])
    }
    expect(await people()).toHaveLength(1)
    for (const [subject, account] of [
      ['s-1', { groups: ['readers'] }],
      ['s-2', { email: 'Cleo@example.org', email_verified: true }],
      ['s-dan', {}],
    ] as const) {
      lighthouse.accounts.set(subject, account as object)
      expect((await signIn(subject)).shown.url).toBe(`${house.url}/books`)
    }
  })

  test('lets nobody in any more whom the lists forgot, and everybody who was linked', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: 'readers' })
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
    lighthouse.accounts.set('s-ben', { preferred_username: 'ben', groups: [] })
    expect((await signIn('s-ben')).shown.status).toBe(422)
  })

  test('makes owners of whom the provider names so, and takes that back, but from the last one', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: 'readers', HOLDFAST_OIDC_OWNERS: 'group:keepers' })
    await signIn('s-ben')
    const groups = (...names: string[]) =>
      lighthouse.accounts.set('s-ben', { preferred_username: 'ben', groups: names })
    groups('readers', 'keepers')
    expect((await signIn('s-ben')).shown.html).toContain('People')
    expect(await people()).toContainEqual({ name: 'ben', owner: 1 })
    groups('readers')
    await signIn('s-ben')
    expect(await people()).toContainEqual({ name: 'ben', owner: 0 })
    groups('readers', 'keepers')
    await signIn('s-ben')
    await house.server.home.db.transact((tx) =>
      tx.updateTable('person').set({ owner: 0 }).where('name', '=', 'Anna').execute(),
    )
    groups('readers')
    await signIn('s-ben')
    expect(await people()).toContainEqual({ name: 'ben', owner: 1 })
  })
})

describe('an answer of the provider', () => {
  test('counts once: the same address opens nothing again, also with the ticket put back', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = await stopBefore(ben, 's-ben')
    const tickets = new Map(ben.others)
    const asked = () => lighthouse.asked.filter((path) => path.startsWith('/token')).length
    await ben.go(back)
    expect(ben.shown.html).toContain('Sign out ben')
    expect(asked()).toBe(1)
    for (const [name, value] of tickets) ben.others.set(name, value)
    ben.cookie = ''
    await ben.go(back)
    expect([ben.shown.status, ben.cookie, asked()]).toEqual([400, '', 1])
    const other = openBrowser(house.url)
    await other.go(back)
    expect([other.shown.status, asked()]).toEqual([400, 1])
  })

  test('with a code that was used before is not taken', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const first = await stopBefore(ben, 's-ben')
    await ben.go(first)
    ben.cookie = ''
    const second = new URL(await stopBefore(ben, 's-ben'))
    second.searchParams.set('code', new URL(first).searchParams.get('code') ?? '')
    await ben.go(second.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
    expect(ben.words).toContain('did not say who you are')
  })

  test('for another browser, with another state or another nonce is not taken', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    // Login CSRF: Eve has Ben open the address that is hers.
    const eves = await stopBefore(openBrowser(house.url), 's-ben')
    const ben = openBrowser(house.url)
    await stopBefore(ben, 's-ben')
    await ben.go(eves)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
    const states = openBrowser(house.url)
    await states.go(await stopBefore(states, 's-ben', (url) => url.searchParams.set('state', 'x')))
    expect([states.shown.status, states.cookie]).toEqual([422, ''])
    expect(house.log.join()).toContain('state')
    const nonces = openBrowser(house.url)
    await nonces.go(await stopBefore(nonces, 's-ben', (url) => url.searchParams.set('nonce', 'x')))
    expect([nonces.shown.status, nonces.cookie]).toEqual([422, ''])
    expect(house.log.join()).toContain('nonce')
  })

  test('for another verifier than was promised is not taken', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    await ben.go(
      await stopBefore(ben, 's-ben', (url) =>
        url.searchParams.set('code_challenge', 'A'.repeat(43)),
      ),
    )
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })

  test('that came too late is not taken, nor one after a start of the server', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const late = await stopBefore(ben, 's-ben')
    house.advance(AWAY)
    expect((await ben.go(late)).status).toBe(400)
    house.advance(-AWAY)
    const next = await stopBefore(ben, 's-ben')
    await house.restart()
    expect((await ben.go(next)).status).toBe(400)
  })

  test('may be signed by keys that are new since a moment', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
    lighthouse.rotateKeys()
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
  })

  test('is taken from clocks that differ by a minute, and no more', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' }, { tokenLife: 60 })
    const attempt = async (ms: number) => {
      const ben = openBrowser(house.url)
      const back = await stopBefore(ben, 's-ben')
      house.advance(ms)
      await ben.go(back)
      house.advance(-ms)
      return ben.shown.status
    }
    const apart = CLOCKS_APART * 1000
    expect(await attempt(60_000 + apart - 20_000)).toBe(200)
    expect(await attempt(60_000 + apart + 5_000)).toBe(422)
    expect(await attempt(-5 * 60_000)).toBe(200)
  })

  test('that says no is told as that', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = new URL(await stopBefore(ben, 's-ben'))
    back.searchParams.delete('code')
    back.searchParams.set('error', 'access_denied')
    await ben.go(back.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })

  test('that names another provider is not taken', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = new URL(await stopBefore(ben, 's-ben'))
    back.searchParams.set('iss', 'https://elsewhere.example')
    await ben.go(back.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })
})

describe('a provider', () => {
  test('that is down locks nobody out', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
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
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
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
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const eve = openBrowser(house.url)
    const headers = { origin: 'https://elsewhere.example' }
    expect((await eve.post('/sign-in/provider', {}, headers)).status).toBe(403)
    expect(lighthouse.asked).toEqual([])
  })

  test('whose wishes lead elsewhere leads nowhere else', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    await ben.go('/sign-in?to=https://elsewhere.example')
    await ben.press('Sign in with Lighthouse')
    await ben.follow('Go on to Lighthouse')
    await ben.press('I am', { login: 's-ben' })
    expect(ben.shown.url).toBe(`${house.url}/books`)
  })

  test('of none is not there', async () => {
    lighthouse = await openIdentityProvider()
    house = await openHouse()
    const eve = openBrowser(house.url)
    await eve.go('/sign-in')
    expect(eve.words).not.toContain('Sign in with')
    expect((await eve.go('/sign-in/provider/back?code=x&state=x')).status).toBe(404)
  })
})

describe('the first owner', () => {
  const link = () =>
    house.log.flatMap((line) => /http\S+\/first-visit\?code=[\w-]+/.exec(line)?.[0] ?? [])[0] ?? ''

  test('is nobody for being the first', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' }, { isEmpty: true })
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

  test('is whoever brings the code, once', async () => {
    await open({}, { isEmpty: true })
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
    await open({ HOLDFAST_OIDC_OWNERS: 's-ben' }, { isEmpty: true })
    const anna = openBrowser(house.url)
    await anna.go('/first-visit')
    await toProvider(anna, 's-ben', 'Go on with Lighthouse instead')
    expect(await people()).toEqual([{ name: 'ben', owner: 1 }])
  })
})

describe('an invitation', () => {
  test('is taken by an account at the provider, once', async () => {
    await open()
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

describe('linking', () => {
  const annaIn = async () => {
    const anna = openBrowser(house.url)
    await anna.signIn('Anna')
    await anna.go('/account')
    return anna
  }

  test('makes an account at the provider hers, and nothing else does', async () => {
    await open()
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
    await open()
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
    await open()
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
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
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

describe('signing out', () => {
  test('ends the session, and offers to end what the provider remembers', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = await signIn('s-ben')
    const secret = ben.cookie
    await ben.press('Sign out ben')
    expect(faultsBut(ben)).toEqual([])
    ben.cookie = secret
    expect((await ben.go('/errata')).url).toContain('/sign-in')
    ben.cookie = ''
    await signIn('s-ben', ben)
    await ben.press('Sign out ben')
    await ben.follow('Sign out at Lighthouse too')
    expect(ben.shown.status).toBe(200)
    expect(ben.shown.url).toContain(`${lighthouse.issuer}/session/end`)
  })

  test('works while the provider is down, and asks nothing of it for whoever has a password', async () => {
    await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = await signIn('s-ben')
    await house.restart()
    lighthouse.setDown(true)
    await ben.press('Sign out ben')
    expect(ben.shown.url).toBe(`${house.url}/sign-in`)
    const asked = lighthouse.asked.length
    const anna = openBrowser(house.url)
    await anna.signIn('Anna')
    await anna.press('Sign out Anna')
    expect([anna.shown.url, lighthouse.asked.length]).toEqual([`${house.url}/sign-in`, asked])
  })
})

test('no secret of a sign-in by the provider is in the log or the database', async () => {
  await open({ HOLDFAST_OIDC_ALLOW: '*' })
  const ben = openBrowser(house.url)
  const back = new URL(await stopBefore(ben, 's-ben'))
  const tickets = [...ben.others.values()].map((each) => each.split('=')[1] ?? '')
  await ben.go(back.href)
  await ben.go(back.href)
  const secrets = [
    ...tickets,
    back.searchParams.get('code') ?? '',
    back.searchParams.get('state') ?? '',
    'the secret of a client, which is long enough',
  ]
  const told = [...house.log, JSON.stringify(tablesOf(house))].join('\n')
  for (const secret of secrets)
    expect([secret.slice(0, 4), told.includes(secret)]).toEqual([secret.slice(0, 4), false])
})
