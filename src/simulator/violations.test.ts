import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFakeServer, type FakeServer, type Twist } from './fake-server.test-support.ts'
import { newKobo } from './new-kobo.test-support.ts'
import { violationsOf } from './violations.test-support.ts'

let fake: FakeServer
const { made, syncOnce, syncTwisted, discardAll } = violationsOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

test.each<[string, string, Twist, string]>([
  ['an error', '/v1/deals', { status: 500 }, 'the status is 500, not 2xx'],
  [
    'HTML',
    '/v1/deals',
    { headers: { 'content-type': 'text/html' } },
    'the content type is text/html, not JSON',
  ],
  [
    'no content type',
    '/v1/deals',
    { headers: { 'content-type': undefined } },
    'the content type is missing, not JSON',
  ],
  ['broken JSON', '/v1/user/profile', { body: '{"a":' }, 'the body is not JSON'],
  [
    'a broken connection',
    '/v1/user/profile',
    { body: '{"a":1}', breakAfter: 3 },
    'the answer broke off before its end',
  ],
  [
    'large headers',
    '/v1/deals',
    { headers: { 'x-large': 'x'.repeat(2000) } },
    'bytes, 2048 or more',
  ],
  ['an array for gettests', '/gettests', { body: '[]' }, 'the body must be an object'],
  ['another key for tests', '/gettests', { body: '{"TestKey":"x"}' }, 'TestKey must be the one'],
  ['no benefits', '/benefits', { body: '{}' }, 'the body.Benefits is missing'],
  ['an object of subscriptions', '/subscriptions', { body: '{}' }, 'the body must be an array'],
  ['deals without ids', '/v1/deals', { body: '{"Deals":[{}]}' }, 'the body.Deals[0].Id is missing'],
  ['a profile with wrong types', '/profile', { body: '{"SafeSearch":"no"}' }, 'true or false'],
  ['an array for the affiliate', '/affiliate', { body: '[]' }, 'the body must be an object'],
  ['a wishlist without pages', '/wishlist', { body: '{"Items":[]}' }, 'TotalPageCount is missing'],
  [
    'recommendations without end',
    '/user/recommendations',
    {
      body: JSON.stringify({
        Items: [],
        CurrentPageIndex: 0,
        ItemCount: 0,
        ItemsPerPage: 50,
        TotalItemCount: 0,
        TotalPageCount: 9,
      }),
    },
    'the body has more pages than entries',
  ],
  ['notebooks of the wrong shape', '/UserStorage', { body: '{}' }, 'the body.metadata is missing'],
  [
    'JSON in pieces',
    '/v1/deals',
    { headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } },
    'the answer has no Content-Length',
  ],
  [
    'another key of the account',
    '/v1/auth/device',
    { body: '{"UserKey":"x"}' },
    'UserKey must be the one of the request, or empty',
  ],
  [
    'another kind of token',
    '/oauth/token',
    { body: '{"token_type":"MAC"}' },
    'the answer.token_type must be one of Bearer',
  ],
  [
    'sign-in without token',
    '/v1/auth/device',
    { body: '{"TokenType":"Bearer"}' },
    'the answer.AccessToken is missing',
  ],
  [
    'no token endpoint',
    'openid-configuration',
    { body: '{}' },
    'the document.token_endpoint is missing',
  ],
  ['no access token', '/oauth/token', { body: '{}' }, 'the answer.access_token is missing'],
  [
    'a short map',
    '/v1/initialization',
    { body: '{"Resources":{"a":"b"}}' },
    "Resources lacks 183 of the store's keys",
  ],
  [
    'no api token',
    '/v1/initialization',
    { headers: { 'x-kobo-apitoken': undefined } },
    'the answer has no x-kobo-apitoken',
  ],
])('%s is a broken rule', async (_, path, twist, rule) => {
  const violations = await syncTwisted(path, twist)
  expect(violations.join('\n')).toContain(rule)
  expect(violations.find((each) => each.includes(rule))).toMatch(/^(GET|POST) \/.*: .*\.$/)
})

test('an expired token at initialization is refreshed once and breaks no rule', async () => {
  let asked = 0
  fake.twists.set('/v1/initialization', () => {
    asked += 1
    return asked === 1
      ? { status: 401, body: '{"ResponseStatus":{"ErrorCode":"ExpiredToken"}}' }
      : undefined
  })
  expect(await syncOnce()).toEqual([])
  expect(fake.seen.map((seen) => seen.path)).toContain('/v1/auth/refresh')
})

test.each<[string, Twist, string]>([
  ['no redirect', { status: 200 }, 'the status is 200, not 302'],
  [
    'another state',
    { headers: { location: 'kobo://UserAuthenticated?code=c&state=x' } },
    'the state',
  ],
  ['no code', { headers: { location: 'kobo://UserAuthenticated?state=x' } }, 'bring a code'],
  [
    'a place elsewhere',
    { headers: { location: 'https://books.example.org/?code=c' } },
    'must lead to kobo://UserAuthenticated',
  ],
])('an authorization with %s breaks a rule and ends the session', async (_, twist, rule) => {
  fake.twists.set('/oauth/auth', twist)
  const one = newKobo(fake, { switches: { oauth: 'authorize-first' } })
  made.push(one)
  const report = await one.kobo.sync()
  expect(report.violations.join('\n')).toContain(rule)
  expect(report.completed).toBe(false)
  fake.twists.clear()
  expect((await one.kobo.sync()).completed).toBe(true)
})
