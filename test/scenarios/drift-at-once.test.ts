import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { packageRoot } from '../../src/package-root.ts'
import { booksOnDrive } from '../support/drive.ts'
import { openGate, type Gate, type Passing } from '../support/gate.ts'
import { putIntoInbox } from '../support/into-inbox.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let folder: string
const gates: Gate[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-at-once-'))
})
afterEach(async () => {
  closeKobos()
  for (const gate of gates.splice(0)) await gate.close()
  await scene.close()
  await rm(folder, { recursive: true, force: true })
})

/** Twenty-five books of which ten fill a page. */
const LONG = Array.from({ length: 25 }, (_, n) => `Part ${String(n).padStart(2, '0')}`)
const STORY = `<dc:description>${'It is a truth universally acknowledged. '.repeat(480)}</dc:description>`

/** A Kobo between whose pages something happens: `between` is called before the page of that number is asked for (from 2). */
async function interruptedKobo(between: (page: number) => Promise<void>) {
  let pages = 0
  const gate = await openGate(scene.house.url, {
    async before({ path }: Passing) {
      if (path.endsWith('/v1/library/sync') && ++pages > 1) await between(pages)
      return undefined
    },
  })
  gates.push(gate)
  return await scene.kobo({ behind: gate.url, switches: { downloadsPerSync: 2 } })
}

/** After at most three more syncs, the Kobo has these books and no other. */
async function expectShelf(kobo: Awaited<ReturnType<Scene['kobo']>>, titles: string[]) {
  for (let n = 0; n < 3; n += 1) expect(await scene.sync(kobo)).toMatchObject({ flips: [] })
  await scene.expectQuiet(kobo)
  expect(kobo.titles().map((title) => title.replace('…', ''))).toEqual([...titles].sort())
  expect(kobo.violations).toEqual([])
}

describe('edits between two pages of a sync', () => {
  beforeEach(async () => {
    scene = await openScene(LONG, { like: { extraMetadata: STORY } })
  })

  test.each([2, 3])('before page %i end up on the Kobo, all of them', async (page) => {
    const { house } = scene
    const clara = await scene.kobo({ switches: { downloadsPerSync: 0 } })
    await scene.sync(clara)
    const kobo = await interruptedKobo(async (now) => {
      if (now !== page) return
      const there = new Set(kobo.titles().map((title) => title.replace('…', '')))
      const sent = LONG.filter((title) => there.has(title))
      const unsent = LONG.filter((title) => !there.has(title))
      expect([sent.length > 2, unsent.length > 2]).toEqual([true, true])
      gone = [sent[0] ?? '', unsent[0] ?? '']
      renamed = [sent[1] ?? '', unsent[1] ?? '']
      await scene.unshelve(...gone)
      for (const title of renamed)
        await house.api('PATCH', `/books/${scene.id(title)}`, { title: `${title}, corrected` })
      await scene.shelve('Part 98', 'Part 99')
    })
    let [gone, renamed]: string[][] = [[], []]
    await scene.sync(kobo)
    const titles = [...LONG, 'Part 98', 'Part 99']
      .filter((title) => !gone?.includes(title))
      .map((title) => (renamed?.includes(title) ? `${title}, corrected` : title))
    expect(titles).toHaveLength(25)
    await expectShelf(kobo, titles)
    await expectShelf(clara, titles)
  })

  test('such as an import by upload, by the inbox and by a command lose nothing and disturb nothing', async () => {
    const { house } = scene
    const made = await Promise.all(
      ['Upload', 'Drop', 'Command'].map((title) =>
        makeEpub({ title, authors: ['A. Writer'], seed: title, extraMetadata: STORY }),
      ),
    )
    const paths = ['Upload', 'Drop', 'Command'].map((title) => join(folder, `${title}.epub`))
    for (const [n, path] of paths.entries()) await writeFile(path, made[n] ?? '')
    const errors: string[] = []
    const kobo = await interruptedKobo(async (page) => {
      if (page !== 2) return
      const command = run(['import', paths[2] ?? ''], {
        out: () => undefined,
        err: (line) => void errors.push(line),
        input: (async function* () {
          yield ''
        })(),
        env: { HOLDFAST_DATA_DIR: house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
      })
      underWay = [
        command,
        house.addBook(made[0] ?? ''),
        putIntoInbox(join(house.dataDir, 'inbox'), 'Drop.epub', made[1] ?? Buffer.alloc(0)),
      ]
    })
    let underWay: Promise<unknown>[] = []
    const report = await scene.sync(kobo)
    expect(report).toMatchObject({ completed: true, flips: [] })
    expect((await Promise.all(underWay))[0]).toBe(0)
    const titles = async () =>
      (await house.api<{ items: { title: string }[] }>('GET', '/books?limit=500')).body.items
        .map(({ title }) => title)
        .sort()
    await expect.poll(titles).toEqual([...LONG, 'Upload', 'Drop', 'Command'].sort())
    await expectShelf(kobo, LONG)
    await scene.shelve('Upload', 'Drop', 'Command')
    await expectShelf(kobo, [...LONG, 'Upload', 'Drop', 'Command'])
    expect(await titles()).toHaveLength(LONG.length + 3)
    expect(errors).toEqual([])
  })
})

describe('a command in a process of its own', () => {
  beforeAll(() => {
    execFileSync(join(packageRoot(), 'bin', 'setup'), { stdio: 'pipe' })
  }, 180_000)

  test('that imports while a Kobo syncs on and on is nothing that the Kobo notices', async () => {
    scene = await openScene(['Candide', 'Dracula'])
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    const before = booksOnDrive(kobo)
    const titles = Array.from({ length: 12 }, (_, n) => `Volume ${n}`)
    for (const [n, title] of titles.entries())
      await writeFile(
        join(folder, `${n}.epub`),
        await makeEpub({ title, authors: ['A. Writer'], seed: title }),
      )
    const env = { PATH: process.env['PATH'], HOLDFAST_DATA_DIR: scene.house.dataDir }
    const bin = join(packageRoot(), 'bin', 'holdfast')
    const command = { isRunning: true }
    const ended = promisify(execFile)(bin, ['import', folder], { env }).finally(() => {
      command.isRunning = false
    })
    while (command.isRunning)
      expect(await scene.sync(kobo)).toMatchObject({ completed: true, operations: [] })
    expect((await ended).stdout).toContain('12 added.')
    expect(booksOnDrive(kobo)).toEqual(before)
    await scene.shelve(...titles)
    await scene.sync(kobo)
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual(['Candide', 'Dracula', ...titles].sort())
  })
})
