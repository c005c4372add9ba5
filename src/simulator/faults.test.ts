import { existsSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anyOf, randomFaults, type Fault, type Faults } from './faults.ts'
import { seededRandom } from './random.ts'
import type { Switches } from './switches.ts'
import { newBook, removal } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { kobosOf } from './kobos-of.test-support.ts'
import { impatientAt } from './new-kobo.test-support.ts'

let fake: FakeServer
const { kobo: koboWith, discardAll } = kobosOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
  fake.pages.push(
    { operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1), more: true },
    { operations: [newBook(fake, 'b2', 'Dracula')], token: tokenOf(2) },
  )
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

function kobo(switches: Partial<Switches> = {}) {
  return koboWith({ switches })
}

/** The fault hits the nth library sync of the session. */
function onPage(nth: number, fault: Fault): Faults {
  let seen = 0
  return ({ path }) => {
    if (path !== '/v1/library/sync') return undefined
    seen += 1
    return seen === nth ? fault : undefined
  }
}

function syncsSeen(): (string | string[] | undefined)[] {
  return fake.seen
    .filter((seen) => seen.path === '/v1/library/sync')
    .map((seen) => seen.headers['x-kobo-synctoken'])
}

test.each([
  ['drop-request', 0, 0, null],
  ['lose-reply', 1, 0, null],
  ['cut-reply', 1, 0, null],
  ['crash-before-token', 1, 1, null],
  ['crash-after-token', 1, 1, tokenOf(1)],
] as const)('%s on a page ends the sync there', async (kind, asked, books, token) => {
  const device = kobo()
  const report = await device.sync({ faults: onPage(1, { kind }) })
  expect(report.completed).toBe(false)
  expect(report.interrupted?.at).toBe('GET /v1/library/sync')
  expect(syncsSeen()).toHaveLength(asked)
  expect(device.contents()).toHaveLength(books)
  expect(device.token()).toBe(token)
  expect(report.violations).toEqual([])
  const next = await device.sync()
  expect(next.completed).toBe(true)
  expect(device.contents().map((book) => book.id)).toEqual(['b1', 'b2'])
})

test('a request sent twice reaches the server twice and the session goes on', async () => {
  const device = kobo()
  const report = await device.sync({ faults: onPage(1, { kind: 'twice' }) })
  expect(report.completed).toBe(true)
  expect(syncsSeen()).toEqual([undefined, undefined, tokenOf(1)])
})

test('a request that breaks off never reaches the server, wherever it does', async () => {
  for (const atByte of [0, 1, 200]) {
    const report = await kobo().sync({ faults: onPage(1, { kind: 'cut-request', atByte }) })
    expect(report.interrupted?.because).toBe('the request broke off')
  }
  expect(syncsSeen()).toEqual([])
  const whole = await kobo().sync({ faults: onPage(1, { kind: 'cut-request', atByte: 1e6 }) })
  expect(whole.interrupted?.because).toBe('the answer was lost')
  expect(syncsSeen()).toHaveLength(1)
})

test.each([
  ['first', ['b1', 'b2']],
  ['second', ['b2']],
] as const)('of a request sent twice, the %s answer counts', async (use, books) => {
  let asked = 0
  const page = JSON.stringify(fake.pages[1]?.operations)
  fake.twists.set('/v1/library/sync', () => {
    asked += 1
    return asked === 2 ? { body: page, headers: { 'x-kobo-sync': undefined } } : undefined
  })
  const device = kobo()
  await device.sync({ faults: onPage(1, { kind: 'twice', use }) })
  expect(device.contents().map((book) => book.id)).toEqual(books)
})

test('a twin of a request comes later, as it was, and its answer is thrown away', async () => {
  const device = kobo()
  const report = await device.sync({ faults: onPage(1, { kind: 'twin-later', after: 1 }) })
  expect(report).toMatchObject({ completed: true, violations: [], pages: 2 })
  expect(syncsSeen()).toEqual([undefined, tokenOf(1), undefined])
  expect(report.requests).toBe(fake.seen.length)
  await device.sync({ faults: onPage(1, { kind: 'twin-later', after: 1000 }) })
  expect(syncsSeen().filter((token) => token === tokenOf(2))).toHaveLength(1)
})

test('what the reader did is put off, and the session goes on', async () => {
  const device = kobo()
  await device.sync()
  const highlight = device.highlight('b1', 'mine')
  await device.close('b1', { percent: 10 }, { offline: true })
  device.remove('b2')
  fake.seen.length = 0
  const postponed: Faults = ({ method }) =>
    method === 'PUT' || method === 'PATCH' || method === 'DELETE' ? { kind: 'postpone' } : undefined
  expect((await device.sync({ faults: postponed })).completed).toBe(true)
  const told = () => fake.seen.filter(({ method }) => /PUT|PATCH|DELETE/.test(method))
  expect(told()).toEqual([])
  expect(device.state().unsent).toEqual({ deletes: ['b2'], states: ['b1'], highlights: 1 })
  await device.sync()
  expect(told().map(({ method }) => method)).toEqual(['PUT', 'DELETE', 'PATCH'])
  expect(told().at(-1)?.body).toContain(highlight)
  expect(device.state().unsent).toEqual({ deletes: [], states: [], highlights: 0 })
})

test('others act between an answer and what the device makes of it', async () => {
  const device = kobo()
  const seen: string[] = []
  await device.sync({
    meanwhile: ({ path }) => {
      if (path === '/v1/library/sync')
        seen.push(
          device
            .contents()
            .map(({ id }) => id)
            .join(),
        )
    },
  })
  expect(seen).toEqual(['', 'b1'])
})

test('a slow answer is waited for, up to the patience of the device', async () => {
  const slept: number[] = []
  const device = koboWith({ sleep: async (ms) => void slept.push(ms) })
  const slow = { kind: 'slow-reply', atByte: 100, ms: 7000 } as const
  expect((await device.sync({ faults: onPage(1, slow) })).completed).toBe(true)
  expect(slept).toEqual([7000])
  const faults = onPage(1, { ...slow, atByte: 1, ms: 60_000 })
  const report = await device.sync({ faults })
  expect(report.interrupted?.because).toBe('there was no answer within 30000 ms')
  expect(slept).toEqual([7000, 30_000])
})

test.each([
  ['whole', []],
  ['item-by-item', ['b1']],
  ['torn', ['b1', 'b2']],
] as const)(
  'a crash after the first operation of a page applied %s',
  async (pageApplied, books) => {
    const operations = fake.pages.flatMap((page) => page.operations)
    fake.pages.splice(0, 2, { operations, token: tokenOf(1) })
    const device = kobo({ pageApplied })
    await device.sync({ faults: onPage(1, { kind: 'crash-before-token', atItem: 1 }) })
    expect(device.contents().map(({ id }) => id)).toEqual(books)
    expect(device.contents()[1]?.imageId ?? null).toBeNull()
    await device.sync()
    expect(device.state().books.map(({ title }) => title)).toEqual(['Alice', 'Dracula'])
  },
)

test('a removal that a crash tears leaves the file', async () => {
  const device = kobo({ pageApplied: 'torn' })
  await device.sync()
  fake.pages.push({ operations: [removal('b1')], token: tokenOf(3) })
  await device.sync({ faults: onPage(1, { kind: 'crash-before-token', atItem: 0 }) })
  expect(device.state()).toMatchObject({ removed: ['b1'], books: [{ id: 'b2' }] })
  expect(existsSync(device.fileOf('b1'))).toBe(true)
})

test.each([
  ['per-page', [undefined, tokenOf(1)], tokenOf(1)],
  ['at-end', [undefined, tokenOf(1)], null],
] as const)(
  'with the token stored %s, a crash on the second page',
  async (tokenStored, sent, kept) => {
    const device = kobo({ tokenStored })
    await device.sync({ faults: onPage(2, { kind: 'lose-reply' }) })
    expect(syncsSeen()).toEqual(sent)
    expect(device.token()).toBe(kept)
  },
)

test('a pinned token is repeated, and a server that never notices breaks a rule', async () => {
  const report = await kobo({ tokenStored: 'pinned' }).sync()
  expect(syncsSeen()).toEqual([undefined, undefined, undefined])
  expect(report.completed).toBe(false)
  expect(report.violations).toEqual([
    'GET /v1/library/sync: 3 identical answers in a row say continue.',
  ])
})

test.each([
  [true, tokenOf(9)],
  [false, tokenOf(2)],
])('the token of an empty answer, stored: %s', async (storesTokenOnEmpty, token) => {
  const device = kobo({ storesTokenOnEmpty })
  await device.sync()
  fake.twists.set('/v1/library/sync', { headers: { 'x-kobo-synctoken': tokenOf(9) } })
  await device.sync()
  expect(device.token()).toBe(token)
})

test('a torn page leaves a part of its operations', async () => {
  const many = Array.from({ length: 50 }, (_, n) => newBook(fake, `t${n}`, `Title ${n}`))
  fake.pages.splice(0, 2, { operations: many, token: tokenOf(1) })
  const device = kobo({ pageApplied: 'torn' })
  await device.sync({ faults: onPage(1, { kind: 'crash-before-token' }) })
  expect(device.contents().length).toBeGreaterThan(0)
  expect(device.contents().length).toBeLessThan(50)
})

test('a cut download leaves no file and is tried again at the next sync', async () => {
  const device = kobo()
  const cut: Faults = ({ kind }) =>
    kind === 'download' ? { kind: 'cut-reply', atByte: 6 } : undefined
  const report = await device.sync({ faults: cut })
  expect(report.interrupted?.at).toBe('GET /files/b1')
  expect(existsSync(device.fileOf('b1'))).toBe(false)
  expect(device.contents()[0]?.downloaded).toBe(false)
  expect((await device.sync()).downloaded).toContain('b1')
})

test('a server that is away interrupts the sync without a broken rule', async () => {
  const device = kobo()
  await fake.close()
  const report = await device.sync()
  expect(report).toMatchObject({ completed: false, violations: [] })
  expect(report.interrupted?.because).toContain('ECONNREFUSED')
})

test('random faults are the same for the same seed, and a device gets over them', async () => {
  const plan = () => {
    const faults = randomFaults(seededRandom(5), 0.3)
    const exchange = { n: 1, method: 'GET', path: '/v1/library/sync', kind: 'api' as const }
    return Array.from({ length: 40 }, () => faults(exchange)?.kind)
  }
  expect(plan()).toEqual(plan())
  expect(new Set(plan()).size).toBeGreaterThan(3)
  const device = kobo()
  const faults = randomFaults(seededRandom(11), 0.1)
  for (let n = 0; n < 12; n += 1) await device.sync({ faults })
  await device.sync()
  await device.downloadAll()
  expect(device.contents().map((book) => book.downloaded)).toEqual([true, true])
  expect(device.violations).toEqual([])
})

test('a page that was lost is asked for again at once, without the calls that open a sync', async () => {
  const device = kobo({ pageAskedAgain: 'at-once' })
  const report = await device.sync({ faults: onPage(1, { kind: 'lose-reply' }) })
  expect(report.completed).toBe(true)
  expect(syncsSeen()).toEqual([undefined, undefined, tokenOf(1)])
  expect(fake.seen.filter((seen) => seen.path === '/v1/user/profile')).toHaveLength(1)
  const down = await device.sync({
    faults: ({ path }) => (path === '/v1/library/sync' ? { kind: 'drop-request' } : undefined),
  })
  expect(down.completed).toBe(false)
})

test('a delay is waited for, up to the patience of the device', async () => {
  const device = kobo()
  const slow = await device.sync({ faults: onPage(1, { kind: 'delay', ms: 20 }) })
  expect(slow.completed).toBe(true)
  const impatient = impatientAt(device, '/v1/library/sync', 30)
  const tooSlow = await device.sync({
    faults: anyOf([impatient, onPage(1, { kind: 'delay', ms: 5000 })]),
  })
  expect(tooSlow.interrupted?.because).toBe('there was no answer within 30 ms')
})
