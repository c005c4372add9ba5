import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TempHome } from '../../test/support/temp-home.ts'
import { requiredResources } from '../simulator/required-resources.ts'
import { BASE, openPairedKobo, text, type PairedKobo } from './paired-kobo.test-support.ts'

let home: TempHome
let secret: PairedKobo['secret']
let call: PairedKobo['call']

beforeEach(async () => {
  ;({ home, secret, call } = await openPairedKobo())
})
afterEach(() => home.close())

describe('first contact', () => {
  test('gives the whole map, and everything that must lead here does', async () => {
    const answer = await call('GET', '/v1/initialization')
    expect(answer.headers.get('x-kobo-apitoken')).toBe('e30=')
    const { Resources: map } = (await answer.json()) as { Resources: Record<string, unknown> }
    expect(Object.keys(map).toSorted()).toEqual([...requiredResources].toSorted())
    expect(map).toMatchObject({
      library_sync: `${BASE}/kobo/${secret}/v1/library/sync`,
      oauth_host: `${BASE}/kobo/${secret}/oauth`,
      reading_services_host: BASE,
      user_profile: 'https://storeapi.kobo.com/v1/user/profile',
      use_one_store: 'True',
    })
    const covers = expect.stringMatching(
      /^https:\/\/books\.example\.org\/kobo\/covers\/[\w-]{43}\/\{ImageId\}\/\{Width\}\/\{Height\}\/\{Quality\}\/\{IsGreyscale\}\/image\.jpg$/,
    )
    expect(map['image_url_quality_template']).toEqual(covers)
    expect(map['image_url_template']).toMatch(
      /\{ImageId\}\/\{Width\}\/\{Height\}\/false\/image\.jpg$/,
    )
  })

  test('echoes the user key and never gives the same token twice', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () =>
        (await call('POST', '/v1/auth/device', { body: { UserKey: 'k' } })).json(),
      ),
    )
    expect(answers[0]).toMatchObject({ TokenType: 'Bearer', UserKey: 'k' })
    expect(text(answers[0], 'AccessToken')).not.toBe(text(answers[1], 'AccessToken'))
    const nameless: unknown = await (await call('POST', '/v1/auth/device', { body: 'x' })).json()
    expect(nameless).toMatchObject({ UserKey: '' })
    expect((await call('POST', '/v1/auth/refresh')).status).toBe(200)
    expect((await call('POST', '/v1/user/add-device')).status).toBe(200)
  })

  test('finds its own OAuth, which hands out tokens in every way it is asked', async () => {
    const discovery: unknown = await (
      await call('GET', '/oauth/.well-known/openid-configuration')
    ).json()
    expect(text(discovery, 'token_endpoint')).toBe(`${BASE}/kobo/${secret}/oauth/token`)
    for (const path of ['token', 'refresh', 'connect/token', 'auth', 'anything/else'])
      for (const method of ['GET', 'POST']) {
        const body: unknown = await (await call(method, `/oauth/${path}`)).json()
        expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
        expect(text(body, 'access_token')).toHaveLength(78)
      }
  })

  test('is sent back to the Kobo by the authorization page, and nowhere else', async () => {
    const query = '?response_type=code&state=a%26b&redirect_uri=https%3A%2F%2Fevil.example'
    const answer = await call('GET', `/oauth/auth${query}`)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toMatch(
      /^kobo:\/\/UserAuthenticated\?code=[\w-]{32}&state=a%26b$/,
    )
  })
})
