import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  rename,
  rm,
  rmdir,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whether `error` is the operating system saying one of these codes, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => error.code === code)
}

/** What systems say of a path at which nothing is, or nothing that may be reached. */
export const UNREACHED = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG']

/** Whether something is at `path`. */
export async function isThere(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined
}

/** The size in bytes of what is at `path`; undefined when nothing is. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** The SHA-256 of a file, hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Writes a file under the temporary name `part` in the same folder and then gives it its name: nobody ever sees half of it. */
export async function writeWhole(path: string, part: string, bytes: Buffer): Promise<void> {
  try {
    try {
      await writeFile(part, bytes)
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      await makeFolder(dirname(part))
      await writeFile(part, bytes)
    }
    await rename(part, path)
  } catch (error) {
    // Half of a file would only fill a full disk further.
    await removeFile(part)
    throw error
  }
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
}

/** Makes the bytes of a file survive a loss of power. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/**
 * Gives the file `from` the further name `to`, by a link or, where that cannot be, by a whole copy made under the name
 * `part` in the same folder. Never overwrites: answers false when something is at `to`. The file `from` stays.
 */
export async function putAt(from: string, to: string, part: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    if (hasCode(error, 'ENOENT') && (await isThere(from))) return putInNewFolder(from, to, part)
    if (!hasCode(error, ...NO_LINK)) throw error
    if (await isThere(to)) return false
    await copyWhole(from, part)
    await rename(part, to)
  }
  await syncFolder(dirname(to))
  return true
}

/** Moves a file, also to another file system, replacing what was there. Answers false when there is none. */
export async function moveFile(from: string, to: string): Promise<boolean> {
  const firstMade = await makeFolder(dirname(to))
  try {
    await rename(from, to)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    if (!hasCode(error, 'EXDEV')) throw error
    await copyWhole(from, `${to}.part`)
    await rename(`${to}.part`, to)
    await syncNames(dirname(to), firstMade)
    await rm(from, { force: true })
    return true
  }
  await syncNames(dirname(to), firstMade)
  return true
}

/** Makes a folder and those on the way to it. Answers the first that was missing. */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true })
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    // Node says this of a read-only disk; asked for one folder alone, it says what is so.
    await mkdir(path)
    return path
  }
}

/** Removes a folder, and those above it below `root`, as long as they are empty. */
export async function pruneFolders(folder: string, root: string): Promise<void> {
  for (let each = folder; each.startsWith(`${root}/`); each = dirname(each)) {
    try {
      await rmdir(each)
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'EROFS'))
        return
      throw error
    }
  }
}

/** What systems say when a file cannot have a second name: another file system, or one without links. */
const NO_LINK = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES']

/** As `putAt`, where the folder was missing; while it is empty, somebody may prune it again. */
async function putInNewFolder(from: string, to: string, part: string): Promise<boolean> {
  const firstMade = await makeFolder(dirname(to))
  const isPut = await putAt(from, to, part)
  if (isPut && firstMade !== undefined) await syncFolder(dirname(firstMade))
  return isPut
}

/** Makes the names in `folder` survive a loss of power, and that of the first folder made on the way to it. */
async function syncNames(folder: string, firstMade: string | undefined): Promise<void> {
  await syncFolder(folder)
  // Last, because what was written with the first is not written again.
  if (firstMade !== undefined) await syncFolder(dirname(firstMade))
}

/** Makes the names in a folder survive a loss of power. Some file systems cannot, and say so. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'ENOTSUP')) throw error
  } finally {
    await folder.close()
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to)
    await flushFile(to)
  } catch (error) {
    await removeFile(to)
    throw error
  }
}
