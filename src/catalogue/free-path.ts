import type { Db } from '../db/schema.ts'
import { authorsOf } from './book.ts'
import type { Book } from './book.ts'
import { isPathTaken } from './catalogue.store.ts'
import { libraryPath, numbered } from './file-name.ts'

/**
 * A path below library/, with forward slashes, that no other book has: author and title, numbered where that is taken.
 * Paths in `avoid` are taken by files that are no books. To be asked inside the transaction that uses the path.
 */
export async function freePath(
  db: Db,
  book: Pick<Book, 'contributors' | 'title' | 'format'> & { file: { hash: string } },
  avoid: ReadonlySet<string> = new Set(),
): Promise<string> {
  const { folder, name } = libraryPath({ authors: authorsOf(book), title: book.title })
  const ending = book.format === 'kepub' ? '.kepub.epub' : '.epub'
  for (let n = 1; ; n += 1) {
    // Many books may share a name: beyond a few, a number out of the content is free at once.
    const number = n <= COUNTED ? n : Number.parseInt(book.file.hash.slice(0, 8), 16) + n
    const path = `${folder}/${numbered(name, number)}${ending}`
    if (!avoid.has(path) && !(await isPathTaken(db, path))) return path
  }
}

const COUNTED = 20
