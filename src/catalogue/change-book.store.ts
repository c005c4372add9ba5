import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { coverColumns, describedColumns } from './book-row.ts'
import { displaysDifferently, withChanges } from './change.ts'
import type { BookChanges } from './change.ts'
import { pathKey } from './file-name.ts'
import { indexBook, reindexBook } from './search-index.store.ts'
import { bookById } from './catalogue.store.ts'

/** Adds a book with all its parts and makes it findable. Its path must be free and its content unknown. */
export async function insertBook(tx: Tx, book: Book): Promise<void> {
  const { no } = await tx
    .insertInto('book')
    .values({
      id: book.id,
      ...describedColumns(book),
      layout: book.layout,
      format: book.format,
      ...coverColumns(book.cover),
      meta_rev: book.metaRev,
      file_rev: book.fileRev,
      file_hash: book.file.hash,
      file_size: book.file.size,
      path: book.file.path,
      path_key: pathKey(book.file.path),
      uploader: book.uploader,
      added_at: book.addedAt,
      changed_at: book.addedAt,
    })
    .returning('no')
    .executeTakeFirstOrThrow()
  await tx.insertInto('book_content').values({ hash: book.file.hash, book: book.id }).execute()
  await insertContributors(tx, book)
  await insertSubjects(tx, book)
  if (book.identifiers.length > 0)
    await tx
      .insertInto('identifier')
      .values(book.identifiers.map((each, ordinal) => ({ book: book.id, ordinal, ...each })))
      .execute()
  await indexBook(tx, no, book)
}

/**
 * Changes what a book says of itself. `meta_rev` rises when a device would display it differently; saying the same again
 * changes nothing. Answers the book as it is now; undefined when there is none. Throws `Problem('invalid')` for an empty title.
 */
export async function changeBook(
  tx: Tx,
  id: string,
  changes: BookChanges,
  now: number,
): Promise<Book | undefined> {
  const before = await bookById(tx, id)
  if (!before) return undefined
  const after = withChanges(before, changes)
  if (after.title.trim() === '') throw new Problem('invalid', 'A book needs a title.')
  const subjectsChanged = after.subjects.join('\n') !== before.subjects.join('\n')
  const displayChanged = displaysDifferently(before, after)
  if (!displayChanged && !subjectsChanged) return before
  after.metaRev += displayChanged ? 1 : 0
  const { no } = await tx
    .updateTable('book')
    .set({ ...describedColumns(after), meta_rev: after.metaRev, changed_at: now })
    .where('id', '=', id)
    .returning('no')
    .executeTakeFirstOrThrow()
  await tx.deleteFrom('contributor').where('book', '=', id).execute()
  await insertContributors(tx, after)
  await tx.deleteFrom('subject').where('book', '=', id).execute()
  await insertSubjects(tx, after)
  await reindexBook(tx, no, after)
  return after
}

/** Gives a book another cover or another crop of it, or none. `meta_rev` rises when it is really another. Answers the book as it is now. */
export async function replaceCover(
  tx: Tx,
  id: string,
  cover: Book['cover'],
  now: number,
): Promise<Book | undefined> {
  const before = await bookById(tx, id)
  if (!before || isSameCover(before.cover, cover)) return before
  const metaRev = before.metaRev + 1
  await tx
    .updateTable('book')
    .set({
      ...coverColumns(cover),
      meta_rev: metaRev,
      changed_at: now,
    })
    .where('id', '=', id)
    .execute()
  return { ...before, cover, metaRev }
}

function isSameCover(one: Book['cover'], other: Book['cover']): boolean {
  return one?.hash === other?.hash && isDeepStrictEqual(one?.crop, other?.crop)
}

/** Gives a book's file another path below library/; the path must be free. */
export async function moveBook(tx: Tx, id: string, path: string): Promise<void> {
  await tx
    .updateTable('book')
    .set({ path, path_key: pathKey(path) })
    .where('id', '=', id)
    .execute()
}

/** Deletes a book: its id and its contents stay known. Answers whether it was there. */
export async function deleteBook(tx: Tx, id: string, now: number): Promise<boolean> {
  const deleted = await tx
    .updateTable('book')
    .set({ deleted_at: now, changed_at: now })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return deleted.numUpdatedRows > 0n
}

/**
 * Forgets that there was such a book, which nobody can have seen yet. Answers false, and does nothing, when somebody has put it on
 * a shelf all the same.
 */
export async function forgetBook(tx: Tx, id: string): Promise<boolean> {
  const book = await tx.selectFrom('book').select('no').where('id', '=', id).executeTakeFirst()
  const shelved = await tx
    .selectFrom('shelf_book')
    .select('book')
    .where('book', '=', id)
    .limit(1)
    .execute()
  if (!book || shelved.length > 0) return false
  await tx.deleteFrom('book_search').where('rowid', '=', book.no).execute()
  for (const part of ['book_content', 'contributor', 'identifier', 'subject'] as const)
    await tx.deleteFrom(part).where('book', '=', id).execute()
  await tx.deleteFrom('book').where('id', '=', id).execute()
  return true
}

/** Brings a deleted book back as it was. Answers whether it was deleted. */
export async function restoreBook(tx: Tx, id: string, now: number): Promise<boolean> {
  const restored = await tx
    .updateTable('book')
    .set({ deleted_at: null, changed_at: now })
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst()
  return restored.numUpdatedRows > 0n
}

async function insertContributors(tx: Tx, { id, contributors }: Book): Promise<void> {
  if (contributors.length === 0) return
  await tx
    .insertInto('contributor')
    .values(
      contributors.map(({ name, sortName, role }, ordinal) => ({
        book: id,
        ordinal,
        name,
        sort_name: sortName,
        role,
      })),
    )
    .execute()
}

async function insertSubjects(tx: Tx, { id, subjects }: Book): Promise<void> {
  if (subjects.length === 0) return
  await tx
    .insertInto('subject')
    .values(subjects.map((name, ordinal) => ({ book: id, ordinal, name })))
    .execute()
}
