import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Home } from '../home.ts'
import { removeFile, sizeOf } from './durable.ts'
import { isAnothers } from './is-anothers.ts'
import { openDrop, copyUnchanged, statAgain } from './copy-drop.ts'
import { type Origin, originPath, readOrigin } from './origin.ts'

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
  // A person who names a file to a command means what is behind a link.
  const source = await openDrop(path, origin.name, origin.source === 'command')
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
