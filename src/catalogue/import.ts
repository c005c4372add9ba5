import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { hasCode, pruneFolders } from './durable.ts'
import { enterBook, settleBook } from './enter-book.ts'
import type { ImportResult } from './enter-book.ts'
import { openGate } from './gate.ts'
import { quarantine } from './quarantine.ts'
import { discard, stage } from './staging.ts'
import type { Staged } from './staging.ts'

/** A file that somebody wants in the library. */
export type Drop = {
  path: string
  /** Its name where it came from, for a book that does not know its title. */
  name: string
  /** Whether the file is ours to remove once its bytes are safe: drops and uploads are, files named to a command are not. */
  dispose: 'remove' | 'keep'
  /** The id of the person who gave it, where that is known. */
  uploader: string | null
  /** By which way it came, such as `inbox`. */
  source: string
}

/**
 * Imports one file; at most four at once, the others wait. The order of its effects is such that a crash between any two
 * leaves something that `recoverImports` finishes. Throws a Problem when it fails: a file that is ours to remove and cannot
 * become a book is then in quarantine with an erratum (`invalid`, `too_large`); one that changed meanwhile (`conflict`) or met a busy
 * or full disk (`unavailable`) stays where it is.
 */
export function importFile(home: Home, drop: Drop): Promise<ImportResult> {
  return gate(async () => {
    try {
      return await bringIn(home, drop)
    } catch (error) {
      if (hasCode(error, 'ENOSPC', 'EDQUOT'))
        throw new Problem('unavailable', 'There is no space left for another book.', {
          cause: error,
        })
      throw error
    }
  })
}

/** Finishes the import of a staged copy; one that cannot become a book goes to quarantine when `quarantines`. */
export async function finishImport(
  home: Home,
  staged: Staged,
  quarantines: boolean,
): Promise<ImportResult> {
  const entered = await enterOrRefuse(home, staged, quarantines)
  const result = await settleBook(home, staged, entered)
  const { source } = staged.origin
  home.log.info({ book: result.book.id, outcome: result.outcome, source }, 'imported')
  return result
}

/** More at once would only wait for the same disk and the same two or four cores. */
const gate = openGate(4)

async function bringIn(home: Home, drop: Drop): Promise<ImportResult> {
  const isOurs = drop.dispose === 'remove'
  const seen = isOurs ? await identityOf(drop.path) : undefined
  const staged = await stageOrRefuse(home, drop, seen)
  try {
    const result = await finishImport(home, staged, isOurs)
    if (seen) await removeDrop(home, drop.path, seen)
    return result
  } catch (error) {
    // A refused file is in quarantine by its copy.
    if (seen && isRefusal(error)) await removeDrop(home, drop.path, seen)
    throw error
  }
}

async function stageOrRefuse(home: Home, drop: Drop, seen: string | undefined): Promise<Staged> {
  const { name, uploader, source } = drop
  const origin = { name, uploader, source }
  try {
    return await stage(home, drop.path, origin)
  } catch (error) {
    if (seen && isRefusal(error))
      await quarantine(home, drop.path, { subject: seen, origin, cause: error.message })
    throw error
  }
}

async function enterOrRefuse(
  home: Home,
  staged: Staged,
  quarantines: boolean,
): Promise<ImportResult> {
  try {
    return await enterBook(home, staged)
  } catch (error) {
    if (quarantines && isRefusal(error)) {
      const { hash: subject, origin } = staged
      await quarantine(home, staged.path, { subject, origin, cause: error.message })
    }
    await discard(staged)
    throw error
  }
}

/** Whether the file itself is at fault, so that trying again as it is cannot help. */
function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && (error.code === 'invalid' || error.code === 'too_large')
}

/** What tells a file from another one that takes its place; undefined when there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return undefined
    throw error
  }
}

/** Removes a drop whose bytes are safe, and folders of the inbox that it leaves empty; another file in its place stays. */
async function removeDrop(home: Home, path: string, seen: string): Promise<void> {
  if ((await identityOf(path)) !== seen) return
  await rm(path, { force: true })
  await pruneFolders(dirname(path), home.config.inbox)
}
