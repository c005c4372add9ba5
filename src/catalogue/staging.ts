import { createHash } from 'node:crypto'
import { open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { hasCode, removeFile, sizeOf } from './durable.ts'
import { isAnothers } from './is-anothers.ts'

/** The most bytes of a file that is imported. */
export const FILE_LIMIT = 500_000_000

/** Where a file came from: its name there, who gave it (a person's id), and by which way. */
export type Origin = { name: string; uploader: string | null; source: string }

/** A complete copy of a drop, on its way in. */
export type Staged = {
  path: string
  hash: string
  size: number
  origin: Origin
  /** What is in it, where that is little and was just read. */
  bytes?: Buffer | undefined
}

/**
 * A path below staging/ for bytes that are still arriving, such as an upload. What a process leaves there when it dies is
 * removed at the next start.
 */
export function arrivingPath(home: Pick<Home, 'config' | 'random'>): string {
  return join(home.config.staging, `${process.pid}-${home.random(8).toString('hex')}.part`)
}

/**
 * Copies a file into staging/, hashing it on the way. Throws a Problem: `too_large` above FILE_LIMIT, `conflict` when the
 * file changes meanwhile, `not_found` and `invalid` when it is not there or may not be read.
 */
export async function stage(home: Home, path: string, origin: Origin): Promise<Staged> {
  const source = await openDrop(path, origin.name)
  try {
    const part = arrivingPath(home)
    const stem = part.slice(0, -'.part'.length)
    try {
      const { hash, size, bytes } = await copyUnchanged(source, path, part, origin.name)
      await writeFile(`${stem}.json`, JSON.stringify(origin))
      const staged = `${stem}.${hash}.epub`
      await rename(part, staged)
      return { path: staged, hash, size, origin, bytes }
    } catch (error) {
      await removeFile(part)
      await removeFile(`${stem}.json`)
      throw error
    }
  } finally {
    await source.close()
  }
}

/** Removes a staged copy, because it found its place or cannot have one. */
export async function discard(staged: Staged): Promise<void> {
  kept.delete(staged.path)
  await removeFile(staged.path)
  await removeFile(originPath(staged.path))
}

/** Leaves a staged copy for `leftStaged`, because it is wanted and cannot find its place at the moment. */
export function keepStaged(staged: Staged): void {
  kept.add(staged.path)
}

/** What this process has left in staging/ on purpose. */
const kept = new Set<string>()

/**
 * The complete copies that processes left when they ended, and those that this one keeps; what is incomplete is removed.
 * At the start of a process (`isStart`) what bears its own id is of an earlier life, too.
 */
export async function leftStaged(home: Home, isStart: boolean): Promise<Staged[]> {
  const names = await readdir(home.config.staging)
  const left: Staged[] = []
  for (const name of names) {
    const [, pid, ending = '', hash] = STAGED_NAME.exec(name) ?? []
    const path = join(home.config.staging, name)
    if (pid === undefined || (await isInHand(home, path, Number(pid), isStart))) continue
    if (hash === undefined) {
      if (ending === 'part') await removeFile(path)
      continue
    }
    const size = await sizeOf(path)
    if (size !== undefined) left.push({ path, hash, size, origin: await readOrigin(path) })
  }
  const origins = new Set(left.map((staged) => originPath(staged.path)))
  for (const name of names) {
    const [, pid, ending] = STAGED_NAME.exec(name) ?? []
    const path = join(home.config.staging, name)
    if (ending !== 'json' || origins.has(path)) continue
    if (!(await isInHand(home, path, Number(pid), isStart))) await removeFile(path)
  }
  return left
}

/** Whether some process that lives is busy with this file in staging/. */
async function isInHand(home: Home, path: string, pid: number, isStart: boolean): Promise<boolean> {
  if (pid === process.pid) return !isStart && !kept.has(path)
  if (await isAnothers(pid, path)) return true
  if (isStart) return false
  // A process in another container lives although it is not seen from here.
  const writtenAt = (await statAgain(path))?.mtimeMs
  return writtenAt === undefined || home.now() - Number(writtenAt) < ABANDONED
}

/** What nobody has written to for so long, in ms, is left by somebody who ended: copying never rests. */
const ABANDONED = 60_000

const STAGED_NAME = /^(\d{1,10})-[0-9a-f]{16}\.(part|json|([0-9a-f]{64})\.epub)$/

/** How much is read at once, in bytes. A file that fits is kept in memory until it is imported: most books do. */
const CHUNK = 1 << 22

async function openDrop(path: string, name: string): Promise<FileHandle> {
  try {
    // A pipe would be waited for, so only files are opened.
    if ((await stat(path)).isFile()) return await open(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new Problem('not_found', `“${name}” is not there.`, { cause: error })
    if (hasCode(error, 'EACCES', 'EPERM', 'ELOOP'))
      throw new Problem('invalid', `“${name}” may not be read by Holdfast.`, { cause: error })
    throw error
  }
  throw new Problem('invalid', `“${name}” is not a file.`)
}

async function copyUnchanged(
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
  if (!isSame)
    throw new Problem(
      'conflict',
      `“${name}” changed while it was being read; it will be tried again.`,
    )
  return { hash: hash.digest('hex'), size, bytes: bytes.length === size ? bytes : undefined }
}

async function statAgain(path: string) {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

function tooLarge(name: string): Problem {
  return new Problem('too_large', `“${name}” is larger than ${FILE_LIMIT / 1_000_000} MB.`)
}

function originPath(staged: string): string {
  return staged.replace(/\.[0-9a-f]{64}\.epub$/, '.json')
}

const OriginText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ name: z.string(), uploader: z.string().nullable(), source: z.string() }))

/** What a loss of power took of it is guessed: nobody's, and without a name. */
async function readOrigin(staged: string): Promise<Origin> {
  try {
    const origin = OriginText.safeParse(await readFile(originPath(staged), 'utf8'))
    if (origin.success) return origin.data
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  return { name: '', uploader: null, source: 'recovery' }
}
