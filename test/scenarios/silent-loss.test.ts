import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import type { PreviewTold } from '../support/audit-of.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { TWELVE } from '../support/twelve-titles.ts'

const DAY = 86_400_000

let house: House
let folder: string
let drive: string
let syncUrl: string
let ids: string[]

beforeEach(async () => {
  // Commands have the clock of this machine, and nothing of the house is to be later than that.
  house = await openHouse({ now: Date.now() - 7 * DAY })
  folder = mkdtempSync(join(tmpdir(), 'holdfast-loss-'))
  drive = join(folder, 'kobo')
  ids = []
  for (const title of TWELVE) ids.push((await house.addBook(await makeEpub({ title }))).id)
  await house.shelf('Sofa', ids)
  syncUrl = (await house.device('Libra')).syncUrl
  await house.settled()
})

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await house.close()
})

async function holdfast(...argv: string[]): Promise<string> {
  const [out, err]: string[][] = [[], []]
  const code = await run(argv, {
    out: (line) => void out?.push(line),
    err: (line) => void err?.push(line),
    input: (async function* () {})(),
    env: { HOLDFAST_DATA_DIR: house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
  })
  expect([code, err]).toEqual([0, []])
  return out?.join('\n') ?? ''
}

/** What the audit of its drive says. The clock of the Kobo is that of the house. */
async function audit(...more: string[]): Promise<string> {
  const database = join(drive, '.kobo', 'KoboReader.sqlite')
  for (const file of [database, `${database}-wal`].filter((path) => existsSync(path)))
    utimesSync(file, house.now() / 1000, house.now() / 1000)
  return holdfast('audit', 'libra', drive, ...more)
}

type Simulated = { reports: { operations: { id: string; kind: string }[]; downloaded: string[] }[] }

/** What a run of the simulated Kobo was sent, and what it fetched, sorted. */
async function simulate(...more: string[]): Promise<{ sent: string[]; fetched: string[] }> {
  // Each run is another session for the server.
  house.advance(DAY / 24)
  const argv = ['simulate', syncUrl, '--home', drive, '--json', ...more]
  const { reports } = JSON.parse(await holdfast(...argv)) as Simulated
  return {
    sent: reports.flatMap(({ operations }) => operations.map(({ id }) => id)).sort(),
    fetched: reports.flatMap(({ downloaded }) => downloaded).sort(),
  }
}

/** The Kobo fetches all twelve, is left alone, and then loses two without a word. Gives which. */
async function loseTwo(): Promise<string[]> {
  expect((await simulate('--download-all')).fetched).toHaveLength(12)
  await simulate('--syncs', '2')
  house.advance(DAY / 24)
  const told = await holdfast('simulate', syncUrl, '--home', drive, '--syncs', '0', '--lose', '2')
  const lost = ids.filter((id) => told.includes(id))
  expect(lost).toHaveLength(2)
  return lost.sort()
}

async function nextSync(): Promise<PreviewTold> {
  return JSON.parse(await holdfast('device', 'next', 'libra', '--json')) as PreviewTold
}

describe('a Kobo that lost two of twelve books, which no server hears of', () => {
  test('is said to hold what it last showed, and when that was, and its next sync brings nothing', async () => {
    await loseTwo()
    house.advance(3 * DAY)
    const contents = await holdfast('device', 'contents', 'libra')
    expect(contents.match(/^on-device /gm)).toHaveLength(12)
    // Not that the books are there: when that was last shown, and by what.
    expect(
      contents.match(/(?:[Ll]isted|[Dd]ownloaded)[^\n]+\d\d:\d\d[^\n]*on the device\./g),
    ).toHaveLength(12)
    expect((await nextSync()).operations).toEqual([])
    expect(await simulate()).toEqual({ sent: [], fetched: [] })
  })

  test('has just the two named by an audit, queued by heal and brought by the next sync', async () => {
    const lost = await loseTwo()
    const audited = await audit()
    expect(audited).toMatch(/^10 of 12 confirmed, \d+ \w+\.(?:\n“[^”]+”: lost\.){2}$/)
    for (const id of lost) expect(audited).toContain(`“${TWELVE[ids.indexOf(id)]}”: lost.`)
    expect((await nextSync()).operations).toEqual([])

    const healed = await audit('--heal')
    expect(healed.match(/arrives\.$/gm)).toHaveLength(2)
    const { operations } = await nextSync()
    expect(operations.map(({ verb, bookId }) => `${verb} ${bookId}`).sort()).toEqual(
      lost.map((id) => `add ${id}`),
    )
    expect(await simulate('--download-all')).toEqual({ sent: lost, fetched: lost })
    expect(await simulate('--download-all')).toEqual({ sent: [], fetched: [] })
    expect(await audit()).toMatch(/^12 of 12 confirmed, \d+ \w+\.$/)
    expect(await holdfast('errata')).toBe('No errata.')
  })

  test('gets the two without an audit, when its owner knows which', async () => {
    const lost = await loseTwo()
    expect((await holdfast('device', 'resend', 'libra', ...lost)).match(/arrives\./g)).toHaveLength(
      2,
    )
    expect(await simulate('--download-all')).toEqual({ sent: lost, fetched: lost })
    expect(await simulate('--download-all')).toEqual({ sent: [], fetched: [] })
    expect(await audit()).toMatch(/^12 of 12 confirmed, /)
  })

  test('gets everything again with a reset of its sync, whose cost is said first', async () => {
    await loseTwo()
    const preview = await holdfast('device', 'reset-sync', 'libra', '--preview')
    expect(preview).toContain('Downloaded books that may have to be fetched again: 12')
    expect((await nextSync()).operations).toEqual([])
    expect(await holdfast('device', 'reset-sync', 'libra')).toBe(preview)
    expect((await simulate('--download-all')).sent).toEqual(ids.toSorted())
    await simulate('--syncs', '2', '--download-all')
    expect(await audit()).toMatch(/^12 of 12 confirmed, /)
  })
})
