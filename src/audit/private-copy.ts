import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../catalogue/durable.ts'
import { isAnothers } from '../catalogue/is-anothers.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { storageProblem } from '../storage-problem.ts'
import { DATABASE } from './kobo-names.ts'

/** The most bytes of a device's database, and of what has not reached its main file yet. */
export const DATABASE_LIMIT = 512_000_000

/**
 * Does something with a folder of its own that nobody else may look into. It is gone when this resolves, and what a process leaves that
 * dies is gone at the next start. Throws `Problem('unavailable')` when the disk is full.
 */
export async function withPrivateFolder<Result>(
  home: Pick<Home, 'config' | 'random'>,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const name = `${process.pid}-${home.random(8).toString('hex')}`
  const folder = join(home.config.audits, name)
  try {
    await mkdir(folder, { mode: 0o700 })
    return await work(folder)
  } catch (error) {
    throw storageProblem(error) ?? error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Copies a device's database, as it lies at `path`, into a private folder. Throws a Problem where that cannot be. */
export async function copyDatabase(path: string, folder: string): Promise<void> {
  await copyOne(path, join(folder, DATABASE))
  try {
    await copyOne(`${path}-wal`, join(folder, `${DATABASE}-wal`))
  } catch (error) {
    // Nothing is left beside a database that was closed. What the third file says, SQLite works out again.
    if (!(error instanceof Problem && error.code === 'not_found')) throw error
  }
}

async function copyOne(from: string, to: string): Promise<void> {
  try {
    const found = await lstat(from)
    if (!found.isFile()) throw new Problem('invalid', 'The database of a Kobo is a file.')
    if (found.size > DATABASE_LIMIT) throw tooLarge()
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await chmod(to, 0o600)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new Problem('not_found', 'There is no database of a Kobo.', { cause: error })
    if (hasCode(error, 'EACCES', 'EPERM'))
      throw new Problem('invalid', 'The database may not be read by Holdfast.', { cause: error })
    throw error
  }
}

/** What is said of a database that is too large. */
export function tooLarge(): Problem {
  return new Problem(
    'too_large',
    `The database of a Kobo may have at most ${DATABASE_LIMIT / 1_000_000} MB.`,
  )
}

/** Removes what processes left that ended while they read a database. Called once at start. */
export async function sweepCopies(home: Pick<Home, 'config'>): Promise<void> {
  for (const name of await readdir(home.config.audits)) {
    const pid = /^(\d{1,10})-[0-9a-f]{16}$/.exec(name)?.[1]
    const path = join(home.config.audits, name)
    if (pid !== undefined && !(await isAnothers(Number(pid), path)))
      await rm(path, { recursive: true, force: true })
  }
}
