import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { filesBelow } from '../../bench/files-below.ts'
import { checkLibrary } from '../../bench/kill-check.ts'
import { makeDrops } from '../../bench/kill-drops.ts'
import { startCommand, startServer } from '../../bench/kill-program.ts'
import { killImports } from '../../bench/kill.ts'
import { enterBook } from '../../src/catalogue/enter-book.ts'
import { openInbox } from '../../src/catalogue/inbox.ts'
import { recoverImports } from '../../src/catalogue/recover.ts'
import { stage } from '../../src/catalogue/staging.ts'
import { packageRoot } from '../../src/package-root.ts'
import { smallDisk } from '../support/mount.ts'
import { tempHome, type TempHome } from '../support/temp-home.ts'

/** These run the built program, as people do. */
beforeAll(() => {
  execFileSync(join(packageRoot(), 'bin', 'setup'), { stdio: 'pipe' })
}, 180_000)

test('killed at random instants, the program neither loses nor halves nor doubles a book', async () => {
  // Every second library has its inbox and its files on another file system.
  const elsewhere = smallDisk(512 << 20)
  try {
    const options = { times: 10, seed: 7, elsewhere: elsewhere.path }
    const killed = await killImports(options, () => undefined)
    expect(killed.violations).toEqual([])
    expect(killed.kills).toBe(10)
    expect(Object.values(killed.by).every((count) => count > 0)).toBe(true)
    expect(killed.underWay).toBeGreaterThan(1)
  } finally {
    elsewhere.unmount()
  }
}, 150_000)

test('a server and a command that import the same folder at once end with one book each', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-two-'))
  const server = await startServer(dataDir)
  try {
    await server.healthy()
    const drops = await makeDrops('both')
    const given = join(dataDir, 'given')
    for (const { name, bytes } of drops) {
      await mkdir(given, { recursive: true })
      await writeFile(join(given, basename(name)), bytes)
    }
    const command = startCommand(dataDir, ['import', given, '--json'])
    // At once: of a file that came bit by bit, half might lie still so long that it is taken.
    const coming = join(dataDir, 'coming')
    await cp(given, coming, { recursive: true })
    await rename(coming, join(dataDir, 'inbox', 'given'))
    await command.ended
    const left = async () => [
      ...(await filesBelow(join(dataDir, 'inbox'))),
      ...(await filesBelow(join(dataDir, 'staging'))),
    ]
    await expect.poll(left, { timeout: 60_000 }).toEqual([])
    const books = drops.filter((drop) => drop.word !== null)
    expect(
      await checkLibrary(dataDir, {
        books: new Map(books.map((drop) => [drop.hash, drop])),
        refused: new Set(drops.filter((drop) => drop.word === null).map((drop) => drop.hash)),
      }),
    ).toEqual([])
    // Neither of them saw the other as an error.
    expect(command.out()).not.toContain('"level":50')
    expect(server.out()).toBe('')
  } finally {
    await server.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
}, 90_000)

describe('what a process left half done', () => {
  let home: TempHome
  beforeEach(async () => {
    home = await tempHome()
  })
  afterEach(async () => {
    await home.close()
  })

  /** A book that was entered by a process with this id, which then ended. */
  async function leaveEntered(pid: number, writtenAt: Date) {
    const [drop] = (await makeDrops('left')).filter((each) => each.word !== null)
    if (!drop) throw new Error('There are no drops.')
    const path = join(home.config.dataDir, 'given.epub')
    await writeFile(path, drop.bytes)
    const staged = await stage(home, path, { name: drop.name, uploader: null, source: 'command' })
    await enterBook(home, staged)
    for (const name of await readdir(home.config.staging)) {
      const theirs = join(home.config.staging, name.replace(/^\d+/, String(pid)))
      await rename(join(home.config.staging, name), theirs)
      await utimes(theirs, writtenAt, writtenAt)
    }
    return { books: new Map([[drop.hash, drop]]), refused: new Set<string>() }
  }

  /** The id of a process that has ended. */
  async function deadProcess(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(child, 'exit')
    return child.pid ?? 0
  }

  test('is finished by a server that is running, without a new start', async () => {
    const expected = await leaveEntered(await deadProcess(), new Date(home.now() - 120_000))
    const inbox = await openInbox(home, { settle: 20, rounds: 30 })
    try {
      await expect
        .poll(() => checkLibrary(home.config.dataDir, expected), { timeout: 10_000 })
        .toEqual([])
    } finally {
      await inbox.close()
    }
  })

  test('is finished although its id was given to another process since', async () => {
    // Before the machine was started anew, the id was that of the server.
    const expected = await leaveEntered(process.ppid, new Date(Date.now() - 400 * 86_400_000))
    await recoverImports(home)
    expect(await checkLibrary(home.config.dataDir, expected)).toEqual([])
  })

  test('is left to a process that lives', async () => {
    await leaveEntered(process.ppid, new Date())
    await recoverImports(home)
    expect(await readdir(home.config.staging)).toHaveLength(2)
  })

  test('of covers is removed', async () => {
    const originals = join(home.config.covers, 'original')
    await mkdir(originals)
    const left = `${'0'.repeat(64)}.${await deadProcess()}-0123456789ab.part`
    await writeFile(join(originals, left), 'half a cover')
    await recoverImports(home)
    expect(await readdir(originals)).toEqual([])
  })
})
