import { expect, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { redactLine } from '../../src/log.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { tablesOf } from '../support/tables-of.ts'
import { furnish } from './fuzz-target.ts'

test('a whole life at the finest level of the log tells no secret', async () => {
  const house = await openHouse()
  const target = await furnish(house)
  const kobo = `${house.url}/kobo/${target.secret}`
  const headers = { 'x-kobo-deviceid': 'f'.repeat(64), 'content-type': 'application/json' }
  const post = async (path: string, body: string): Promise<string> =>
    (await fetch(`${kobo}${path}`, { method: 'POST', headers, body })).text()

  // Refresh tokens open nothing: whoever brings one has the secret in the address.
  const tokens = [
    await post('/v1/auth/device', '{"UserKey":"the-user-key"}'),
    await post('/v1/auth/refresh', '{}'),
    await post('/oauth/token', '{}'),
  ].flatMap((text) =>
    [...text.matchAll(/"(?:AccessToken|access_token)":"([^"]+)"/g)].map(([, token = '']) => token),
  )
  for (const path of target.files) await (await fetch(house.url + path)).arrayBuffer()
  const wrong = 'W'.repeat(42)
  for (const path of [
    `/kobo/${wrong}a/v1/initialization`,
    `/kobo//${target.secret}/v1/nobody/knows`,
    `//kobo/${target.secret}/v1/nobody/knows`,
    `/KOBO/${target.secret}/v1/initialization`,
    `/kobo%2f${target.secret}/v1/initialization`,
    `/x?secret=${target.secret}`,
    `/${target.secret}`,
    `/kobo/files/${wrong}b/x/y`,
    `/api/v1/books/${house.owner.token}`,
    `/api/v1/books?token=${house.owner.token}`,
  ])
    await (await fetch(house.url + path)).text()
  await fetch(`${house.url}/api/v1/shelves`, {
    method: 'POST',
    headers: { authorization: `Bearer ${house.owner.token}`, 'content-type': 'application/json' },
    body: `{"name": ${target.secret}}`,
  })
  await fetch(`${house.url}/api/v1/books`, { headers: { authorization: `Bearer hf_${wrong}c` } })
  await fetch(`${house.url}/api/v3/content/x/annotations`, {
    headers: { authorization: `Bearer ${tokens[0]}` },
  })
  const browser = openBrowser(house.url)
  await browser.go(`/sign-in?to=/${target.secret}`)
  await browser.signIn('Anna', 'a wrong password')
  await browser.signIn('Anna')
  await browser.go('/errata')
  const session = browser.cookie.split('=')[1] ?? ''
  const form = browser.form('Sign out Anna').fields[0]?.[1] ?? ''
  await browser.go(`/errata?after=${session}`)
  await browser.post('/sign-out', { token: form }, { origin: 'https://elsewhere.example' })
  const handedOut = await peopleOf(house, browser)
  await house.settled()
  const kept = JSON.stringify(tablesOf(house))

  // The same server with a database that breaks in the middle of everything, and says too much when it does.
  const { home } = house.server
  const read: typeof home.db.read = new Proxy(home.db.read, {
    get() {
      throw new Error(`It broke at ${kobo} for ${tokens.join(' ')} and ${target.files.join(' ')}.`)
    },
  })
  const broken = openApp({ ...home, db: { ...home.db, read } }, () => undefined)
  for (const path of [
    new URL(kobo).pathname + '/v1/library/sync',
    '/api/v1/books',
    '/healthz',
    ...target.files,
  ]) {
    const bearer = { authorization: `Bearer ${house.owner.token}` }
    const { status } = await broken.request(path, { headers: bearer })
    expect(`${path} ${status}`).toMatch(/ 50[03]$/)
  }

  const secrets = [
    target.secret,
    house.owner.token,
    ...tokens,
    ...target.files.map((path) => path.split('/')[3] ?? ''),
    'the password of Anna',
    'a wrong password',
    session,
    form,
    ...handedOut,
    home.key.toString('hex'),
    home.key.toString('base64'),
    home.key.toString('base64url'),
    `${wrong}a`,
    `${wrong}b`,
    `${wrong}c`,
  ]
  expect(secrets.filter((secret) => secret.length < 12)).toEqual([])
  const lines = [...house.log]
  await house.close()
  // In the database the secrets are hashes. The key of the server is there as it is, for nothing else can sign.
  for (const secret of secrets.filter((each) => each !== home.key.toString('hex')))
    expect([secret.slice(0, 4), kept.includes(secret)]).toEqual([secret.slice(0, 4), false])
  expect(lines.length).toBeGreaterThan(40)
  expect(lines.some((line) => line.includes('It broke at'))).toBe(true)
  for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([])
})

/** Every secret that people are given on pages and by calls: sessions, tokens, invitations, passwords, and what forms carry. */
async function peopleOf(house: House, anna: Browser): Promise<string[]> {
  const secrets: string[] = []
  await anna.go('/account')
  await anna.press('Make a token', { label: 'laptop', scope: ['read', 'admin'], days: '30' })
  const token = /hf_[\w-]{43}/.exec(anna.words)?.[0] ?? ''
  await anna.go('/people')
  await anna.press('Invite', { label: 'Ben' })
  const links = [/http\S+code=[\w-]+/.exec(anna.words)?.[0] ?? '']
  const wish = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
  for (const [path, body] of [
    ['/tokens', '{"label":"another"}'],
    ['/invitations', '{}'],
  ] as const) {
    const headers = { ...wish.headers, 'content-type': 'application/json' }
    const text = await (
      await fetch(`${house.url}/api/v1${path}`, { ...wish, headers, body })
    ).text()
    secrets.push(...(/hf_[\w-]{43}/.exec(text) ?? []))
    links.push(...(/http[^"]+code=[\w-]+/.exec(text) ?? []))
  }
  for (const [n, link] of links.entries()) {
    const guest = openBrowser(house.url)
    await guest.go(link)
    const password = `a lantern in hall ${n}`
    const pressed = { name: `Guest ${n}`, password }
    await guest.press('Make my account', pressed)
    await guest.go('/account')
    await guest.press('Change the password', { current: password, password: `${password} anew` })
    await guest.go(`/account?x=${link}`)
    await guest.go(`${link}x`)
    secrets.push(password, `${password} anew`, guest.cookie.split('=')[1] ?? '')
    secrets.push(...[...guest.others.values()].map((each) => each.split('=')[1] ?? ''))
  }
  secrets.push(token, ...links.map((link) => link.split('=')[1] ?? ''))
  return secrets
}

test('the code of a first visit is in the log once, where it is told', async () => {
  const house = await openHouse({ isEmpty: true })
  const link = house.log.flatMap((line) => /http\S+code=[\w-]{22}/.exec(line)?.[0] ?? [])[0] ?? ''
  const code = link.split('=')[1] ?? ''
  const browser = openBrowser(house.url)
  await browser.go(link)
  await browser.press('Make my account', { code, name: 'Anna', password: 'short' })
  await browser.press('Make my account', { code, name: 'Anna', password: 'a lantern in the hall' })
  expect(browser.shown.url).toBe(`${house.url}/books`)
  await browser.go(link)
  const told = house.log.filter((line) => line.includes(code))
  const kept = JSON.stringify(tablesOf(house))
  await house.close()
  expect(told).toHaveLength(1)
  expect(kept).not.toContain(code)
})

test('a Kobo that still calls with a revoked address is told of without the address', async () => {
  const house = await openHouse()
  const { id, syncUrl } = await house.device('Libra')
  const headers = { 'x-kobo-deviceid': 'f'.repeat(64) }
  await fetch(`${syncUrl}/v1/library/sync`, { headers })
  await house.api('DELETE', `/devices/${id}`)
  await fetch(`${syncUrl}/v1/library/sync`, { headers })
  const { body } = await house.api<{ items: { kind: string }[] }>('GET', '/errata')
  expect(body.items.map(({ kind }) => kind)).toEqual(['revoked-address'])
  const secret = syncUrl.split('/').at(-1) ?? ''
  const everywhere = JSON.stringify([body, tablesOf(house), house.log])
  await house.close()
  expect(everywhere).not.toContain(secret)
})

test('ids and hashes stay in the log, for they open nothing', () => {
  const line = `{"book":"12028f1e-caad-5eeb-8d5c-4c4fe5a86bf9","hash":"${'0a'.repeat(32)}"}\n`
  expect(redactLine(line)).toBe(line)
})
