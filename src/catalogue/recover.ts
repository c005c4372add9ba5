import { readdir } from 'node:fs/promises'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { storageProblem } from '../storage-problem.ts'
import { isUuid } from '../uuid.ts'
import { bookByContent, bookById, deletedBooks } from './catalogue.store.ts'
import { removeCoverParts } from './cover-original.ts'
import { isThere } from './durable.ts'
import { filePath, isFileOf, removeParts, trashFile, trashPath, untrashFile } from './files.ts'
import { finishImport } from './import.ts'
import { recoverNames } from './rename.ts'
import { leftStaged } from './staging.ts'

/**
 * Finishes what an earlier life began: imports whose copies are complete, and moves to and from trash/. What is incomplete
 * is removed. What a full or read-only disk does not let finish is left for later. Called once at start, before anything is
 * imported; safe beside other processes.
 */
export async function recoverImports(home: Home): Promise<void> {
  await unlessStorage(home, () => removeCoverParts(home))
  await finishLeft(home, true)
  await unlessStorage(home, () => recoverNames(home))
  await unlessStorage(home, () => recoverRestored(home))
  await unlessStorage(home, () => recoverDeleted(home))
}

/**
 * Finishes the imports of processes that have ended since, such as a command that was interrupted, and those of this one that a
 * full or read-only disk did not let finish. Can be called at any time.
 */
export function finishLeftImports(home: Home): Promise<void> {
  return finishLeft(home, false)
}

async function finishLeft(home: Home, isStart: boolean): Promise<void> {
  for (const staged of await leftStaged(home, isStart))
    await unlessStorage(home, async () => {
      const known = await bookByContent(home.db.read, staged.hash)
      if (known) await removeParts(home, known)
      // What a command refuses stays where the person keeps it, and is not ours to hold.
      const quarantines = staged.origin.source !== 'command'
      await finishImport(home, staged, { quarantines, keeps: true })
    })
}

/** Whatever is wrong with the disk or with one file, the others are still to be finished. A bug is none of these. */
async function unlessStorage(home: Home, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const problem = error instanceof Problem ? error : storageProblem(error)
    if (!problem) throw error
    home.log.warn({ problem: problem.message }, 'something of an earlier run could not be finished')
  }
}

/** Books that are not deleted but whose file is still in trash/. */
async function recoverRestored(home: Home): Promise<void> {
  for (const name of await readdir(home.config.trash)) {
    const id = name.replace(/\.epub$/, '')
    const book = isUuid(id) ? await bookById(home.db.read, id) : undefined
    if (book?.deletedAt === null) await untrashFile(home, book)
  }
}

/** Books that are deleted but whose file is still in library/. */
async function recoverDeleted(home: Home): Promise<void> {
  let after = ''
  for (;;) {
    const ids = await deletedBooks(home.db.read, 500, after)
    for (const id of ids) {
      const book = await bookById(home.db.read, id)
      if (!book || (await isThere(trashPath(home, id)))) continue
      const path = filePath(home, book)
      if ((await isThere(path)) && (await isFileOf(book, path))) await trashFile(home, book)
    }
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
  }
}
