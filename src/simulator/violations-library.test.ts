import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFakeServer, type FakeServer, type Twist } from './fake-server.test-support.ts'
import { violationsOf } from './violations.test-support.ts'

let fake: FakeServer
const { syncTwisted, discardAll } = violationsOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

const at = '2026-01-05T10:00:00Z'

test.each<[string, string, Twist, string]>([
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
  const violations = await syncTwisted(path, twist)
  expect(violations.join('\n')).toContain(rule)
  expect(violations.find((each) => each.includes(rule))).toMatch(/^(GET|POST) \/.*: .*\.$/)
})

test.each([
  ['/files/', 'the body ended after 2 of 12 bytes'],
  ['/images/', 'the body ended after 2 of 64 bytes'],
])(
  '%s that breaks off before it can be told what it is breaks no other rule',
  async (path, rule) => {
    expect(await syncTwisted(path, { breakAfter: 2 })).toEqual([expect.stringContaining(rule)])
  },
)
