import { afterEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { found } from '../support/found.ts'
import { openProvidedHouse, type ProvidedHouse } from '../support/provided-house.ts'
import { tablesOf } from '../support/tables-of.ts'

let provided: ProvidedHouse
afterEach(() => provided.close())

async function open(...how: Parameters<typeof openProvidedHouse>): Promise<ProvidedHouse> {
  return (provided = await openProvidedHouse(...how))
}

describe('an answer of the provider', () => {
  test('counts once: the same address opens nothing again, also with the ticket put back', async () => {
    const { house, lighthouse, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
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
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const first = await stopBefore(ben, 's-ben')
    await ben.go(first)
    ben.cookie = ''
    const second = new URL(await stopBefore(ben, 's-ben'))
    second.searchParams.set('code', found(/[?&]code=([^&]+)/, first))
    await ben.go(second.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
    expect(ben.words).toContain('did not say who you are')
  })

  test('for another browser, with another state or another nonce is not taken', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    // Login CSRF: Eve has Ben open the address that is hers.
    const eves = await stopBefore(openBrowser(house.url), 's-ben')
    const ben = openBrowser(house.url)
    await stopBefore(ben, 's-ben')
    await ben.go(eves)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
    for (const what of ['state', 'nonce']) {
      const other = openBrowser(house.url)
      const back = await stopBefore(other, 's-ben', (url) => url.searchParams.set(what, 'x'))
      const before = house.log.length
      await other.go(back)
      expect([what, other.shown.status, other.cookie]).toEqual([what, 422, ''])
      expect(house.log.slice(before).join()).toContain(what)
    }
  })

  test('for another verifier than was promised is not taken', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    await ben.go(
      await stopBefore(ben, 's-ben', (url) =>
        url.searchParams.set('code_challenge', 'A'.repeat(43)),
      ),
    )
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })

  test('that came too late is not taken, nor one after a start of the server', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const late = await stopBefore(ben, 's-ben')
    const begun = house.now()
    house.setNow(begun + 10 * 60_000)
    expect((await ben.go(late)).status).toBe(400)
    house.setNow(begun)
    const soon = openBrowser(house.url)
    const inTime = await stopBefore(soon, 's-ben')
    house.setNow(begun + 10 * 60_000 - 1)
    expect((await soon.go(inTime)).status).not.toBe(400)
    house.setNow(begun)
    const next = await stopBefore(ben, 's-ben')
    await house.restart()
    expect((await ben.go(next)).status).toBe(400)
  })

  test('may be signed by keys that are new since a moment', async () => {
    const { house, lighthouse, signIn } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
    lighthouse.rotateKeys()
    expect((await signIn('s-ben')).shown.url).toBe(`${house.url}/books`)
  })

  test('that another key signed than the provider shows is not taken', async () => {
    const { house, lighthouse, signIn } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    lighthouse.showOtherKeys()
    const before = house.log.length
    const ben = await signIn('s-ben')
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
    expect(house.log.slice(before).join()).toContain('signature')
  })

  test('is taken from clocks that differ by a minute, and no more', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' }, { tokenLife: 60 })
    const attempt = async (ms: number) => {
      const ben = openBrowser(house.url)
      const back = await stopBefore(ben, 's-ben')
      // The provider has the clock of this machine, which went on meanwhile.
      house.setNow(Date.now() + ms)
      await ben.go(back)
      house.setNow(Date.now())
      return ben.shown.status
    }
    // A token is good for a minute, and a minute more.
    expect(await attempt(90_000)).toBe(200)
    expect(await attempt(150_000)).toBe(422)
    expect(await attempt(-5 * 60_000)).toBe(200)
  })

  test('that says no is told as that', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = new URL(await stopBefore(ben, 's-ben'))
    back.searchParams.delete('code')
    back.searchParams.set('error', 'access_denied')
    await ben.go(back.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })

  test('that names another provider is not taken', async () => {
    const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
    const ben = openBrowser(house.url)
    const back = new URL(await stopBefore(ben, 's-ben'))
    back.searchParams.set('iss', 'https://elsewhere.example')
    await ben.go(back.href)
    expect([ben.shown.status, ben.cookie]).toEqual([422, ''])
  })
})

test('no secret of a sign-in by the provider is in the log or the database', async () => {
  const { house, stopBefore } = await open({ HOLDFAST_OIDC_ALLOW: '*' })
  const ben = openBrowser(house.url)
  const back = new URL(await stopBefore(ben, 's-ben'))
  expect(ben.others.size).toBeGreaterThan(0)
  const tickets = [...ben.others.values()].map((each) => found(/=(.+)/, each))
  await ben.go(back.href)
  await ben.go(back.href)
  const secrets = [
    ...tickets,
    found(/[?&]code=([^&]+)/, back.href),
    found(/[?&]state=([^&]+)/, back.href),
    'the secret of a client, which is long enough',
  ]
  const told = [...house.log, JSON.stringify(tablesOf(house))].join('\n')
  for (const secret of secrets)
    expect([secret.slice(0, 4), told.includes(secret)]).toEqual([secret.slice(0, 4), false])
})
