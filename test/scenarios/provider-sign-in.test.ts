import { afterEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openProvidedHouse, type ProvidedHouse } from '../support/provided-house.ts'

let provided: ProvidedHouse
afterEach(() => provided.close())

async function open(...how: Parameters<typeof openProvidedHouse>): Promise<ProvidedHouse> {
  return (provided = await openProvidedHouse(...how))
}

describe('signing in by a provider', () => {
  test('asks the provider nothing before somebody does, and then signs them in', async () => {
    const { house, lighthouse, people, signIn, faultsBut } = await open({
      HOLDFAST_OIDC_ALLOW: 'ben@example.org',
    })
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
    const { house, signIn } = await open({ HOLDFAST_OIDC_ALLOW: 's-ben' })
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
    const { lighthouse, signIn } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    lighthouse.accounts.set('s-eve', { preferred_username: 'ANNA', email: 'anna@example.org' })
    expect((await signIn('s-eve')).shown.html).toContain('Sign out ANNA 2')
  })

  test('lets in nobody who is on no list, linked or invited', async () => {
    const { house, lighthouse, people, signIn } = await open({
      HOLDFAST_OIDC_ALLOW: 'readers,email:cleo@example.org,sub:s-dan',
    })
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
    const { house, lighthouse, signIn } = await open({ HOLDFAST_OIDC_ALLOW: 'readers' })
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
    lighthouse.accounts.set('s-ben', { preferred_username: 'ben', groups: [] })
    expect((await signIn('s-ben')).shown.status).toBe(422)
  })

  test('makes owners of whom the provider names so, and takes that back, but from the last one', async () => {
    const { house, lighthouse, people, signIn } = await open({
      HOLDFAST_OIDC_ALLOW: 'readers',
      HOLDFAST_OIDC_OWNERS: 'group:keepers',
    })
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

describe('signing out', () => {
  test('ends the session, and offers to end what the provider remembers', async () => {
    const { lighthouse, signIn, faultsBut } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
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
    const { house, lighthouse, signIn } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
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
