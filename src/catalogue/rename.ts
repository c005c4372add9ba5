import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Home } from '../home.ts'
import { isUuid } from '../uuid.ts'
import { authorsOf, type Book } from './book.ts'
import { bookById, isPathTaken } from './catalogue.store.ts'
import { changeBook, moveBook } from './change-book.store.ts'
import type { BookChanges } from './change.ts'
import { hasCode, pruneFolders, putAt, removeFile, writeWhole } from './durable.ts'
import { libraryPath, pathKey } from './file-name.ts'
import { filePath, isFileOf } from './files.ts'
import { freePath } from './free-path.ts'
import { openGate } from './gate.ts'

/**
 * Changes what a book says of itself and gives its file the name that follows from it. Answers the book as it is now; undefined when
 * there is none. Throws `Problem('invalid')` for an empty title.
 *
 * At every instant the row names a file that is there: the file gets its second name first, then the row names it, then the first name
 * goes. What a crash leaves beside is noted in staging/ and removed by `recoverNames`.
 */
export function editBook(home: Home, id: string, changes: BookChanges): Promise<Book | undefined> {
  // One after the other: two that rename one file would each take the other's new name for a stranger.
  return oneByOne(async () => {
    const book = await home.db.transact((tx) => changeBook(tx, id, changes, home.now()))
    return book && book.deletedAt === null ? withItsName(home, book) : book
  })
}

/** Removes the names that a rename has left when its process ended. Called at start. */
export async function recoverNames(home: Home): Promise<void> {
  for (const name of await readdir(home.config.staging)) {
    const [, id] = /^([0-9a-f-]{36})\.renaming$/.exec(name) ?? []
    if (id !== undefined && isUuid(id)) await settleNames(home, id, join(home.config.staging, name))
  }
}

const oneByOne = openGate(1)

const Note = z.tuple([z.string(), z.string()])

async function withItsName(home: Home, book: Book): Promise<Book> {
  if (isNamed(book)) return book
  const note = join(home.config.staging, `${book.id}.renaming`)
  const taken = new Set<string>()
  for (;;) {
    const from = book.file.path
    const to = await freePath(home.db.read, book, taken)
    const names = Buffer.from(JSON.stringify([from, to]))
    await writeWhole(note, `${note}.part`, names)
    const path = filePath(home, { file: { ...book.file, path: to } })
    const part = join(
      dirname(path),
      `.${book.id}.${process.pid}-${home.random(6).toString('hex')}.part`,
    )
    let isPut: boolean
    try {
      isPut = await putAt(filePath(home, book), path, part)
    } catch (error) {
      await settleNames(home, book.id, note)
      // The file is not where the row says: that is told by others, and is no reason to refuse a better title.
      if (hasCode(error, 'ENOENT')) return book
      throw error
    }
    if (isPut) {
      await home.db.transact(async (tx) => {
        const now = await bookById(tx, book.id)
        const isFree = !(await isPathTaken(tx, to))
        if (now?.deletedAt === null && now.file.path === from && isFree)
          await moveBook(tx, book.id, to)
      })
      await settleNames(home, book.id, note)
      return (await bookById(home.db.read, book.id)) ?? book
    }
    taken.add(to)
  }
}

/** Whether the file has the name that the book should have, or a numbered one, or one that a disk may take for it. */
function isNamed(book: Book): boolean {
  const { folder, name } = libraryPath({ authors: authorsOf(book), title: book.title })
  const ending = book.format === 'kepub' ? '.kepub.epub' : '.epub'
  const unnumbered = book.file.path.slice(0, -ending.length).replace(/ \(\d+\)$/u, '')
  const wanted = pathKey(`${folder}/${name}`)
  return [unnumbered, book.file.path.slice(0, -ending.length)].some(
    (path) => pathKey(path) === wanted,
  )
}

/** Of the two names in a note only the one that the row has stays; a name that is another book's, or another file, is left alone. */
async function settleNames(home: Home, id: string, note: string): Promise<void> {
  const book = await bookById(home.db.read, id)
  for (const path of await namesIn(note)) {
    if (!book || path === book.file.path || (await isPathTaken(home.db.read, path))) continue
    const whole = filePath(home, { file: { ...book.file, path } })
    const isWhole = await isFileOf(book, filePath(home, book))
    if (book.deletedAt !== null || !isWhole || !(await isFileOf(book, whole))) continue
    await removeFile(whole)
    await pruneFolders(dirname(whole), home.config.library)
  }
  await removeFile(note)
}

async function namesIn(note: string): Promise<string[]> {
  try {
    return Note.parse(JSON.parse(await readFile(note, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return []
    throw error
  }
}
