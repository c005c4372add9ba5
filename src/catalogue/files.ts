import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { bookById } from './catalogue.store.ts'
import { deleteBook, moveBook, restoreBook } from './change-book.store.ts'
import { hashOf, isThere, moveFile, pruneFolders, putAt, sizeOf } from './durable.ts'
import { freePath } from './free-path.ts'
import { isAnothers } from './is-anothers.ts'

/** The absolute path of a book's file. */
export function filePath(home: Pick<Home, 'config'>, book: Pick<Book, 'file'>): string {
  return join(home.config.library, book.file.path)
}

/** Where a deleted book's file waits. */
export function trashPath(home: Pick<Home, 'config'>, id: string): string {
  return join(home.config.trash, `${id}.epub`)
}

/**
 * Gives a book its file in the library: the bytes at `from`, which stay there too. A file that is no book of ours is never
 * overwritten: the book's path is numbered instead. Answers the book as it is now.
 */
export async function placeFile(home: Home, book: Book, from: string): Promise<Book> {
  const foreign = new Set<string>()
  for (;;) {
    const to = filePath(home, book)
    if (await putAt(from, to, partBeside(home, to, book.id))) return book
    if (await isFileOf(book, to)) return book
    foreign.add(book.file.path)
    book = await home.db.transact(async (tx) => {
      const path = await freePath(tx, book, foreign)
      await moveBook(tx, book.id, path)
      return { ...book, file: { ...book.file, path } }
    })
  }
}

/** Deletes a book: its id stays known and its file goes to trash/. Throws `Problem('not_found')`. */
export async function removeBook(home: Home, id: string): Promise<void> {
  const book = await home.db.transact(async (tx) => {
    await deleteBook(tx, id, home.now())
    return bookById(tx, id)
  })
  if (!book) throw new Problem('not_found', 'There is no such book.')
  await trashFile(home, book)
}

/**
 * Brings a deleted book back as itself, its file out of trash/. Throws `Problem('not_found')` when there is no such book,
 * `Problem('conflict')` when its file is gone.
 */
export async function bringBack(home: Home, id: string): Promise<Book> {
  const book = await bookById(home.db.read, id)
  if (!book) throw new Problem('not_found', 'There is no such book.')
  const trashed = trashPath(home, id)
  if (!(await isThere(trashed)) && !(await isThere(filePath(home, book))))
    throw new Problem('conflict', 'The file of this book is gone. Please import it again.')
  await home.db.transact((tx) => restoreBook(tx, id, home.now()))
  return untrashFile(home, { ...book, deletedAt: null })
}

/** Moves a deleted book's file from library/ to trash/, when it is still there. */
export async function trashFile(home: Home, book: Book): Promise<void> {
  const path = filePath(home, book)
  await moveFile(path, trashPath(home, book.id))
  await pruneFolders(dirname(path), home.config.library)
}

/** Moves the file of a book that is not deleted from trash/ back to library/, when it is there. */
export async function untrashFile(home: Home, book: Book): Promise<Book> {
  const trashed = trashPath(home, book.id)
  if (!(await isThere(trashed))) return book
  const placed = await placeFile(home, book, trashed)
  await rm(trashed, { force: true })
  return placed
}

/** Removes what copies of a book's file that never ended have left beside its place. Call at start only. */
export async function removeParts(home: Home, book: Book): Promise<void> {
  const folder = dirname(filePath(home, book))
  if (!(await isThere(folder))) return
  for (const name of await readdir(folder)) {
    const [, id, pid] = /^\.([0-9a-f-]{36})\.(\d{1,10})-[0-9a-f]{12}\.part$/.exec(name) ?? []
    const path = join(folder, name)
    if (id === book.id && !(await isAnothers(Number(pid), path))) await rm(path, { force: true })
  }
}

/** Whether the file at `path` holds the bytes of the book's file. */
export async function isFileOf(book: Book, path: string): Promise<boolean> {
  return (await sizeOf(path)) === book.file.size && (await hashOf(path)) === book.file.hash
}

/** A hidden name for a copy in the making, in the folder of `to`. */
function partBeside(home: Home, to: string, id: string): string {
  return join(dirname(to), `.${id}.${process.pid}-${home.random(6).toString('hex')}.part`)
}
