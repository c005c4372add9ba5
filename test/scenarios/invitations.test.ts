import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVITATION_LIFE, MOST_OPEN } from '../../src/people/invitation.ts'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
let anna: Browser
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
  anna = browser()
  await anna.signIn('Anna')
})
afterAll(() => house.close())

const PASSWORD = 'a lantern in the hall'
const browser = (): Browser => callerAt(house)

/** Makes an invitation on the owner's page and gives its address. */
const invite = async (label = 'Ben'): Promise<string> => {
  await anna.go('/people')
  await anna.press('Invite', { label })
  return /http\S+\/invitation\?code=[\w-]+/.exec(anna.words)?.[0] ?? ''
}
const accept = async (link: string, fields: Record<string, string> = {}): Promise<Browser> => {
  const guest = browser()
  await guest.go(link)
  await guest.press('Make my account', { name: 'Ben', password: PASSWORD, ...fields })
  return guest
}
const names = async () =>
  (await house.api<{ items: { name: string }[] }>('GET', '/people')).body.items
describe('somebody who is invited', () => {
  test('picks a name and a password, and is signed in as an ordinary person', async () => {
    const link = await invite()
    expect(faultsOf(anna.shown.html)).toEqual([])
    const guest = browser()
    await guest.go(link)
    expect(faultsOf(guest.shown.html)).toEqual([])
    await guest.press('Make my account', { name: 'Ben', password: PASSWORD })
    expect(guest.shown.url).toBe(`${house.url}/books`)
    expect((await guest.go('/people')).status).toBe(403)
    expect(guest.shown.html).not.toContain('>People<')
    expect((await browser().signIn('ben', PASSWORD)).url).toBe(`${house.url}/books`)
    expect(await names()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'Anna', owner: true }),
        expect.objectContaining({ name: 'Ben', owner: false }),
      ]),
    )
  })

  test('is let in once', async () => {
    const link = await invite()
    await accept(link, { name: 'Cleo' })
    const other = browser()
    expect((await other.go(link)).status).toBe(404)
    const code = new URL(link).searchParams.get('code') ?? ''
    await other.post('/invitation', { code, name: 'Eve', password: PASSWORD })
    expect([other.shown.status, other.cookie]).toEqual([404, ''])
    expect(JSON.stringify(await names())).not.toContain('Eve')
  })

  test('is let in once, also when two come at the same moment', async () => {
    const code = new URL(await invite()).searchParams.get('code') ?? ''
    const told = await Promise.all(
      ['Dora', 'Eve'].map(
        async (name) =>
          (await browser().post('/invitation', { code, name, password: PASSWORD })).status,
      ),
    )
    expect(told.toSorted((a, b) => a - b)).toEqual([200, 404])
  })

  test('keeps the invitation when a name or a password will not do', async () => {
    const link = await invite()
    for (const fields of [{ name: 'anna' }, { password: 'password12' }, { name: 'a\nb' }]) {
      const guest = await accept(link, fields)
      expect([guest.shown.status, guest.cookie]).toEqual([422, ''])
      expect(faultsOf(guest.shown.html)).toEqual([])
    }
    expect((await accept(link, { name: 'Emil' })).shown.url).toBe(`${house.url}/books`)
  })

  test('comes too late after seven days, or when it was withdrawn', async () => {
    const late = await invite('Late')
    house.advance(INVITATION_LIFE)
    expect((await browser().go(late)).status).toBe(404)
    const withdrawn = await invite('Withdrawn')
    await anna.go('/people')
    expect(anna.words).not.toContain('For Late')
    await anna.press('Withdraw', {}, 'For Withdrawn')
    expect((await browser().go(withdrawn)).status).toBe(404)
  })

  test('does not become another by a session that the browser had', async () => {
    const link = await invite()
    const guest = browser()
    await guest.signIn('Anna')
    const before = guest.cookie
    await guest.go(link)
    await guest.press('Make my account', { name: 'Fritz', password: PASSWORD })
    expect(guest.cookie).not.toBe(before)
    const old = browser()
    old.cookie = before
    expect((await old.go('/errata')).url).toContain('/sign-in')
  })
})

describe('invitations', () => {
  test('are kept as hashes, and shown once', async () => {
    const link = await invite('Secret')
    const code = new URL(link).searchParams.get('code') ?? ''
    expect(Buffer.from(code, 'base64url')).toHaveLength(32)
    const kept = await house.server.home.db.read.selectFrom('invitation').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(code)
    expect((await anna.go('/people')).html).not.toContain(code)
    expect(house.log.join('')).not.toContain(code)
  })

  test('are made, listed and withdrawn by the API, for the owner alone', async () => {
    const made = await house.api<{ id: string; url: string; endsAt: number }>(
      'POST',
      '/invitations',
      { label: 'Gil' },
    )
    expect(made.status).toBe(201)
    expect(made.body.endsAt).toBe(house.now() + INVITATION_LIFE)
    const listed = await house.api<{ items: object[] }>('GET', '/invitations')
    expect(listed.body.items).toContainEqual(expect.objectContaining({ label: 'Gil' }))
    expect(JSON.stringify(listed.body)).not.toContain(made.body.url.split('=')[1])
    expect((await browser().go(made.body.url)).status).toBe(200)
    const path = `/invitations/${made.body.id}`
    expect((await house.api('DELETE', path)).status).toBe(204)
    expect((await house.api('DELETE', path)).status).toBe(404)
    expect((await browser().go(made.body.url)).status).toBe(404)
  })

  test('are not made without end', async () => {
    const statuses = []
    for (let n = 0; n <= MOST_OPEN; n += 1)
      statuses.push((await house.api('POST', '/invitations', {})).status)
    expect(statuses.at(-1)).toBe(409)
  })
})
