import type { Selectable } from 'kysely'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Schema } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { toBook } from './book-row.ts'
import type { BookParts } from './book-row.ts'
import { pathKey } from './file-name.ts'

/** The book with this id, also a deleted one. */
export async function bookById(db: Db, id: string): Promise<Book | undefined> {
  return (await booksByIds(db, [id])).get(id)
}

/** The book that these bytes (SHA-256, hexadecimal) are or were a file of, also a deleted one. */
export async function bookByContent(db: Db, hash: string): Promise<Book | undefined> {
  const known = await db
    .selectFrom('book_content')
    .select('book')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return known && bookById(db, known.book)
}

/** The books with these ids, also deleted ones; four queries for some hundreds of ids. */
export async function booksByIds(db: Db, ids: string[]): Promise<Map<string, Book>> {
  const found = new Map<string, Book>()
  for (const some of inChunks(ids)) {
    const rows = await db.selectFrom('book').selectAll().where('id', 'in', some).execute()
    for (const book of await withParts(db, rows)) found.set(book.id, book)
  }
  return found
}

/** The books that are not deleted, newest first, at most `limit`; `next` asks for those after them. */
export async function listBooks(
  db: Db,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ books: Book[]; next: string | null }> {
  let query = db.selectFrom('book').selectAll().where('deleted_at', 'is', null)
  if (after !== undefined) {
    const { at, id } = readPlace(after)
    query = query
      .where('added_at', '<=', at)
      .where((where) => where.or([where('added_at', '<', at), where('id', '>', id)]))
  }
  const rows = await query
    .orderBy('added_at', 'desc')
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    books: await withParts(db, shown),
    next: rows.length > limit && last ? `${last.added_at}:${last.id}` : null,
  }
}

/** Ids of the deleted books, at most `limit`, in the order of their ids after `after`. */
export async function deletedBooks(db: Db, limit: number, after = ''): Promise<string[]> {
  const rows = await db
    .selectFrom('book')
    .select('id')
    .where('deleted_at', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Whether a book, deleted or not, has this path below library/ or one that a disk may take for it. */
export async function isPathTaken(db: Db, path: string): Promise<boolean> {
  const row = await db
    .selectFrom('book')
    .select('no')
    .where('path_key', '=', pathKey(path))
    .executeTakeFirst()
  return row !== undefined
}

/** The books of these rows, in their order. */
async function withParts(db: Db, rows: Selectable<Schema['book']>[]): Promise<Book[]> {
  const parts = new Map<string, BookParts>()
  for (const { id } of rows) parts.set(id, { contributors: [], identifiers: [], subjects: [] })
  const ids = [...parts.keys()]
  if (ids.length === 0) return []
  const contributors = await db
    .selectFrom('contributor')
    .selectAll()
    .where('book', 'in', ids)
    .orderBy('ordinal')
    .execute()
  for (const { book, name, sort_name, role } of contributors)
    parts.get(book)?.contributors.push({ name, sortName: sort_name, role })
  const identifiers = await db
    .selectFrom('identifier')
    .selectAll()
    .where('book', 'in', ids)
    .orderBy('ordinal')
    .execute()
  for (const { book, scheme, value } of identifiers)
    parts.get(book)?.identifiers.push({ scheme, value })
  const subjects = await db
    .selectFrom('subject')
    .selectAll()
    .where('book', 'in', ids)
    .orderBy('ordinal')
    .execute()
  for (const { book, name } of subjects) parts.get(book)?.subjects.push(name)
  return rows.flatMap((row) => {
    const its = parts.get(row.id)
    return its ? [toBook(row, its)] : []
  })
}

function readPlace(text: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15}):([\w-]{1,64})$/.exec(text) ?? []
  if (at === undefined || id === undefined)
    throw new Problem('invalid', 'That is not a place in this list.')
  return { at: Number(at), id }
}
