import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import type { AuditTold, PreviewTold } from '../support/audit-of.ts'

const TITLES = ['Agnes Grey', 'Cranford', 'Dracula', 'Emma']

let house: House
let folder: string
let drive: string
let syncUrl: string

beforeEach(async () => {
  house = await openHouse({ now: Date.now() })
  folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'))
  drive = join(folder, 'kobo')
  const ids: string[] = []
  for (const title of TITLES) ids.push((await house.addBook(await makeEpub({ title }))).id)
  await house.shelf('Sofa', ids)
  syncUrl = (await house.device('Libra')).syncUrl
  await house.settled()
})

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await house.close()
})

async function holdfast(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []]
  const code = await run(argv, {
    out: (line) => void out?.push(line),
    err: (line) => void err?.push(line),
    input: (async function* () {})(),
    env: { HOLDFAST_DATA_DIR: house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
  })
  return { code, out: out?.join('\n') ?? '', err: err?.join('\n') ?? '' }
}

async function simulate(...more: string[]): Promise<string> {
  // Each run is another session for the server.
  house.setNow(Math.max(Date.now(), house.now() + 61_000))
  const { code, out, err } = await holdfast(
    'simulate',
    syncUrl,
    '--home',
    drive,
    '--quiet',
    ...more,
  )
  expect([code, err]).toEqual([0, ''])
  return out
}

test('what a Kobo lost is named by the audit of its drive, queued by heal, and brought by the next sync alone', async () => {
  expect(await simulate('--download-all', '--lose', '2')).toContain('2 books on the Kobo')
  const contents = await holdfast('device', 'contents', 'libra')
  expect(contents.out.match(/^on-device /gm)).toHaveLength(4)
  // The clock of the house goes before that of the command, at times beyond midnight.
  expect(contents.out).toMatch(/Offered (?:today|\d+ \w+(?: \d{4})?) \d\d:\d\d;/)

  const audited = await holdfast('audit', 'libra', drive)
  expect(audited.code).toBe(0)
  expect(audited.out).toMatch(/^2 of 4 confirmed, \d+ \w+\.\n“[^”]+”: lost\.\n“[^”]+”: lost\.$/)
  const lost = [...audited.out.matchAll(/“([^”]+)”: lost/g)].map(([, title]) => title)
  expect((await holdfast('device', 'next', 'libra')).out).toBe('The next sync has nothing to do.')

  const healed = await holdfast('audit', 'libra', drive, '--heal')
  expect(healed.out.match(/arrives\.$/gm)).toHaveLength(2)
  for (const title of lost) expect(healed.out).toContain(`“${title}” arrives.`)
  const told = JSON.parse(await simulate('--json', '--download-all')) as {
    reports: { operations: unknown[]; downloaded: string[] }[]
  }
  expect(told.reports.flatMap(({ operations }) => operations)).toHaveLength(2)
  expect(told.reports.flatMap(({ downloaded }) => downloaded)).toHaveLength(2)
  await simulate()
  expect((await holdfast('audit', 'libra', drive)).out).toMatch(/^4 of 4 confirmed, \d+ \w+\.$/)
})

test('what the Kobo told the server just before does not come after what is healed', async () => {
  await simulate('--download-all', '--lose', '2')
  await holdfast('audit', 'libra', drive, '--heal')
  expect(await simulate('--download-all')).toContain('4 books on the Kobo, 4 downloaded')
})

test('an audit is told as JSON, with the next sync where it heals', async () => {
  await simulate('--download-all', '--lose', '1')
  const told = JSON.parse(
    (await holdfast('audit', 'libra', drive, '--heal', '--json')).out,
  ) as AuditTold & { nextSync: PreviewTold }
  expect(told).toMatchObject({ confirmed: 3, expected: 4, firmware: expect.stringMatching(/^4\./) })
  expect(told.nextSync.operations).toEqual([
    { verb: 'add', bookId: told.classes['lost']?.[0]?.bookId },
  ])
})

test('a database without its drive will do, and the day it was written counts', async () => {
  await simulate('--download-all', '--lose', '1')
  const database = join(folder, 'KoboReader.sqlite')
  copyFileSync(join(drive, '.kobo', 'KoboReader.sqlite'), database)
  expect((await holdfast('audit', 'libra', database)).out).toContain('3 of 4 confirmed')
  expect((await holdfast('audit', 'libra', join(drive, '.kobo'))).out).toContain('3 of 4 confirmed')
  utimesSync(database, new Date('2020-01-01'), new Date('2020-01-01'))
  const old = await holdfast('audit', 'libra', database)
  // The token in it is of today, whatever the clock of the Kobo says.
  expect(old.out).not.toContain('2020')
})

test('what is no database of a Kobo is refused in one sentence, and nothing is left of it', async () => {
  const huge = join(folder, 'huge.sqlite')
  writeFileSync(huge, 'SQLite format 3\u0000')
  truncateSync(huge, 2 ** 31)
  const text = join(folder, 'text')
  writeFileSync(text, 'a book '.repeat(100))
  const sentences: [string, string][] = [
    [huge, 'The database of a Kobo may have at most 512 MB.'],
    [text, 'This file is not a database of a Kobo.'],
    [folder, expect.stringContaining('holds no database of a Kobo.')],
    [join(folder, 'nothing'), '“nothing” is not there.'],
  ]
  for (const [path, sentence] of sentences)
    expect(await holdfast('audit', 'libra', path)).toEqual({ code: 1, out: '', err: sentence })
  expect(readdirSync(join(house.dataDir, 'audits'))).toEqual([])
})

test('wrong usage is told', async () => {
  expect((await holdfast('audit', 'libra')).code).toBe(2)
  expect((await holdfast('audit', 'libra', drive, '--even-unsaved')).code).toBe(2)
  expect((await holdfast('audit', '--help')).out).toContain('audit DEVICE PATH')
  expect((await holdfast('audit', 'nobody', drive)).code).toBe(1)
})
