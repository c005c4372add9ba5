import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openAuthenticator, type Lies } from '../support/authenticator.ts'
import { found } from '../support/found.ts'
import { faultsOf } from '../support/html.ts'
import { openPasskeyHouse, tokenOf, type PasskeyHouse } from '../support/passkey-house.ts'

let home: PasskeyHouse
beforeEach(async () => {
  home = await openPasskeyHouse()
})
afterEach(() => home.close())

describe('a passkey', () => {
  test('is added, signs its person in without a name, gets another name, and is removed', async () => {
    const anna = await home.annaIn()
    expect(faultsOf(anna.shown.html)).toEqual([])
    const { authenticator, status } = await home.add(anna)
    expect(status).toBe(200)
    expect(anna.words).toContain('It is added.')
    expect(anna.words).toContain('Phone, since')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const { at } = await home.signIn(authenticator)
    expect([at.shown.url, at.shown.html]).toEqual([
      `${home.house.url}/books`,
      expect.stringContaining('Sign out Anna'),
    ])
    expect((await home.signIn(authenticator)).status).toBe(200)
    await anna.press('Rename Phone', { name: 'Old phone' })
    expect(anna.words).toContain('Old phone, since')
    await anna.press('Remove Old phone')
    expect(anna.words).not.toContain('Old phone')
    expect((await home.signIn(authenticator)).status).toBe(422)
  })

  test('tells nobody whether there is one', async () => {
    const at = home.browser()
    await at.go('/sign-in')
    const options = await home.ask(at, '/sign-in/passkey/challenge')
    expect(options).toEqual({
      challenge: expect.any(String),
      rpId: 'localhost',
      timeout: 5 * 60_000,
      userVerification: 'required',
    })
    expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32)
  })

  const LIES: [string, Lies][] = [
    ['from another origin', { origin: 'https://localhost.elsewhere.example' }],
    ['for another name', { rpId: 'elsewhere.example' }],
    ['with another challenge', { challenge: 'A'.repeat(43) }],
    ['without a finger or a code', { isUnverified: true }],
    ['of another kind', { type: 'webauthn.other' }],
  ]

  test.each(LIES)('%s is not kept', async (_, lies) => {
    const anna = await home.annaIn()
    const { status, authenticator } = await home.add(anna, 'Phone', lies)
    expect(status).toBe(400)
    expect((await home.signIn(authenticator)).status).toBe(422)
  })

  test.each([
    ...LIES,
    ['by another key', { isForged: true }],
    ['for somebody else', { userHandle: 'somebody else' }],
  ] as [string, Lies][])('that signs %s opens nothing', async (_, lies) => {
    const { authenticator } = await home.add(await home.annaIn())
    const { status, at } = await home.signIn(authenticator, lies)
    expect([status, at.cookie]).toEqual([422, ''])
    expect((await home.signIn(authenticator)).status).toBe(200)
  })

  test('whose counter goes back is a copy, and opens nothing', async () => {
    const { authenticator } = await home.add(await home.annaIn())
    expect((await home.signIn(authenticator, { counter: 7 })).status).toBe(200)
    expect((await home.signIn(authenticator, { counter: 7 })).status).toBe(422)
    expect((await home.signIn(authenticator, { counter: 6 })).status).toBe(422)
    expect((await home.signIn(authenticator, { counter: 8 })).status).toBe(200)
  })

  test('of two with one counter that come at once, lets one in', async () => {
    const { authenticator } = await home.add(await home.annaIn())
    const told = await Promise.all(
      [1, 2].map(() => home.signIn(authenticator, { counter: 7 }).then(({ status }) => status)),
    )
    expect(told.sort((a, b) => a - b)).toEqual([200, 422])
  })

  test('that counts nothing opens all the same', async () => {
    const { authenticator } = await home.add(await home.annaIn(), 'Phone', { counter: 0 })
    expect((await home.signIn(authenticator, { counter: 0 })).status).toBe(200)
    expect((await home.signIn(authenticator, { counter: 0 })).status).toBe(200)
  })
})

describe('a challenge', () => {
  test('is good once, also when the ticket is put back', async () => {
    const { authenticator } = await home.add(await home.annaIn(), 'Phone', { counter: 0 })
    const { at, tickets, credential, token } = await home.signIn(authenticator, { counter: 0 })
    at.cookie = ''
    await at.post('/sign-in/passkey', { token, credential }, home.from)
    expect([at.shown.status, at.cookie]).toEqual([422, ''])
    for (const [name, value] of tickets) at.others.set(name, value)
    await at.post('/sign-in/passkey', { token, credential }, home.from)
    expect([at.shown.status, at.cookie]).toEqual([422, ''])
  })

  test('is for the browser that it was given to, and for five minutes', async () => {
    const { authenticator } = await home.add(await home.annaIn())
    const [eve, ben] = [home.browser(), home.browser()]
    await eve.go('/sign-in')
    const theirs = await home.ask(eve, '/sign-in/passkey/challenge')
    await ben.go('/sign-in')
    const token = tokenOf(ben)
    await home.ask(ben, '/sign-in/passkey/challenge')
    await ben.post('/sign-in/passkey', { token, credential: authenticator.sign(theirs) }, home.from)
    expect(ben.shown.status).toBe(422)
    const after = async (ms: number) => {
      const options = await home.ask(ben, '/sign-in/passkey/challenge', token)
      home.house.advance(ms)
      const credential = authenticator.sign(options)
      return (await ben.post('/sign-in/passkey', { token, credential }, home.from)).status
    }
    expect(await after(5 * 60_000)).toBe(422)
    expect(await after(5 * 60_000 - 1)).toBe(200)
  })

  test('for a new passkey signs nobody in, and is for its session alone', async () => {
    const anna = await home.annaIn()
    const { authenticator } = await home.add(anna)
    await anna.go('/account')
    const token = tokenOf(anna)
    const options = await home.ask(anna, '/account/passkeys/challenge')
    const ticket = found(/.+/, anna.others.get('holdfast-ticket-new-passkey') ?? '')
    const credential = authenticator.sign({ ...options, rpId: 'localhost' })
    const eve = home.browser()
    eve.others.set('holdfast-ticket-passkey', ticket.replace('-new-', '-'))
    await eve.post('/sign-in/passkey', { token, credential }, home.from)
    expect(eve.shown.status).toBe(422)
    await home.house.person('Ben')
    const ben = home.browser()
    await ben.signIn('Ben')
    const bens = tokenOf(ben)
    ben.others.set('holdfast-ticket-new-passkey', ticket)
    const made = openAuthenticator(home.origin).make(options)
    await ben.post('/account/passkeys', { token: bens, name: 'x', credential: made }, home.from)
    expect(ben.shown.status).toBe(400)
  })
})
