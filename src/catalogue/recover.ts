import { readdir } from 'node:fs/promises'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { isUuid } from '../uuid.ts'
import { bookByContent, bookById, deletedBooks } from './catalogue.store.ts'
import { isThere } from './durable.ts'
import { filePath, isFileOf, removeParts, trashFile, trashPath, untrashFile } from './files.ts'
import { finishImport } from './import.ts'
import { leftStaged } from './staging.ts'

/**
 * Finishes what an earlier life began: imports whose copies are complete, and moves to and from trash/. What is incomplete
 * is removed. Called once at start, before anything is imported; safe beside other processes.
 */
export async function recoverImports(home: Home): Promise<void> {
  for (const staged of await leftStaged(home)) {
    const known = await bookByContent(home.db.read, staged.hash)
    if (known) await removeParts(home, known)
    try {
      await finishImport(home, staged, true)
    } catch (error) {
      // The erratum, if it has one, tells a person; the others are still to be finished.
      if (!(error instanceof Problem)) throw error
      home.log.warn({ problem: error.message }, 'an import of an earlier run failed')
    }
  }
  await recoverRestored(home)
  await recoverDeleted(home)
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
