import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PASSKEY_PATIENCE } from '../../src/people/passkey.ts'
import { RECOVERY_CODES } from '../../src/people/recovery-code.ts'
import { ACCOUNTS } from '../../src/wrong-secrets.ts'
import { openAuthenticator, type Lies, type PasskeyOptions } from '../support/authenticator.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'
import { tablesOf } from '../support/tables-of.ts'

let house: House
let origin: string
beforeEach(async () => {
  house = await openHouse({ publicHost: 'localhost', trustedProxies: '127.0.0.1' })
  origin = house.url.replace('127.0.0.1', 'localhost')
})
afterEach(() => house.close())

let callers = 0
/** Each as if from another caller: wrong passkeys of one are answered slowly. */
const browser = () => openBrowser(house.url, { 'x-forwarded-for': `203.0.113.${++callers % 250}` })

async function annaIn(): Promise<Browser> {
  const anna = browser()
  await anna.signIn('Anna')
  await anna.go('/account')
  return anna
}

/** What the script of the page does. */
async function ask(at: Browser, path: string, token = tokenOf(at)): Promise<PasskeyOptions> {
  const shown = await at.post(path, { token }, { origin: house.url })
  expect(shown.status).toBe(200)
  return JSON.parse(shown.html) as PasskeyOptions
}

const tokenOf = (at: Browser) => /name="token" value="([^"]+)"/.exec(at.shown.html)?.[1] ?? ''

/** A passkey of Anna, made on her account page. */
async function add(anna: Browser, name = 'Phone', lies: Lies = {}) {
  const authenticator = openAuthenticator(origin)
  await anna.go('/account')
  const token = tokenOf(anna)
  const options = await ask(anna, '/account/passkeys/challenge')
  const credential = authenticator.make(options, lies)
  const shown = await anna.post('/account/passkeys', { token, name, credential }, from())
  return { authenticator, credential, status: shown.status, options }
}

const from = () => ({ origin: house.url })

async function signIn(authenticator: ReturnType<typeof openAuthenticator>, lies: Lies = {}) {
  const at = browser()
  await at.go('/sign-in')
  const token = tokenOf(at)
  const options = await ask(at, '/sign-in/passkey/challenge')
  const tickets = new Map(at.others)
  const credential = authenticator.sign(options, lies)
  await at.post('/sign-in/passkey', { token, credential }, from())
  return { at, tickets, credential, status: at.shown.status, token }
}

describe('a passkey', () => {
  test('is added, signs its person in without a name, gets another name, and is removed', async () => {
    const anna = await annaIn()
    expect(faultsOf(anna.shown.html)).toEqual([])
    const { authenticator, status } = await add(anna)
    expect(status).toBe(200)
    expect(anna.words).toContain('It is added.')
    expect(anna.words).toContain('Phone, since')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const { at } = await signIn(authenticator)
    expect([at.shown.url, at.shown.html]).toEqual([
      `${house.url}/books`,
      expect.stringContaining('Sign out Anna'),
    ])
    expect((await signIn(authenticator)).status).toBe(200)
    await anna.press('Rename Phone', { name: 'Old phone' })
    expect(anna.words).toContain('Old phone, since')
    await anna.press('Remove Old phone')
    expect(anna.words).not.toContain('Old phone')
    expect((await signIn(authenticator)).status).toBe(422)
  })

  test('tells nobody whether there is one', async () => {
    const at = browser()
    await at.go('/sign-in')
    const options = await ask(at, '/sign-in/passkey/challenge')
    expect(options).toEqual({
      challenge: expect.any(String),
      rpId: 'localhost',
      timeout: PASSKEY_PATIENCE,
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
    const anna = await annaIn()
    const { status, authenticator } = await add(anna, 'Phone', lies)
    expect(status).toBe(400)
    expect((await signIn(authenticator)).status).toBe(422)
  })

  test.each([
    ...LIES,
    ['by another key', { isForged: true }],
    ['for somebody else', { userHandle: 'somebody else' }],
  ] as [string, Lies][])('that signs %s opens nothing', async (_, lies) => {
    const { authenticator } = await add(await annaIn())
    const { status, at } = await signIn(authenticator, lies)
    expect([status, at.cookie]).toEqual([422, ''])
    expect((await signIn(authenticator)).status).toBe(200)
  })

  test('whose counter goes back is a copy, and opens nothing', async () => {
    const { authenticator } = await add(await annaIn())
    expect((await signIn(authenticator, { counter: 7 })).status).toBe(200)
    expect((await signIn(authenticator, { counter: 7 })).status).toBe(422)
    expect((await signIn(authenticator, { counter: 6 })).status).toBe(422)
    expect((await signIn(authenticator, { counter: 8 })).status).toBe(200)
  })

  test('of two with one counter that come at once, lets one in', async () => {
    const { authenticator } = await add(await annaIn())
    const told = await Promise.all(
      [1, 2].map(() => signIn(authenticator, { counter: 7 }).then(({ status }) => status)),
    )
    expect(told.sort((a, b) => a - b)).toEqual([200, 422])
  })

  test('that counts nothing opens all the same', async () => {
    const { authenticator } = await add(await annaIn(), 'Phone', { counter: 0 })
    expect((await signIn(authenticator, { counter: 0 })).status).toBe(200)
    expect((await signIn(authenticator, { counter: 0 })).status).toBe(200)
  })
})

describe('a challenge', () => {
  test('is good once, also when the ticket is put back', async () => {
    const { authenticator } = await add(await annaIn(), 'Phone', { counter: 0 })
    const { at, tickets, credential, token } = await signIn(authenticator, { counter: 0 })
    at.cookie = ''
    await at.post('/sign-in/passkey', { token, credential }, from())
    expect([at.shown.status, at.cookie]).toEqual([422, ''])
    for (const [name, value] of tickets) at.others.set(name, value)
    await at.post('/sign-in/passkey', { token, credential }, from())
    expect([at.shown.status, at.cookie]).toEqual([422, ''])
  })

  test('is for the browser that it was given to, and for five minutes', async () => {
    const { authenticator } = await add(await annaIn())
    const [eve, ben] = [browser(), browser()]
    await eve.go('/sign-in')
    const theirs = await ask(eve, '/sign-in/passkey/challenge')
    await ben.go('/sign-in')
    const token = tokenOf(ben)
    await ask(ben, '/sign-in/passkey/challenge')
    await ben.post('/sign-in/passkey', { token, credential: authenticator.sign(theirs) }, from())
    expect(ben.shown.status).toBe(422)
    const options = await ask(ben, '/sign-in/passkey/challenge', token)
    house.advance(PASSKEY_PATIENCE)
    await ben.post('/sign-in/passkey', { token, credential: authenticator.sign(options) }, from())
    expect(ben.shown.status).toBe(422)
  })

  test('for a new passkey signs nobody in, and is for its session alone', async () => {
    const anna = await annaIn()
    const { authenticator } = await add(anna)
    await anna.go('/account')
    const token = tokenOf(anna)
    const options = await ask(anna, '/account/passkeys/challenge')
    const ticket = anna.others.get('holdfast-ticket-new-passkey') ?? ''
    const credential = authenticator.sign({ ...options, rpId: 'localhost' })
    const eve = browser()
    eve.others.set('holdfast-ticket-passkey', ticket.replace('-new-', '-'))
    await eve.post('/sign-in/passkey', { token, credential }, from())
    expect(eve.shown.status).toBe(422)
    await house.person('Ben')
    const ben = browser()
    await ben.signIn('Ben')
    const bens = tokenOf(ben)
    ben.others.set('holdfast-ticket-new-passkey', ticket)
    const made = openAuthenticator(origin).make(options)
    await ben.post('/account/passkeys', { token: bens, name: 'x', credential: made }, from())
    expect(ben.shown.status).toBe(400)
  })
})

describe('how somebody signs in', () => {
  test('is changed by whoever signed in lately, and by no other site', async () => {
    const anna = await annaIn()
    await add(anna)
    const token = tokenOf(anna)
    const passkey = /passkeys\/([^/]+)\/remove/.exec(anna.shown.html)?.[1] ?? ''
    const forms = [
      '/account/passkeys/challenge',
      '/account/passkeys',
      `/account/passkeys/${passkey}/remove`,
      '/account/recovery-codes',
    ]
    const elsewhere = { origin: 'https://elsewhere.example' }
    for (const path of forms) {
      expect([path, (await anna.post(path, { token }, elsewhere)).status]).toEqual([path, 403])
      expect([path, (await anna.post(path, {}, from())).status]).toEqual([path, 403])
    }
    house.advance(30 * 60_000)
    for (const path of forms) {
      const { status } = await anna.post(path, { token, credential: '{}', name: 'x' }, from())
      expect([path, status]).toEqual([path, 403])
      expect(anna.words).toContain('You signed in a while ago.')
    }
  })

  test('is nobody else’s to name or remove', async () => {
    const anna = await annaIn()
    const { authenticator } = await add(anna)
    const passkey = /passkeys\/([^/]+)\/remove/.exec(anna.shown.html)?.[1] ?? ''
    await house.person('Ben')
    const ben = browser()
    await ben.signIn('Ben')
    const token = tokenOf(ben)
    for (const verb of ['name', 'remove']) {
      const path = `/account/passkeys/${passkey}/${verb}`
      expect((await ben.post(path, { token, name: 'x' }, from())).status).toBe(404)
    }
    expect((await signIn(authenticator)).status).toBe(200)
  })

  test('goes with the person', async () => {
    const ben = await house.person('Ben')
    const at = browser()
    await at.signIn('Ben')
    const { authenticator } = await add(at)
    await at.press('Make new recovery codes')
    const code = /[\da-z]{4}(?:-[\da-z]{4}){3}/.exec(at.words)?.[0] ?? ''
    await house.api('DELETE', `/people/${ben.id}`)
    expect((await signIn(authenticator)).status).toBe(422)
    await at.go('/sign-in/recovery')
    expect((await at.press('Sign in', { name: 'Ben', code })).status).toBe(422)
    const { passkey, recovery_code } = tablesOf(house) as Record<string, unknown[]>
    expect([passkey, recovery_code]).toEqual([[], []])
  })

  test('without an address with a name there are no passkeys, and a sentence says why', async () => {
    const plain = await openHouse()
    const anna = openBrowser(plain.url)
    await anna.go('/sign-in')
    expect(anna.words).not.toContain('passkey')
    await anna.signIn('Anna')
    await anna.go('/account')
    expect(anna.words).toContain('Passkeys can be used where the address of this server has a name')
    const token = tokenOf(anna)
    const shown = await anna.post('/account/passkeys/challenge', { token }, { origin: plain.url })
    await plain.close()
    expect(shown.status).toBe(404)
  })
})

describe('recovery codes', () => {
  const codesIn = (at: Browser) => at.words.match(/[\da-z]{4}(?:-[\da-z]{4}){3}/g) ?? []

  async function recover(name: string, code: string): Promise<Browser> {
    const at = browser()
    await at.go('/sign-in')
    await at.follow('takes a recovery code')
    await at.press('Sign in', { name, code })
    return at
  }

  test('are shown once, kept as hashes, and each lets in once, with what is left told', async () => {
    const anna = await annaIn()
    expect(anna.words).toContain('None are left.')
    await anna.press('Make new recovery codes')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const codes = codesIn(anna)
    expect(new Set(codes).size).toBe(RECOVERY_CODES)
    await anna.follow('To your account')
    expect(codesIn(anna)).toEqual([])
    const kept = JSON.stringify([tablesOf(house), house.log])
    for (const code of codes) {
      expect(kept).not.toContain(code)
      expect(kept).not.toContain(code.replaceAll('-', ''))
    }
    const [first = '', second = ''] = codes
    const at = await recover('anna', first)
    expect(at.words).toContain('that code is used up')
    expect(at.words).toContain('9 are left.')
    expect(faultsOf(at.shown.html)).toEqual([])
    const again = await recover('anna', first)
    expect([again.shown.status, again.cookie]).toEqual([422, ''])
    expect(faultsOf(again.shown.html)).toEqual([])
    // However it is typed.
    const typed = second
      .toUpperCase()
      .replaceAll('-', ' ')
      .replaceAll('1', 'I')
      .replaceAll('0', 'O')
    expect((await recover('Anna', typed)).shown.status).toBe(200)
  })

  test('let in once of two who bring one at the same moment', async () => {
    const anna = await annaIn()
    await anna.press('Make new recovery codes')
    const [code = ''] = codesIn(anna)
    const told = await Promise.all([recover('Anna', code), recover('Anna', code)])
    expect(told.map(({ shown }) => shown.status).sort((a, b) => a - b)).toEqual([200, 422])
  })

  test('are nobody else’s, and those from before open nothing', async () => {
    const anna = await annaIn()
    await anna.press('Make new recovery codes')
    const [old = '', other = ''] = codesIn(anna)
    await house.person('Ben')
    expect((await recover('Ben', other)).shown.status).toBe(422)
    expect((await recover('Nobody', other)).shown.status).toBe(422)
    await anna.go('/account')
    await anna.press('Make new recovery codes')
    expect((await recover('Anna', old)).shown.status).toBe(422)
  })

  test('stand in the place of the password that was forgotten, for half an hour', async () => {
    const anna = await annaIn()
    await anna.press('Make new recovery codes')
    const [code = '', other = ''] = codesIn(anna)
    const at = await recover('Anna', code)
    await at.press('Change the password', { password: 'a lantern in the hall' })
    expect(at.words).toContain('Your password is changed')
    await anna.signIn('Anna', 'a lantern in the hall')
    expect(anna.shown.url).toBe(`${house.url}/books`)
    const late = await recover('Anna', other)
    house.advance(30 * 60_000)
    await late.press('Change the password', { password: 'another lantern in it' })
    expect(late.words).toContain('That is not your present password.')
  })

  test('are guessed as slowly as passwords, at one account from everywhere', async () => {
    for (let n = 0; n < ACCOUNTS.free; n += 1)
      expect((await recover('Anna', `wrong ${n}`)).shown.status).toBe(422)
    // The next ones wait, each longer than the one before, until so many do that others are not heard.
    const over = new AbortController()
    const turnedAway = await Promise.any(
      Array.from({ length: 14 }, async () => {
        callers += 1
        const answer = await fetch(`${house.url}/sign-in/recovery`, {
          method: 'POST',
          signal: over.signal,
          headers: { ...from(), 'x-forwarded-for': `198.51.100.${callers % 250}` },
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
