import { appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { checkLibrary } from '../../bench/kill-check.ts'
import type { MadeDrop } from '../../bench/kill-drops.ts'
import { openInbox, type Inbox } from '../../src/catalogue/inbox.ts'
import { listErrata } from '../../src/errata/find-errata.store.ts'
import { openLog } from '../../src/log.ts'
import { putIntoInbox } from '../support/into-inbox.ts'
import { readOnly } from '../support/mount.ts'
import { tempHome, type TempHome } from '../support/temp-home.ts'
import { book, expected, MEGABYTE, openOnDisks } from '../support/on-disks.ts'

const OWNER = { id: 'nobody', owner: true }

const { leave, leaveAll, disk, folder } = openOnDisks()
afterEach(() => leaveAll())

describe('the inbox', () => {
  /** Opens the inbox of a home, which looks again every few moments, `rounds` in ms. `imported` resolves once so many were imported, `failures` once so many problems were told. */
  async function watch(home: TempHome, { settle, rounds } = { settle: 20, rounds: 50 }) {
    const told = { imported: 0, waiting: (_count: number) => {}, warned: () => {} }
    const problems: string[] = []
    const log = openLog('warn', {
      write(line) {
        problems.push(line)
        told.warned()
      },
    })
    const inbox: Inbox = await openInbox(
      { ...home, log },
      {
        settle,
        rounds,
        imported() {
          told.imported += 1
          told.waiting(told.imported)
        },
      },
    )
    leave.push(() => inbox.close())
    return {
      inbox,
      problems,
      imported: (count: number) =>
        new Promise<void>((resolve) => {
          told.waiting = (now) => {
            if (now >= count) resolve()
          }
          told.waiting(told.imported)
        }),
      failures: (count: number) =>
        new Promise<void>((resolve) => {
          told.warned = () => {
            if (problems.length >= count) resolve()
          }
          told.warned()
        }),
    }
  }

  async function drop(home: TempHome, drops: MadeDrop[]): Promise<void> {
    for (const { name, bytes } of drops) await putIntoInbox(home.config.inbox, name, bytes)
  }

  async function openErrata(home: TempHome): Promise<string[]> {
    const { errata } = await listErrata(home.db.read, OWNER, { limit: 10 })
    return errata.map(({ kind, cause, consequence }) => `${kind}: ${cause} ${consequence}`)
  }

  async function home(options: Parameters<typeof tempHome>[0] = {}): Promise<TempHome> {
    const made = await tempHome(options)
    leave.push(() => made.close())
    return made
  }

  test.each([0, 100_000, 300_000, 500_000, 900_000])(
    'keeps its drops on a full disk with %i bytes left, and takes them when there is space again',
    async (free) => {
      const full = disk(10 * MEGABYTE)
      const inbox = await folder()
      const at = await home({ dataDir: join(full.path, 'data'), inbox })
      const drops = await Promise.all(
        ['One', 'Two', 'Three', 'Four', 'Five'].map((title) => book(title)),
      )
      full.fill(free)
      const { inbox: watched, problems, failures, imported } = await watch(at)
      await drop(at, drops)
      await failures(12)
      expect(problems.join('')).toContain('no space left')
      expect(problems.filter((line) => line.includes('"err"'))).toEqual([])
      await watched.quiet()
      // What failed many times has left nothing behind. It may just be tried once more.
      await expect.poll(() => readdir(at.config.staging)).toEqual([])
      expect(await readdir(at.config.quarantine)).toEqual([])

      await full.empty()
      await imported(5)
      await watched.quiet()
      expect(await readdir(inbox)).toEqual([])
      expect(await checkLibrary(at.config.dataDir, expected(drops))).toEqual([])
    },
  )

  test('keeps its drops while the library is read-only, says so in one erratum, and closes it', async () => {
    const at = await home()
    const drops = await Promise.all(['One', 'Two'].map((title) => book(title)))
    const makeWritable = readOnly(at.config.library)
    leave.push(makeWritable)
    const { inbox: watched, problems, failures, imported } = await watch(at)
    await drop(at, drops)
    await failures(6)
    expect(problems.filter((line) => line.includes('"err"'))).toEqual([])
    expect((await readdir(at.config.inbox)).sort()).toEqual(['One.epub', 'Two.epub'])
    expect(await openErrata(at)).toEqual([
      'imports-waiting: Books cannot be imported. A folder of the library is read-only. What was dropped waits in the inbox and is tried again every minute.',
    ])
    makeWritable()
    await imported(2)
    await watched.quiet()
    expect(await openErrata(at)).toEqual([])
    expect(await checkLibrary(at.config.dataDir, expected(drops))).toEqual([])
  })

  test('takes a file that comes bit by bit when it is whole', async () => {
    const at = await home()
    const growing = await book('Growing', 3 * MEGABYTE)
    const path = join(at.config.inbox, growing.name)
    // A busy machine may pause for longer than the other tests wait, and what lies still for that long is taken.
    const { imported, inbox: watched } = await watch(at, { settle: 2000, rounds: 10_000 })
    const step = 64 * 1024
    await writeFile(path, growing.bytes.subarray(0, step))
    for (let from = step; from < growing.bytes.length; from += step)
      await appendFile(path, growing.bytes.subarray(from, from + step))
    await imported(1)
    await watched.quiet()
    expect(await checkLibrary(at.config.dataDir, expected([growing]))).toEqual([])
  })
})
