import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { newBook, stateOf } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { discard, newKobo } from './new-kobo.test-support.ts'
import type { Switches } from './switches.ts'

let fake: FakeServer
const made: ReturnType<typeof newKobo>[] = []

beforeEach(async () => {
  fake = await startFakeServer()
  const span = (id: string) =>
    `<p><span class="koboSpan" id="${id}">Alice was beginning.</span></p>`
  const file = await makeEpub({
    title: 'Alice',
    chapters: [span('kobo.1.1') + span('kobo.2.1'), span('kobo.1.1') + span('kobo.2.1')],
  })
  fake.pages.push({
    operations: [
      newBook(fake, 'b1', 'Alice', { file, format: 'KEPUB' }),
      newBook(fake, 'b2', 'Dracula'),
    ],
    token: tokenOf(1),
  })
})

afterEach(async () => {
  for (const one of made.splice(0)) discard(one)
  await fake.close()
})

async function synced(switches: Partial<Switches> = {}) {
  const one = newKobo(fake, { switches })
  made.push(one)
  expect((await one.kobo.sync()).violations).toEqual([])
  fake.seen.length = 0
  return one.kobo
}

/** The bodies of what was sent so, in order. */
function sent(method: string, part: string): unknown[] {
  return fake.seen
    .filter((seen) => seen.method === method && seen.path.includes(part))
    .map(({ body }) => JSON.parse(body) as unknown)
}

const told = (percent: number, part?: number) => {
  const within = part === undefined ? {} : { ContentSourceProgressPercent: part }
  return { ReadingStates: [{ CurrentBookmark: { ProgressPercent: percent, ...within } }] }
}

describe('places in a KEPUB', () => {
  test('are spans of its file', async () => {
    const kobo = await synced()
    await kobo.turn('b1', { percent: 30 })
    await kobo.close('b1', { percent: 80 })
    expect(sent('PUT', '/state')).toMatchObject([told(30, 50), told(80, 50)])
    expect(sent('PUT', '/state')[1]).toMatchObject({
      ReadingStates: [
        {
          CurrentBookmark: {
            Location: { Source: 'OEBPS/chapter-2.xhtml', Type: 'KoboSpan', Value: 'kobo.2.1' },
          },
        },
      ],
    })
    expect(kobo.state().books[0]?.place).toEqual({
      progress: 80,
      status: 'Reading',
      location: 'OEBPS/chapter-2.xhtml#kobo.2.1',
      inFile: true,
    })
  })

  test('are told to be at the beginning when a book is finished', async () => {
    const kobo = await synced()
    await kobo.finish('b1')
    expect(kobo.state().books[0]?.place).toEqual({
      progress: 100,
      status: 'Finished',
      location: 'OEBPS/chapter-1.xhtml#kobo.1.1',
      inFile: true,
    })
  })

  test.each([
    ['OEBPS/chapter-2.xhtml', 'kobo.2.1', true],
    ['book.kepub.epub!!OEBPS/chapter-2.xhtml', 'kobo.2.1', true],
    ['OEBPS/chapter-2.xhtml', 'kobo.9.1', false],
    ['OEBPS/chapter-9.xhtml', 'kobo.1.1', false],
  ])('that the server sends, %s#%s, are found: %s', async (Source, Value, found) => {
    const kobo = await synced()
    const state = stateOf('b1', 75, '2026-03-01T10:00:00Z')
    Object.assign(Object(state['CurrentBookmark']), {
      Location: { Source, Type: 'KoboSpan', Value },
    })
    fake.pages.push({
      operations: [{ ChangedReadingState: { ReadingState: state } }],
      token: tokenOf(2),
    })
    await kobo.sync()
    expect(kobo.state().books[0]?.place).toMatchObject({ progress: 75, inFile: found })
    const lost = kobo.events.filter(({ what }) => what === 'place not found')
    expect(lost).toHaveLength(found ? 0 : 1)
  })

  test('are not known to be in a file without spans', async () => {
    const kobo = await synced()
    await kobo.close('b2', { percent: 30 })
    expect(kobo.state().books[1]?.place).toMatchObject({
      location: 'OEBPS/chapter001.xhtml#kobo.31.1',
      inFile: undefined,
    })
  })

  test('are found again after a restart', async () => {
    const kobo = await synced()
    const events = kobo.events.filter((event) => event.what === 'downloaded')
    expect(events.map(({ spans }) => spans)).toEqual([4, undefined])
    const yesterday = kobo.snapshot()
    kobo.restore(yesterday)
    await kobo.close('b1', { percent: 0 })
    expect(kobo.state().books[0]?.place.location).toBe('OEBPS/chapter-1.xhtml#kobo.1.1')
  })
})

test('a KEPUB without a span breaks a rule', async () => {
  const file = await makeEpub({ title: 'Emma' })
  fake.pages.push({
    operations: [newBook(fake, 'b3', 'Emma', { file, format: 'KEPUB' })],
    token: tokenOf(2),
  })
  const kobo = await synced()
  expect((await kobo.sync()).violations).toEqual(['GET /files/b3: no document has a koboSpan.'])
})

describe('the last page read elsewhere', () => {
  test.each([
    [true, 75],
    [false, 10],
  ])('is gone to when the reader wants it: %s', async (jump, progress) => {
    const kobo = await synced()
    await kobo.close('b1', { percent: 10 })
    const state = stateOf('b1', 75, '2026-03-01T10:00:00Z')
    fake.twists.set('/b1/state', ({ method }) =>
      method === 'GET' ? { body: JSON.stringify([state]) } : undefined,
    )
    expect((await kobo.open('b1', { jump })).popups).toEqual(['b1'])
    expect(kobo.state().books[0]?.place.progress).toBe(progress)
  })
})

describe('highlights', () => {
  test('lie at the span where the reader is, with a note or without', async () => {
    const kobo = await synced()
    await kobo.turn('b1', { percent: 80 })
    kobo.highlight('b1', 'curiouser')
    kobo.highlight('b1', 'and curiouser', 'my note')
    await kobo.close('b1')
    expect(sent('PATCH', 'b1')).toMatchObject([
      {
        updatedAnnotations: [
          {
            type: 'highlight',
            highlightedText: 'curiouser',
            location: {
              span: {
                chapterFilename: 'OEBPS/chapter-2.xhtml',
                startPath: String.raw`span#kobo\.2\.1`,
              },
            },
          },
          { type: 'note', noteText: 'my note' },
        ],
      },
    ])
  })

  test('are told again when they are changed, and as deleted when they are', async () => {
    const kobo = await synced()
    const [first, second] = [kobo.highlight('b1', 'one'), kobo.highlight('b1', 'two')]
    await kobo.close('b1')
    kobo.editHighlight(first, 'a note')
    kobo.deleteHighlight(second)
    expect(kobo.state().books[0]?.annotations).toEqual([{ id: first, text: 'one', note: 'a note' }])
    await kobo.sync()
    expect(sent('PATCH', 'b1')[1]).toMatchObject({
      updatedAnnotations: [{ id: first, noteText: 'a note' }],
      deletedAnnotationIds: [second],
    })
    await kobo.sync()
    expect(sent('PATCH', 'b1')).toHaveLength(2)
    expect(() => kobo.editHighlight(second, 'x')).toThrow('This Kobo has no highlight')
  })

  test.each([
    ['with-states', ['PUT', 'PATCH', 'DELETE', 'GET']],
    ['after-downloads', ['PUT', 'DELETE', 'GET', 'PATCH']],
  ] as const)('made offline are sent %s', async (highlightsSent, order) => {
    const kobo = await synced({ highlightsSent })
    kobo.goOffline()
    kobo.highlight('b1', 'one')
    await kobo.close('b1', { percent: 20 })
    kobo.remove('b2')
    kobo.goOnline()
    await kobo.sync()
    const about = fake.seen.filter(({ path }) => /library\/(?:b|sync)|content\/b1/.test(path))
    expect(about.map(({ method }) => method)).toEqual(order)
  })
})

describe('without the network', () => {
  test('nothing is asked and nothing is lost', async () => {
    const kobo = await synced()
    kobo.goOffline()
    expect((await kobo.open('b1')).completed).toBe(true)
    expect((await kobo.close('b1', { percent: 20 })).completed).toBe(true)
    for (const report of [await kobo.sync(), await kobo.tap('b2'), await kobo.signIn()])
      expect(report.interrupted).toEqual({ at: 'Wi-Fi', because: 'the Kobo is offline' })
    expect(fake.seen).toEqual([])
    kobo.goOnline()
    await kobo.sync()
    expect(sent('PUT', 'b1')).toMatchObject([told(20)])
  })

  test.each([
    ['last-state', [30]],
    ['every-state', [10, 20, 30]],
  ] as const)(
    'of several places %s is told later, with its own instant',
    async (offlineWrites, percents) => {
      const kobo = await synced({ offlineWrites })
      kobo.goOffline()
      for (const percent of [10, 20, 30]) await kobo.turn('b1', { percent })
      kobo.goOnline()
      await kobo.sync()
      expect(sent('PUT', 'b1')).toMatchObject(percents.map((percent) => told(percent)))
      const instants = sent('PUT', 'b1').map(
        (each) => /LastModified":"([^"]+)/.exec(JSON.stringify(each))?.[1],
      )
      expect(new Set(instants).size).toBe(percents.length)
      expect(kobo.state().unsent.states).toEqual([])
    },
  )

  test('a book that was read and removed is told of before it is deleted, by a device that tells all', async () => {
    const kobo = await synced({ offlineWrites: 'every-state' })
    await kobo.close('b1', { percent: 10 }, { offline: true })
    kobo.remove('b1')
    await kobo.sync()
    const about = fake.seen.filter(({ path }) => path.startsWith('/v1/library/b1'))
    expect(about.map(({ method }) => method)).toEqual(['PUT', 'DELETE'])
  })
})

test.each([
  ['empty-json', 'application/json'],
  ['nothing', undefined],
] as const)('a DELETE sends %s', async (deleteSends, type) => {
  const kobo = await synced({ deleteSends })
  kobo.remove('b1')
  await kobo.sync()
  const seen = fake.seen.find(({ method }) => method === 'DELETE')
  expect(seen?.headers['content-type']).toBe(type)
})

test.each([
  ['dropped', ['b1', 'b2']],
  ['inserted', ['b1', 'b2', 'b3']],
] as const)('a change of a book that is not there is %s', async (changedOnUnknown, books) => {
  const kobo = await synced({ changedOnUnknown })
  const [value] = Object.values(Object(newBook(fake, 'b3', 'Emma')))
  fake.pages.push({ operations: [{ ChangedEntitlement: value }], token: tokenOf(2) })
  await kobo.sync()
  expect(kobo.state().books.map(({ id }) => id)).toEqual(books)
  expect(kobo.violations).toEqual([
    'GET /v1/library/sync: ChangedEntitlement names the book b3, which was never announced.',
  ])
})
