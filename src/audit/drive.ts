import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hasCode } from '../catalogue/durable.ts'
import { Problem } from '../problem.ts'
import { firmwareIn } from './firmware.ts'
import { DATABASE, KEPUB_FOLDER, KOBO_FOLDER, VERSION_FILE } from './kobo-names.ts'
import type { Listing } from './reading.ts'

/** What of a Kobo lies at a path: its database, when that was written (epoch ms), and what its drive tells where that is there. */
export type Drive = {
  database: string
  takenAt: number
  listing: Listing | null
  firmware: string | null
}

/**
 * Looks at what somebody names: the database of a Kobo, its folder `.kobo`, or the whole drive. Throws `Problem('not_found')` where
 * there is nothing of a Kobo.
 */
export async function lookAtDrive(path: string): Promise<Drive> {
  const found = await statOf(path)
  if (!found) throw new Problem('not_found', `“${basename(path)}” is not there.`)
  if (!found.isDirectory())
    return { database: path, takenAt: found.mtimeMs, listing: null, firmware: null }
  for (const folder of [join(path, KOBO_FOLDER), path]) {
    const database = join(folder, DATABASE)
    const file = await statOf(database)
    if (!file) continue
    const changed = (await statOf(`${database}-wal`))?.mtimeMs ?? 0
    return {
      database,
      takenAt: Math.max(file.mtimeMs, changed),
      listing: await listingOf(join(folder, KEPUB_FOLDER)),
      firmware: await firmwareOf(join(folder, VERSION_FILE)),
    }
  }
  throw new Problem('not_found', `“${basename(path)}” holds no database of a Kobo.`)
}

async function listingOf(folder: string): Promise<Listing | null> {
  const names = await unlessMissing(() => readdir(folder))
  if (!names) return null
  const listing: Listing = []
  for (const name of names) {
    const file = await statOf(join(folder, name))
    if (file?.isFile()) listing.push({ name, size: file.size })
  }
  return listing
}

async function firmwareOf(path: string): Promise<string | null> {
  const file = await statOf(path)
  if (!file?.isFile() || file.size > 10_000) return null
  return firmwareIn(await readFile(path, 'utf8'))
}

async function statOf(path: string) {
  return unlessMissing(() => stat(path))
}

async function unlessMissing<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await look()
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
