import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { simulate } from './command.ts'
import { newBook } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'

let fake: FakeServer
let home: string

beforeEach(async () => {
  fake = await startFakeServer()
  home = mkdtempSync(join(tmpdir(), 'simulated-kobo-'))
})

afterEach(async () => {
  await fake.close()
  rmSync(home, { recursive: true, force: true })
})

async function run(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await simulate(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  })
  return { code, out, err: err.join('\n') }
}

test('a first run signs in, syncs and tells what happened', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const { code, out } = await run(fake.url, '--home', home)
  expect(code).toBe(0)
  expect(out.join('\n')).toMatch(
    /\d\d:\d\d:\d\d GET \/v1\/library\/sync → 1 operation: new “Alice”/,
  )
  expect(out.at(-1)).toBe(
    '1 book on the Kobo, 1 downloaded; 1 session complete, 0 broken off; no rule broken.',
  )
})

test('the folder remembers the device: reading and deleting go by a part of the title', async () => {
  fake.pages.push({
    operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
    token: tokenOf(1),
  })
  await run(fake.url, '--home', home, '--quiet')
  const { code, out } = await run('--home', home, '--read', 'ali=40', '--delete', 'drac', '--json')
  expect(code).toBe(0)
  const told: unknown = JSON.parse(out.join(''))
  expect(told).toMatchObject({ contents: [{ id: 'b1', percentRead: 40 }], violations: [] })
  expect(fake.seen.some((seen) => seen.method === 'DELETE' && seen.path === '/v1/library/b2')).toBe(
    true,
  )
})

test('all books and covers are fetched when asked for', async () => {
  const books = Array.from({ length: 7 }, (_, n) => newBook(fake, `b${n}`, `Title ${n}`))
  fake.pages.push({ operations: books, token: tokenOf(1) })
  const { code, out } = await run(fake.url, '--home', home, '--download-all', '--quiet')
  expect(code).toBe(0)
  expect(out).toEqual([
    '7 books on the Kobo, 7 downloaded; 2 sessions complete, 0 broken off; no rule broken.',
  ])
})

test('a broken rule and a broken session end with 1', async () => {
  fake.twists.set('/v1/deals', { headers: { 'content-type': 'text/html' } })
  const broken = await run(fake.url, '--home', home, '--quiet')
  expect(broken.code).toBe(1)
  expect(broken.out[0]).toBe('! GET /v1/deals: the content type is text/html, not JSON.')
  fake.twists.clear()
  const interrupted = await run(
    fake.url,
    '--home',
    home,
    '--fault',
    'drop-request:/v1/library/sync',
  )
  expect(interrupted.code).toBe(1)
})

test('a whole life is walked through, by a device without an account behind another address', async () => {
  fake.pages.push({
    operations: ['Alice', 'Dracula', 'Emma'].map((title, n) => newBook(fake, `b${n}`, title)),
    token: tokenOf(1),
  })
  const behind = fake.origin
  const named = fake.url.replace('127.0.0.1', 'localhost')
  const { code, out } = await run(
    named,
    '--home',
    home,
    '--walk',
    '--firmware',
    '4.45',
    '--no-account',
    '--behind',
    behind,
  )
  const diary = out.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))
  expect(diary.filter((line) => line.startsWith('! '))).toEqual([])
  expect(code).toBe(0)
  expect(diary).toContain('— after a factory reset')
  expect(diary.some((line) => line.endsWith('/oauth/auth → 302'))).toBe(true)
  expect(diary).toContain('POST /v1/user/add-device → 200')
  const syncs = fake.seen.filter((seen) => seen.path === '/v1/library/sync')
  expect(new Set(syncs.map((seen) => seen.headers.host))).toEqual(new Set(['localhost']))
})

test('what befell the device comes before what its reader did, and both before the sync', async () => {
  const books = ['Alice', 'Dracula', 'Emma', 'Faust'].map((title, n) =>
    newBook(fake, `b${n}`, title),
  )
  fake.pages.push({ operations: books, token: tokenOf(1) })
  await run(fake.url, '--home', home, '--quiet')
  fake.seen.length = 0
  const befell = ['--sign-out', '--seed', '3', '--light', '--offline']
  const did = ['--highlight', 'faust=a passage', '--finish', 'faust']
  const { code } = await run('--home', home, ...befell, ...did)
  expect(code).toBe(0)
  const paths = fake.seen.map(({ path }) => path)
  expect(paths[0]).toBe('/v1/auth/device')
  expect(paths.indexOf('/v1/library/b3/state')).toBeGreaterThan(0)
  expect(fake.seen.find(({ method }) => method === 'PATCH')?.body).toContain('a passage')
})

test('rows are lost after the syncs, so that the server hears nothing of it', async () => {
  const books = ['Alice', 'Dracula', 'Emma'].map((title, n) => newBook(fake, `b${n}`, title))
  fake.pages.push({ operations: books, token: tokenOf(1) })
  const { code, out } = await run(fake.url, '--home', home, '--light', '--lose', '1')
  expect(code).toBe(0)
  expect(out.at(-2)).toMatch(/The Kobo loses 1 row: b[012]\.$/)
  expect(out.at(-1)).toMatch(/^2 books on the Kobo, 2 downloaded/)
})

test('faults may be several, and random ones are the same for the same seed', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const faults = ['--fault', 'twice:/v1/library/sync', '--fault', 'twin-later:/v1/user/profile']
  const { code } = await run(fake.url, '--home', home, '--quiet', '--light', ...faults)
  expect(code).toBe(0)
  expect(fake.seen.filter(({ path }) => path === '/v1/library/sync')).toHaveLength(2)
  expect(fake.seen.filter(({ path }) => path === '/v1/user/profile')).toHaveLength(2)
  const stories: string[] = []
  for (const name of ['one', 'two']) {
    const random = ['--seed', '5', '--fault', 'random@20', '--syncs', '5']
    const { out } = await run(fake.url, '--home', join(home, name), '--light', ...random)
    stories.push(out.map((line) => line.slice(9)).join('\n'))
  }
  expect(stories[0]).toContain('✗')
  expect(stories[0]).toBe(stories[1])
})

test('the switches are listed, and another Kobo and a firmware may take the place', async () => {
  const listed = await run('--switches')
  expect(listed.code).toBe(0)
  expect(listed.out.join('\n')).toMatch(
    /^token-stored +per-page \| at-end \| pinned \(per-page\)$/m,
  )
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  await run(fake.url, '--home', home, '--quiet')
  await run('--home', home, '--swap', '--firmware-update', '4.28', '--quiet')
  await run('--home', home, '--wipe', '--store-token', '--quiet')
  const syncs = fake.seen.filter(({ path }) => path === '/v1/library/sync')
  expect(new Set(syncs.map(({ headers }) => headers['x-kobo-deviceid'])).size).toBe(2)
  expect(syncs[1]?.headers['x-kobo-appversion']).toBe('4.28.18220')
  expect(syncs[2]?.headers['x-kobo-synctoken']).toContain('.')
})

test.each([
  [[], '--home is missing'],
  [['URL', '--home', 'HOME', '--firmware', '5.1'], '--firmware needs a version like 4.45'],
  [['URL', '--home', 'HOME', '--behind', 'nowhere'], '--behind needs an address'],
  [['URL', '--home', 'HOME', '--walk', '--quiet'], 'A walk needs at least three books'],
  [['--home', 'HOME'], 'A sync URL is needed'],
  [
    ['URL', '--home', 'HOME', '--token-mode', 'never'],
    '--token-mode is per-page, at-end or pinned',
  ],
  [['URL', '--home', 'HOME', '--read', 'Alice'], '--read needs BOOK=PERCENT'],
  [['URL', '--home', 'HOME', '--highlight', 'Alice'], '--highlight needs BOOK=TEXT'],
  [['URL', '--home', 'HOME', '--lose', 'some'], '--lose needs a whole number'],
  [['URL', '--home', 'HOME', '--switch', 'new-on-held=never'], 'new-on-held takes harmless'],
  [['URL', '--home', 'HOME', '--fault', 'explode:/v1'], 'A fault looks like'],
  [['URL', '--home', 'HOME', '--open', 'Nothing'], 'This Kobo has no book “Nothing”.'],
  [['URL', '--home', 'HOME', '--unknown'], 'Usage: holdfast simulate'],
  [['URL', '--home', 'HOME', '--syncs', 'many'], '--syncs needs a whole number'],
])('wrong usage %j ends with 2 and says why', async (argv, why) => {
  const real = argv.map((each) => (each === 'HOME' ? home : each === 'URL' ? fake.url : each))
  const { code, err } = await run(...real)
  expect(code).toBe(2)
  expect(err).toContain(why)
})
