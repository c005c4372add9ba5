import { afterEach, beforeEach, expect, test } from 'vitest'
import { entitlementOf, metadataOf, newBook, stateOf } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { newKobo } from './new-kobo.test-support.ts'
import { violationsOf } from './violations.test-support.ts'

let fake: FakeServer
const { made, syncOnce, discardAll } = violationsOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

const at = '2026-01-05T10:00:00Z'

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
