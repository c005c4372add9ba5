import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { storageProblem } from '../storage-problem.ts'
import type { Book } from './book.ts'
import { forgetBook } from './change-book.store.ts'
import { hasCode, pruneFolders } from './durable.ts'
import { enterBook, settleBook } from './enter-book.ts'
import type { ImportResult } from './enter-book.ts'
import { filePath } from './files.ts'
import { openGate } from './gate.ts'
import { quarantine } from './quarantine.ts'
import { discard, keepStaged, stage } from './staging.ts'
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
 * database, or a disk that is full or read-only (`unavailable`), stays where it is.
 */
export function importFile(home: Home, drop: Drop): Promise<ImportResult> {
  const end = home.underWay.imports.begin(drop.name, drop.uploader)
  return gate(async () => {
    try {
      const result = await bringIn(home, drop)
      end('done')
      return result
    } catch (error) {
      end(isRefusal(error) && drop.dispose === 'remove' ? 'failed' : 'done')
      throw storageProblem(error) ?? error
    }
  })
}

/**
 * Finishes the import of a staged copy. What cannot become a book goes to quarantine when `quarantines`. What cannot become one
 * at the moment stays in staging/ when `keeps`, else it is as if it had not been.
 */
export async function finishImport(
  home: Home,
  staged: Staged,
  { quarantines, keeps }: { quarantines: boolean; keeps: boolean },
): Promise<ImportResult> {
  let entered: ImportResult | undefined
  try {
    entered = await enterBook(home, staged)
    const result = await settleBook(home, staged, entered)
    const { source } = staged.origin
    home.log.info({ book: result.book.id, outcome: result.outcome, source }, 'imported')
    return result
  } catch (error) {
    const isUndone = entered?.outcome !== 'added' || (await takeBack(home, entered.book))
    if (isRefusal(error)) {
      if (quarantines) await quarantineStaged(home, staged, error.message, keeps)
      await discard(staged)
    } else if (keeps || !isUndone) keepStaged(staged)
    else await discard(staged)
    throw error
  }
}

/** More at once would only wait for the same disk and the same two or four cores. */
const gate = openGate(4)

async function bringIn(home: Home, drop: Drop): Promise<ImportResult> {
  const isOurs = drop.dispose === 'remove'
  const seen = isOurs ? await identityOf(drop.path) : undefined
  const staged = await stageOrRefuse(home, drop, seen)
  try {
    const result = await finishImport(home, staged, { quarantines: isOurs, keeps: false })
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

async function quarantineStaged(
  home: Home,
  staged: Staged,
  cause: string,
  keeps: boolean,
): Promise<void> {
  const { hash: subject, origin } = staged
  try {
    await quarantine(home, staged.path, { subject, origin, cause })
  } catch (error) {
    // It is refused again when there is room for it in quarantine.
    if (keeps) keepStaged(staged)
    else await discard(staged)
    throw error
  }
}

/**
 * Forgets a book that was entered a moment ago and whose file finds no place: nobody shall see a book without a file.
 * Answers whether that could be done; if not, its copy must stay, so that it gets its file later.
 */
async function takeBack(home: Home, book: Book): Promise<boolean> {
  try {
    const isForgotten = await home.db.transact((tx) => forgetBook(tx, book.id))
    await pruneFolders(dirname(filePath(home, book)), home.config.library)
    return isForgotten
  } catch (error) {
    if (error instanceof Problem || storageProblem(error)) return false
    throw error
  }
}

/** Whether the file itself is at fault, so that trying again as it is cannot help. */
export function isRefusal(error: unknown): error is Problem {
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
