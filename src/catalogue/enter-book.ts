import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { uuid5 } from '../uuid.ts'
import type { Book } from './book.ts'
import { bookByContent } from './catalogue.store.ts'
import { insertBook, restoreBook } from './change-book.store.ts'
import { storeOriginal } from './cover-original.ts'
import { readEpub } from './epub/read-epub.ts'
import { isThere } from './durable.ts'
import { filePath, placeFile, trashPath, untrashFile } from './files.ts'
import { freePath } from './free-path.ts'
import { discard } from './staging.ts'
import type { Staged } from './staging.ts'

/** What an import came to: a new book, one that was there, or a deleted one that is back as itself. */
export type ImportResult = { outcome: 'added' | 'known' | 'restored'; book: Book }

/** The namespace of the ids of books. It never changes: a library that is lost and imported anew has the same ids. */
export const BOOK_NAMESPACE = '4f0ec4a3-64a4-4d22-9d5c-31bd6b1f0e57'

/** The id of the book whose first bytes have this SHA-256 (hexadecimal). */
export function bookId(hash: string): string {
  return uuid5(BOOK_NAMESPACE, hash)
}

/**
 * Enters a staged copy into the catalogue, as one transaction; its file is placed afterwards by `settleBook`. Bytes that
 * are known are the book that they were. Throws a Problem that says why the file is refused.
 */
export async function enterBook(home: Home, staged: Staged): Promise<ImportResult> {
  const known = await bookByContent(home.db.read, staged.hash)
  if (known?.deletedAt === null) return { outcome: 'known', book: known }
  if (known) return home.db.transact((tx) => reclaim(tx, known, home.now()))

  const { cover, ...publication } = await readEpub(staged.bytes ?? staged.path, staged.origin.name)
  const book: Book = {
    ...publication,
    id: bookId(staged.hash),
    cover: cover && { ...(await storeOriginal(home, cover)), crop: null },
    metaRev: 1,
    fileRev: 1,
    file: { hash: staged.hash, size: staged.size, path: '' },
    artifact: null,
    uploader: staged.origin.uploader,
    addedAt: home.now(),
    deletedAt: null,
  }
  return home.db.transact(async (tx) => {
    // Another import of the same bytes may have been faster.
    const faster = await bookByContent(tx, staged.hash)
    if (faster) return reclaim(tx, faster, home.now())
    book.file.path = await freePath(tx, book)
    await insertBook(tx, book)
    return { outcome: 'added', book }
  })
}

/** Places the file of a book that was entered, if it is missing, and removes the staged copy. Can be repeated. */
export async function settleBook(
  home: Home,
  staged: Staged,
  { outcome, book }: ImportResult,
): Promise<ImportResult> {
  let placed = book
  if (outcome === 'added') placed = await placeFile(home, book, staged.path)
  else if (!(await isThere(filePath(home, book)))) {
    if (await isThere(trashPath(home, book.id))) placed = await untrashFile(home, book)
    else if (staged.hash === book.file.hash) placed = await placeFile(home, book, staged.path)
    else home.log.warn({ book: book.id }, 'the file of a book is missing')
  }
  await discard(staged)
  return { outcome, book: placed }
}

async function reclaim(tx: Tx, book: Book, now: number): Promise<ImportResult> {
  const restored = await restoreBook(tx, book.id, now)
  return { outcome: restored ? 'restored' : 'known', book: { ...book, deletedAt: null } }
}
