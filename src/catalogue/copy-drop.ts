import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { Problem } from '../problem.ts'
import { hasCode } from './durable.ts'
import { openFile } from './open-file.ts'

/** The most bytes of a file that is imported. */
export const FILE_LIMIT = 500_000_000

/** How much is read at once, in bytes. A file that fits is kept in memory until it is imported: most books do. */
const CHUNK = 1 << 22

/**
 * Opens a file to be imported; one behind a link only when that is `linked` on purpose. Throws a Problem, which calls it `name`, when it is
 * not there, no file, or may not be read, and `conflict` for a link that took the place of a file that was looked at.
 */
export async function openDrop(path: string, name: string, linked: boolean): Promise<FileHandle> {
  try {
    if ((await stat(path)).isFile()) return await openFile(path, linked)
  } catch (error) {
    if (hasCode(error, 'ELOOP') && !linked) throw changed(name)
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new Problem('not_found', `“${name}” is not there.`, { cause: error })
    if (hasCode(error, 'EACCES', 'EPERM', 'ELOOP'))
      throw new Problem('invalid', `“${name}” may not be read by Holdfast.`, { cause: error })
    throw error
  }
  throw new Problem('invalid', `“${name}” is not a file.`)
}

/**
 * Copies what stands at `path`, open as `source`, to `part`, and hashes it on the way. The bytes are given too where they are few. Throws a Problem above
 * FILE_LIMIT, and when the file changes meanwhile.
 */
export async function copyUnchanged(
  source: FileHandle,
  path: string,
  part: string,
  name: string,
): Promise<{ hash: string; size: number; bytes?: Buffer | undefined }> {
  const before = await source.stat({ bigint: true })
  if (before.size > FILE_LIMIT) throw tooLarge(name)
  const hash = createHash('sha256')
  const expected = Number(before.size)
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, expected))
  const copy = await open(part, 'wx', 0o644)
  let size = 0
  let bytes: Buffer = buffer.subarray(0, 0)
  try {
    while (size < expected) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length)
      if (bytesRead === 0) break
      size += bytesRead
      bytes = buffer.subarray(0, bytesRead)
      hash.update(bytes)
      await copy.writeFile(bytes)
    }
    await copy.datasync()
  } finally {
    await copy.close()
  }
  const after = await statAgain(path)
  const isSame =
    after?.ino === before.ino &&
    after.size === before.size &&
    after.mtimeNs === before.mtimeNs &&
    size === expected
  if (!isSame) throw changed(name)
  return { hash: hash.digest('hex'), size, bytes: bytes.length === size ? bytes : undefined }
}

/** What the file at `path` is by now, with times in ns; undefined when it is gone. */
export async function statAgain(path: string) {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

function changed(name: string): Problem {
  return new Problem(
    'conflict',
    `“${name}” changed while it was being read; it will be tried again.`,
  )
}

function tooLarge(name: string): Problem {
  return new Problem('too_large', `“${name}” is larger than ${FILE_LIMIT / 1_000_000} MB.`)
}
