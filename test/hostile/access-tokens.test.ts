import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { found } from '../support/found.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(async () => {
  closeKobos()
  await house.close()
})
const browser = (): Browser => callerAt(house)
const signedIn = async (name = 'Anna'): Promise<Browser> => {
  const fresh = browser()
  await fresh.signIn(name)
  return fresh
}

describe('an access token of a Kobo', () => {
  let url: string
  let good: string
  let pairing: string
  let deviceId: string
  let syncUrl: string
  let bookId: string
  beforeAll(async () => {
    const book = await house.addBook(await makeEpub({ title: 'Tokens' }))
    await house.shelf('Tokens', [book.id])
    const kobo = await koboAt(house, { name: 'Tokens' })
    await kobo.syncUntilQuiet()
    kobo.highlight(book.id, 'a passage of Anna')
    await kobo.close(book.id, { percent: 10, minutes: 1 })
    await kobo.syncUntilQuiet()
    const answer = await fetch(`${kobo.syncUrl}/v1/auth/device`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kobo-deviceid': kobo.deviceId },
      body: '{"UserKey":"x"}',
    })
    good = ((await answer.json()) as { AccessToken: string }).AccessToken
    deviceId = kobo.deviceId
    syncUrl = kobo.syncUrl
    bookId = book.id
    url = `${house.url}/api/v3/content/${book.id}/annotations`
    const row = await house.server.home.db.read
      .selectFrom('device')
      .select('pairing')
      .where('id', '=', kobo.device)
      .executeTakeFirstOrThrow()
    pairing = row.pairing
  })
  const read = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-kobo-deviceid': deviceId }
    return (await fetch(url, { headers })).text()
  }

  test('is ours or none: no other algorithm, key or form of a token is believed', async () => {
    expect(await read(good)).toContain('a passage of Anna')
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = part({ sub: house.owner.id, pairing, generation: 1, exp: 4_000_000_000 })
    const signed = (head: object, key: string) => {
      const text = `${part(head)}.${claims}`
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const bytes = Buffer.from(good, 'base64url')
    const flipped = (at: number) => {
      const copy = Buffer.from(bytes)
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
      return copy.toString('base64url')
    }
    for (const [what, token] of Object.entries({
      'no algorithm': `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
      'no algorithm, written otherwise': `${part({ alg: 'nOnE' })}.${claims}.`,
      'an empty key': signed({ alg: 'HS256', typ: 'JWT' }, ''),
      'a key that everybody knows': signed({ alg: 'HS256', typ: 'JWT' }, house.server.home.ledger),
      'a key that it brings': signed({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, '\0\0\0'),
      'ours with a dot': `${good}.`,
      'ours as a part': `${part({ alg: 'none' })}.${good}.`,
      'ours, padded': `${good}=`,
      'ours in another alphabet': `${good.slice(0, -1)}+`,
      'ours with its spare bits set': `${good.slice(0, -1)}${spare(good.slice(-1))}`,
      'ours without its end': good.slice(0, -4),
      'ours with more': `${good}AAAA`,
      'another generation': flipped(35),
      'another pairing': flipped(20),
      'another signature': flipped(57),
      'an API token': house.owner.token,
    }))
      expect([what, (await read(token)).includes('passage')]).toEqual([what, false])
  })

  test('opens no page and no call, and an API token or a session no Kobo’s', async () => {
    const headers = { authorization: `Bearer ${good}` }
    expect((await fetch(`${house.url}/api/v1/books`, { headers })).status).toBe(401)
    const cookie = `holdfast=${good.slice(0, 43)}`
    const page = await fetch(`${house.url}/errata`, { headers: { cookie }, redirect: 'manual' })
    expect(page.status).toBe(303)
    const anna = await signedIn()
    for (const secret of [house.owner.token, anna.cookie.split('=')[1] ?? '', good])
      expect((await fetch(`${house.url}/kobo/${secret}/v1/initialization`)).status).toBe(401)
  })

  test('is bound to its purpose: no key of a cover or a download is one, and no other way round', async () => {
    for (const path of [
      `/kobo/files/${good}/x/y`,
      `/kobo/covers/${good}/x/1/1/true/image.jpg`,
      `/kobo/files/${good.slice(0, 48)}/x/y`,
    ])
      expect([path, (await fetch(house.url + path)).status]).toEqual([path, 401])
    const headers = { 'x-kobo-deviceid': deviceId }
    const metadata = await (
      await fetch(`${syncUrl}/v1/library/${bookId}/metadata`, { headers })
    ).text()
    const resources = await (await fetch(`${syncUrl}/v1/initialization`, { headers })).text()
    const download = found(/\/kobo\/files\/[^"\\]+/, metadata)
    expect((await fetch(house.url + download)).status).toBe(200)
    const keys = {
      download: found(/\/kobo\/files\/([^/]+)/, metadata),
      cover: found(/\/kobo\/covers\/([^/]+)/, resources),
    }
    expect(new Set(Object.values(keys)).size).toBe(2)
    for (const [what, key] of Object.entries(keys)) {
      expect([what, (await read(key)).includes('passage')]).toEqual([what, false])
      for (const path of [`/kobo/${key}/v1/initialization`, `/api/v1/books/${bookId}`]) {
        const answer = await fetch(house.url + path, {
          headers: { authorization: `Bearer ${key}` },
        })
        expect([what, path, answer.status]).toEqual([what, path, 401])
      }
    }
    for (const path of [
      download.replace(keys.download, keys.cover),
      `/kobo/covers/${keys.download}/${bookId}/100/100/true/image.jpg`,
    ])
      expect([path, (await fetch(house.url + path)).status]).toEqual([path, 401])
  })
})
/** The character that stands for the same bytes at the end of a text, and is another. */
function spare(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(character) ^ 1)
}
