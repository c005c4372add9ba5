import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { insertIdentity } from '../../src/people/provider-identity.store.ts'
import { openBrowser } from '../support/browser.ts'
import { first, found } from '../support/found.ts'
import { openHouse, type Resident } from '../support/house.ts'
import { openPasskeyHouse, tokenOf, type PasskeyHouse } from '../support/passkey-house.ts'
import { tablesOf } from '../support/tables-of.ts'

let home: PasskeyHouse
beforeEach(async () => {
  home = await openPasskeyHouse()
})
afterEach(() => home.close())

describe('how somebody signs in', () => {
  test('is changed by whoever signed in lately, and by no other site', async () => {
    const anna = await home.annaIn()
    await home.add(anna)
    const token = tokenOf(anna)
    const passkey = found(/passkeys\/([^/]+)\/remove/, anna.shown.html)
    const forms = [
      '/account/passkeys/challenge',
      '/account/passkeys',
      `/account/passkeys/${passkey}/remove`,
      '/account/recovery-codes',
    ]
    const elsewhere = { origin: 'https://elsewhere.example' }
    for (const path of forms) {
      expect([path, (await anna.post(path, { token }, elsewhere)).status]).toEqual([path, 403])
      expect([path, (await anna.post(path, {}, home.from)).status]).toEqual([path, 403])
    }
    home.house.advance(30 * 60_000)
    for (const path of forms) {
      const { status } = await anna.post(path, { token, credential: '{}', name: 'x' }, home.from)
      expect([path, status]).toEqual([path, 403])
      expect(anna.words).toContain('You signed in a while ago.')
    }
  })

  test('is nobody else’s to name or remove', async () => {
    const anna = await home.annaIn()
    const { authenticator } = await home.add(anna)
    const passkey = found(/passkeys\/([^/]+)\/remove/, anna.shown.html)
    await home.house.person('Ben')
    const ben = home.browser()
    await ben.signIn('Ben')
    const token = tokenOf(ben)
    for (const verb of ['name', 'remove']) {
      const path = `/account/passkeys/${passkey}/${verb}`
      expect((await ben.post(path, { token, name: 'x' }, home.from)).status).toBe(404)
    }
    expect((await home.signIn(authenticator)).status).toBe(200)
  })

  test('goes with the person', async () => {
    const ben = await home.house.person('Ben')
    const at = home.browser()
    await at.signIn('Ben')
    const { authenticator } = await home.add(at)
    await at.press('Make new recovery codes')
    const code = found(/[\da-z]{4}(?:-[\da-z]{4}){3}/, at.words)
    await home.house.api('DELETE', `/people/${ben.id}`)
    expect((await home.signIn(authenticator)).status).toBe(422)
    await at.go('/sign-in/recovery')
    expect((await at.press('Sign in', { name: 'Ben', code })).status).toBe(422)
    const { passkey, recovery_code } = tablesOf(home.house) as Record<string, unknown[]>
    expect([passkey, recovery_code]).toEqual([[], []])
  })

  test('without an address with a name there are no passkeys, and a sentence says why', async () => {
    const plain = await openHouse()
    const anna = openBrowser(plain.url)
    await anna.go('/sign-in')
    expect(anna.words).not.toContain('passkey')
    await anna.signIn('Anna')
    await anna.go('/account')
    expect(anna.words).toContain('Passkeys need an address with a name')
    const token = tokenOf(anna)
    const shown = await anna.post('/account/passkeys/challenge', { token }, { origin: plain.url })
    await plain.close()
    expect(shown.status).toBe(404)
  })
})

type Key = { id: string; name: string; host: string; createdAt: number; usedAt: number | null }
type Linked = { id: string; issuer: string; label: string; usable: boolean; linkedAt: number }

/** What somebody can be told, and can take away, by the API. */
const told = async (as?: Resident) => ({
  keys: (await home.house.api<{ items: Key[] }>('GET', '/passkeys', undefined, as)).body.items,
  linked: (await home.house.api<{ items: Linked[] }>('GET', '/provider-identities', undefined, as))
    .body.items,
  left: (await home.house.api<{ left: number }>('GET', '/recovery-codes', undefined, as)).body.left,
})
const drop = async (path: string, as?: Resident) =>
  (await home.house.api('DELETE', path, undefined, as)).status

/** An account at a provider that was used once. */
const linkAnna = () =>
  home.house.server.home.db.transact((tx) =>
    insertIdentity(tx, {
      issuer: 'https://old.example',
      subject: 'sub of Anna',
      person: home.house.owner.id,
      label: 'anna@old.example',
      cause: 'linked',
      gaveOwnership: false,
      linkedAt: home.house.now(),
    }),
  )
const forgetPassword = (person: string) =>
  home.house.server.home.db.transact((tx) =>
    tx.deleteFrom('password').where('person', '=', person).execute(),
  )

describe('the API', () => {
  test('tells of passkeys, names and removes them, and no public key is told', async () => {
    const anna = await home.annaIn()
    const { authenticator } = await home.add(anna)
    await home.signIn(authenticator)
    const now = home.house.now()
    const { keys } = await told()
    const { id } = first(keys)
    expect(keys).toEqual([{ id, name: 'Phone', host: 'localhost', createdAt: now, usedAt: now }])
    const named = await home.house.api('PATCH', `/passkeys/${id}`, { name: '  Old phone ' })
    expect([named.status, named.body]).toEqual([200, { ...keys[0], name: 'Old phone' }])
    for (const name of ['', 'x'.repeat(61), 'a\u202Eb', 'a\nb'])
      expect((await home.house.api('PATCH', `/passkeys/${id}`, { name })).status).toBe(400)
    expect((await told()).keys[0]?.name).toBe('Old phone')
    expect(await drop(`/passkeys/${id}`)).toBe(204)
    expect(await drop(`/passkeys/${id}`)).toBe(404)
    expect((await home.signIn(authenticator)).status).toBe(422)
  })

  test('tells of accounts at providers, also at one that is not used any more, and unlinks them', async () => {
    await linkAnna()
    const { linked } = await told()
    expect(linked).toEqual([
      {
        id: expect.stringMatching(/^[\da-f]{32}$/),
        issuer: 'https://old.example',
        label: 'anna@old.example',
        usable: false,
        linkedAt: home.house.now(),
      },
    ])
    const path = `/provider-identities/${first(linked).id}`
    const ben = await home.house.person('Ben')
    expect(await drop(path, ben)).toBe(404)
    expect(await drop(path)).toBe(204)
    expect((await told()).linked).toEqual([])
  })

  test('says how many recovery codes are left, and takes them back', async () => {
    const anna = await home.annaIn()
    await anna.press('Make new recovery codes')
    const code = found(/[\da-z]{4}(?:-[\da-z]{4}){3}/, anna.words)
    expect((await told()).left).toBe(10)
    expect(await drop('/recovery-codes')).toBe(204)
    expect((await told()).left).toBe(0)
    const at = home.browser()
    await at.go('/sign-in/recovery')
    expect((await at.press('Sign in', { name: 'Anna', code })).status).toBe(422)
  })

  test('takes nobody’s last way in, and makes none', async () => {
    const { authenticator } = await home.add(await home.annaIn())
    await forgetPassword(home.house.owner.id)
    const { id } = first((await told()).keys)
    expect(await drop(`/passkeys/${id}`)).toBe(409)
    expect((await home.signIn(authenticator)).status).toBe(200)
    for (const path of ['/passkeys', '/provider-identities', '/recovery-codes'])
      expect([path, (await home.house.api('POST', path, {})).status]).toEqual([path, 404])
  })
})

describe('commands', () => {
  const holdfast = async (...argv: string[]) => {
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const env = { HOLDFAST_DATA_DIR: home.house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' }
    const input = (async function* () {
      yield ''
    })()
    return { code: await run(argv, { out: say, err: say, input, env }), lines }
  }

  test('tell how somebody signs in, and take it away, also when it was the only way', async () => {
    const { authenticator } = await home.add(await home.annaIn())
    await linkAnna()
    const { lines } = await holdfast('user', 'ways', 'anna')
    const key = found(/^(\S+)  the passkey “Phone” for localhost, never used$/, lines[1] ?? '')
    expect(lines).toEqual([
      'A password.',
      expect.stringContaining(key),
      expect.stringContaining('The account anna@old.example at https://old.example, since'),
      'Recovery codes that are left: 0.',
    ])
    const json = await holdfast('user', 'ways', 'Anna', '--json')
    expect(JSON.parse(first(json.lines))).toMatchObject({
      password: true,
      passkeys: [{ id: key, name: 'Phone', host: 'localhost' }],
      identities: [{ label: 'anna@old.example' }],
      recoveryCodes: 0,
    })
    expect(await holdfast('user', 'unlink', 'Anna')).toEqual({
      code: 0,
      lines: ['anna@old.example at https://old.example is unlinked.'],
    })
    expect((await holdfast('user', 'unlink', 'Anna')).code).toBe(1)
    await forgetPassword(home.house.owner.id)
    expect((await holdfast('passkey', 'remove', key)).lines).toEqual([
      'It opens nothing any more.',
      'Anna cannot sign in any more until “user password Anna --password-stdin”.',
    ])
    expect((await home.signIn(authenticator)).status).toBe(422)
    expect((await holdfast('passkey', 'remove', key)).code).toBe(1)
  })

  test('make recovery codes for who lost everything', async () => {
    const { lines } = await holdfast('user', 'codes', 'Anna')
    expect(lines).toHaveLength(10)
    const at = home.browser()
    await at.go('/sign-in/recovery')
    await at.press('Sign in', { name: 'Anna', code: first(lines.slice(3)) })
    expect(at.shown.html).toContain('Sign out Anna')
    const again = await holdfast('user', 'codes', 'Anna', '--json')
    const { codes } = JSON.parse(first(again.lines)) as { codes: string[] }
    expect(codes).toHaveLength(10)
    expect(codes).not.toContain(lines[0])
  })
})
