import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Event } from './events.ts'
import { newBook, removal, stateOf } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { discard, impatientAt, newKobo } from './new-kobo.test-support.ts'
import type { Switches } from './switches.ts'

let fake: FakeServer
const made: ReturnType<typeof newKobo>[] = []

beforeEach(async () => {
  fake = await startFakeServer()
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
})

afterEach(async () => {
  for (const one of made.splice(0)) discard(one)
  await fake.close()
})

async function synced(switches: Partial<Switches> = {}) {
  const one = newKobo(fake, { switches })
  made.push(one)
  await one.kobo.sync()
  return one.kobo
}

function send(...operations: unknown[]): void {
  fake.pages.push({ operations, token: tokenOf(fake.pages.length + 1) })
}

/** The events of these kinds since the first so many. */
function since(events: readonly Event[], start: number, ...kinds: Event['what'][]): Event[] {
  return events.slice(start).filter(({ what }) => kinds.includes(what))
}

test('every operation is written down with its page, and with why it had no effect', async () => {
  const kobo = await synced()
  const start = kobo.events.length
  send(removal('b1'), removal('b2'))
  await kobo.sync()
  expect(since(kobo.events, 0, 'applied')).toEqual([
    { what: 'applied', page: 1, kind: 'NewEntitlement', book: 'b1' },
    { what: 'applied', page: 2, kind: 'ChangedEntitlement', book: 'b1', removed: true },
    {
      what: 'applied',
      page: 2,
      kind: 'ChangedEntitlement',
      book: 'b2',
      removed: true,
      dropped: 'the device does not know the book',
    },
  ])
  expect(since(kobo.events, start, 'row gone')).toEqual([
    { what: 'row gone', book: 'b1', cause: { by: 'server', how: 'removal', page: 2 } },
  ])
})

test('every answer is written down with the bytes of its headers and of its token', async () => {
  const kobo = await synced()
  const answers = kobo.events.filter((event) => event.what === 'answer')
  expect(answers).toHaveLength(fake.seen.length)
  expect(answers.find(({ at }) => at === 'GET /v1/library/sync')).toMatchObject({
    status: 200,
    tokenBytes: tokenOf(1).length,
  })
  expect(answers.every(({ headerBytes }) => headerBytes > 50)).toBe(true)
})

test('a sync is written down with its pages, and how many said continue', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b2', 'Dracula')], token: tokenOf(2) })
  const first = fake.pages[0]
  if (first) first.more = true
  const kobo = await synced()
  const event = { what: 'synced', completed: true, pages: 2, continues: 1 }
  expect(since(kobo.events, 0, 'synced')).toEqual([event])
})

test('a download is written down', async () => {
  const kobo = await synced()
  expect(since(kobo.events, 0, 'downloaded')).toEqual([
    { what: 'downloaded', book: 'b1', bytes: fake.files.get('b1')?.length, spans: undefined },
  ])
})

test.each([
  ['always-flips', {}, 'always'],
  ['flips-if-size-differs', { file: Buffer.from('PK\u0003\u0004 longer than it was') }, 'size'],
  ['harmless', { revision: 'r2' }, 'revision'],
] as const)(
  'a flip (%s) names its operation and takes the place along',
  async (newOnHeld, changes, why) => {
    const kobo = await synced({ newOnHeld, downloadsPerSync: 0 })
    await kobo.tap('b1')
    await kobo.close('b1', { percent: 60 })
    const had = fake.files.get('b1')?.length
    const start = kobo.events.length
    send(newBook(fake, 'b1', 'Alice', changes))
    await kobo.sync()
    const cause = { by: 'server', how: 'NewEntitlement', page: 2 }
    expect(since(kobo.events, start, 'flip', 'place back', 'file gone')).toEqual([
      { what: 'flip', book: 'b1', cause, why, had, announced: fake.files.get('b1')?.length },
      { what: 'place back', book: 'b1', from: 60, to: 0, cause },
    ])
    expect(kobo.state().books[0]?.downloaded).toBe(false)
  },
)

test('a New that brings the place along moves nobody back', async () => {
  const kobo = await synced({ newOnHeld: 'always-flips' })
  await kobo.close('b1', { percent: 60 })
  const start = kobo.events.length
  const at = '2026-03-01T10:00:00Z'
  const [kind, value] = Object.entries(Object(newBook(fake, 'b1', 'Alice')))[0] ?? []
  send({ [kind ?? '']: { ...Object(value), ReadingState: stateOf('b1', 60, at) } })
  await kobo.sync()
  expect(since(kobo.events, start, 'flip', 'place back').map(({ what }) => what)).toEqual(['flip'])
})

test('a place of the server that is behind is written down, and so is a reader who turns back', async () => {
  const kobo = await synced()
  await kobo.close('b1', { percent: 60 })
  await kobo.turn('b1', { percent: 50 })
  const state = stateOf('b1', 20, '2026-03-01T10:00:00Z')
  send({ ChangedReadingState: { ReadingState: state } })
  await kobo.sync()
  expect(since(kobo.events, 0, 'place back')).toEqual([
    { what: 'place back', book: 'b1', from: 60, to: 50, cause: { by: 'reader', how: 'turn' } },
    {
      what: 'place back',
      book: 'b1',
      from: 50,
      to: 20,
      cause: { by: 'server', how: 'ChangedReadingState', page: 2 },
    },
  ])
})

test.each([
  [{ status: 503 }, 'annotations after a download → 503'],
  [{ status: 304, body: '' }, 'annotations after a download → 304'],
  [{ silent: true }, 'annotations after a download → no answer'],
  [{}, 'annotations after a download → 200'],
])('annotations that %j leaves out are lost, and written down', async (twist, how) => {
  const kobo = await synced()
  const id = kobo.highlight('b1', 'mine')
  kobo.removeDownload('b1')
  const start = kobo.events.length
  fake.twists.set('/annotations', twist)
  await kobo.tap('b1', 'silent' in twist ? { faults: impatientAt(kobo, '/annotations', 50) } : {})
  expect(since(kobo.events, start, 'annotations lost')).toEqual([
    { what: 'annotations lost', book: 'b1', ids: [id], cause: { by: 'server', how, page: 1 } },
  ])
  expect(kobo.highlights('b1')).toEqual([])
})

test('a device that keeps its annotations loses none by an error', async () => {
  const kobo = await synced({ annotationsAfterDownload: 'kept' })
  kobo.highlight('b1', 'mine')
  kobo.removeDownload('b1')
  fake.twists.set('/annotations', { status: 503 })
  await kobo.tap('b1')
  expect(since(kobo.events, 0, 'annotations lost')).toEqual([])
  expect(kobo.highlights('b1')).toHaveLength(1)
})

test('what the reader and mishaps take is written down with who took it', async () => {
  const kobo = await synced()
  const mark = kobo.highlight('b1', 'mine')
  await kobo.close('b1', { percent: 30 })
  const yesterday = kobo.snapshot()
  const start = kobo.events.length
  await kobo.close('b1', { percent: 70 })
  kobo.restore(yesterday)
  kobo.removeDownload('b1')
  kobo.remove('b1')
  kobo.restore(yesterday)
  kobo.factoryReset()
  const told = since(kobo.events, start, 'row gone', 'file gone', 'annotations lost', 'place back')
  const reset = { by: 'mishap', how: 'factory reset' }
  const remove = { by: 'reader', how: 'remove' }
  expect(told).toEqual([
    { what: 'place back', book: 'b1', from: 70, to: 30, cause: { by: 'mishap', how: 'restore' } },
    { what: 'file gone', book: 'b1', cause: { by: 'reader', how: 'remove download' } },
    { what: 'row gone', book: 'b1', cause: remove },
    { what: 'annotations lost', book: 'b1', ids: [mark], cause: remove },
    { what: 'row gone', book: 'b1', cause: reset },
    { what: 'annotations lost', book: 'b1', ids: [mark], cause: reset },
  ])
})
