import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  discard,
  entitlementOf,
  metadataOf,
  newBook,
  newKobo,
  startFakeServer,
  stateOf,
  tokenOf,
  type FakeServer,
  type Twist,
} from './fake-server.test-support.ts'

let fake: FakeServer
const made: ReturnType<typeof newKobo>[] = []

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  for (const one of made.splice(0)) discard(one)
  await fake.close()
})

async function syncOnce(): Promise<string[]> {
  const one = newKobo(fake)
  made.push(one)
  return (await one.kobo.sync()).violations
}

const at = '2026-01-05T10:00:00Z'

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
  ['an object as page', '/library/sync', { body: '{}' }, 'the body must be an array'],
  [
    'an unknown kind',
    '/library/sync',
    { body: '[{"DeletedEntitlement":{}}]' },
    'operation 1 is of an unknown kind, DeletedEntitlement',
  ],
  [
    'two keys',
    '/library/sync',
    { body: '[{"a":1,"b":2}]' },
    'operation 1 must be an object with a single key',
  ],
  [
    'no token',
    '/library/sync',
    { headers: { 'x-kobo-synctoken': undefined } },
    'the answer has no x-kobo-synctoken',
  ],
  [
    'a dotted token',
    '/library/sync',
    { headers: { 'x-kobo-synctoken': 'PX.YWJj' } },
    'the token is not standard base64 without a dot',
  ],
  [
    'a long token',
    '/library/sync',
    { headers: { 'x-kobo-synctoken': 'YWJj'.repeat(50) } },
    'the token has 200 bytes, 200 or more',
  ],
  [
    'a large page',
    '/library/sync',
    { body: `[${' '.repeat(204_800)}]` },
    'the page has 204802 bytes, more than 204800',
  ],
  [
    'more than 100 operations',
    '/library/sync',
    {
      body: JSON.stringify(
        Array.from({ length: 101 }, () => ({ DeletedTag: { Tag: { Id: 't', LastModified: at } } })),
      ),
    },
    'the page has 101 operations, more than 100',
  ],
  [
    'metadata as object',
    '/metadata',
    { body: '{}' },
    'the body must be an array with exactly one book',
  ],
  [
    'another book',
    '/metadata',
    { body: '[{"EntitlementId":"b9"}]' },
    'the book is b9, not the one asked for',
  ],
  [
    'a file of another length',
    '/files/',
    { body: 'PK\u0003\u0004' },
    'the Content-Length 4 differs from the announced Size 12',
  ],
  [
    'a file without length',
    '/files/',
    { headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } },
    'the answer has no Content-Length',
  ],
  ['a file that breaks off', '/files/', { breakAfter: 7 }, 'the body ended after 7 of 12 bytes'],
  ['no archive', '/files/', { body: 'hello, world' }, 'the file does not begin like a ZIP archive'],
  ['a missing file', '/files/', { status: 404 }, 'the status is 404, not 2xx'],
  [
    'a PNG cover',
    '/images/',
    { body: '\u0089PNG', headers: { 'content-type': 'image/png' } },
    'the cover is not a JPEG image',
  ],
  [
    'a cover without length',
    '/images/',
    { headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } },
    'the answer has no Content-Length',
  ],
  [
    'annotations of the wrong shape',
    '/annotations',
    { body: '{"data":[]}' },
    'the body.annotations is missing',
  ],
  [
    'annotations without ETag',
    '/annotations',
    { headers: { etag: undefined } },
    'the answer has no ETag',
  ],
  [
    'annotations not modified',
    '/annotations',
    { status: 304, body: '' },
    'the status is 304, not 2xx',
  ],
  ['an object of changes', 'checkforchanges', { body: '{}' }, 'the body must be an array'],
  [
    'a book nobody asked about',
    'checkforchanges',
    { body: '["b9"]' },
    'the body names a book that was not asked about',
  ],
])('%s is a broken rule', async (_, path, twist, rule) => {
  fake.pages.push({
    operations: [newBook(fake, 'b1', 'Alice12', { file: Buffer.from('PK\u0003\u0004 a book.') })],
    token: tokenOf(1),
  })
  fake.twists.set(path, twist)
  const violations = await syncOnce()
  expect(violations.join('\n')).toContain(rule)
  expect(violations.find((each) => each.includes(rule))).toMatch(/^(GET|POST) \/.*: .*\.$/)
})

test.each([
  ['/files/', 'the body ended after 2 of 12 bytes'],
  ['/images/', 'the body ended after 2 of 64 bytes'],
])(
  '%s that breaks off before it can be told what it is breaks no other rule',
  async (path, rule) => {
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice12', { file: Buffer.from('PK\u0003\u0004 a book.') })],
      token: tokenOf(1),
    })
    fake.twists.set(path, { breakAfter: 2 })
    expect(await syncOnce()).toEqual([expect.stringContaining(rule)])
  },
)

test.each<[string, Record<string, unknown>, string]>([
  ['no title', { Title: undefined }, 'NewEntitlement.BookMetadata.Title is missing'],
  ['no cover id', { CoverImageId: '' }, 'CoverImageId must be a text that is not empty'],
  ['no download', { DownloadUrls: [] }, 'DownloadUrls must have exactly one entry, it has 0'],
  [
    'no size',
    {
      DownloadUrls: [
        { Format: 'KEPUB', Url: 'http://127.0.0.1/', Platform: 'Generic', DrmType: 'None' },
      ],
    },
    'DownloadUrls[0].Size is missing',
  ],
  ['another id', { EntitlementId: 'b2' }, 'names two books'],
  ['another revision', { RevisionId: 'r2' }, 'names two revisions of one book'],
])('a new book with %s breaks a rule', async (_, metadata, rule) => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice', { metadata })], token: tokenOf(1) })
  expect((await syncOnce()).join('\n')).toContain(rule)
})

test.each([
  [
    'ChangedEntitlement',
    () => ({
      BookEntitlement: entitlementOf('b1', 'b1', false),
      BookMetadata: metadataOf(fake, 'b1', 'Alice', 9),
    }),
  ],
  ['ChangedProductMetadata', () => metadataOf(fake, 'b1', 'Alice', 9)],
  ['ChangedReadingState', () => ({ ReadingState: stateOf('b1', 10, at) })],
])('%s for a book that was never announced breaks a rule', async (kind, value) => {
  fake.pages.push({ operations: [{ [kind]: value() }], token: tokenOf(1) })
  expect(await syncOnce()).toEqual([
    `GET /v1/library/sync: ${kind} names the book b1, which was never announced.`,
  ])
})

test('metadata of a book that a lost answer announced breaks no rule', async () => {
  const book = newBook(fake, 'b1', 'Alice')
  fake.pages.push({ operations: [book], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync({
    faults: ({ path }) => (path === '/v1/library/sync' ? { kind: 'lose-reply' } : undefined),
  })
  fake.pages[0] = {
    operations: [{ ChangedProductMetadata: metadataOf(fake, 'b1', 'Alice', 9) }],
    token: tokenOf(1),
  }
  const report = await one.kobo.sync()
  expect(report.violations).toEqual([])
  expect(report.dropped).toMatchObject([{ id: 'b1', why: 'the device does not know the book' }])
})

test('a place written with a decimal point breaks a rule', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  const state = JSON.stringify([stateOf('b1', 33, at)]).replace(
    '"ProgressPercent":33',
    '"ProgressPercent":33.0',
  )
  fake.twists.set('/state', { body: state })
  expect((await one.kobo.open('b1')).violations).toEqual([
    'GET /v1/library/b1/state: a whole percentage must be written without a decimal point.',
  ])
})

test('an answer to a written place that does not name the book breaks a rule, and the place stays unsent', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  fake.twists.set('/state', { body: '{"RequestResult":"Success","UpdateResults":[]}' })
  const report = await one.kobo.close('b1', { percent: 5 })
  expect(report.violations).toEqual([
    'PUT /v1/library/b1/state: UpdateResults must name the book b1.',
  ])
  fake.twists.clear()
  fake.seen.length = 0
  await one.kobo.sync()
  expect(fake.seen.filter((seen) => seen.method === 'PUT')).toHaveLength(1)
})

test('an address elsewhere breaks a rule and is never contacted', async () => {
  const book = newBook(fake, 'b1', 'Alice', {
    metadata: {
      DownloadUrls: [
        {
          Format: 'KEPUB',
          Size: 9,
          Url: 'http://books.example.org/f',
          Platform: 'Generic',
          DrmType: 'None',
        },
      ],
    },
  })
  fake.pages.push({ operations: [book], token: tokenOf(1) })
  expect(await syncOnce()).toEqual([
    'GET /v1/library/b1/metadata: the address points to books.example.org, not to this server.',
  ])
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

test('stars and collections that the server answers wrongly break rules', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  one.kobo.rate('b1', 4)
  one.kobo.makeShelf('Holidays', ['b1'])
  fake.twists.set('/v1/library/tags', { body: '{}' })
  fake.twists.set('/v1/user/reviews', {
    body: '{"Items":[{"ProductId":"b1","Rating":3}],"TotalPageCount":1,"CurrentPageIndex":1}',
  })
  const { violations } = await one.kobo.sync()
  expect(violations).toEqual([
    'POST /v1/library/tags: the body must be a text that is not empty.',
    'GET /v1/user/reviews: the book b1 has other stars than it was given.',
  ])
})

test('a collection that the server refuses stays queued', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  one.kobo.makeShelf('Holidays', ['b1'])
  await one.kobo.sync()
  one.kobo.renameShelf('Holidays', 'Summer')
  fake.twists.set('/v1/library/tags/tag-1', { status: 404 })
  expect((await one.kobo.sync()).interrupted?.because).toContain('the change stays queued')
  fake.twists.clear()
  fake.seen.length = 0
  expect((await one.kobo.sync()).completed).toBe(true)
  expect(fake.seen.filter((seen) => seen.path === '/v1/library/tags/tag-1')).toMatchObject([
    { method: 'PUT', body: '{"Name":"Summer"}' },
  ])
  expect(one.kobo.shelves()).toEqual({ Summer: ['b1'] })
})
