import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { bookById } from './catalogue.store.ts'
import { replaceCover } from './change-book.store.ts'
import { originalPath, recoverOriginal, sizeOfImage } from './cover-original.ts'
import { toCrop, type Crop, type Size } from './crop.ts'

/** Of a book whose cover is a picture. */
export type Pictured = Book & { cover: NonNullable<Book['cover']> }

/** The book, if its cover is a picture. Throws `Problem('conflict')` for one whose cover is of type alone. */
export function pictured(book: Book): Pictured {
  const { cover } = book
  if (cover !== null) return { ...book, cover }
  throw new Problem(
    'conflict',
    'This book has no picture as its cover, so that there is nothing to crop. Give it one first.',
  )
}

/** How large the whole picture of a cover is, as it is seen. Throws `Problem('conflict')` for one that is lost or cannot be read. */
export async function pictureSize(
  home: Pick<Home, 'config' | 'random'>,
  book: Pictured,
): Promise<Size> {
  const path = originalPath(home, book.cover.hash)
  const size =
    (await sizeOfImage(path)) ??
    ((await recoverOriginal(home, book)) ? await sizeOfImage(path) : undefined)
  if (size) return size
  throw new Problem(
    'conflict',
    'The picture of this cover cannot be read any more. Give the book another one.',
  )
}

/**
 * Lets a book's cover show this part of its picture, or all of it for null; the picture stays as it is. `picture` is the beginning of
 * the hash of the picture that was meant. Answers the book as it is now. Throws `Problem`: `invalid` as `toCrop` does, `conflict` where
 * the cover is no picture or meanwhile another one, `not_found` without such a book.
 */
export async function cropCover(
  home: Home,
  id: string,
  asked: Crop | null,
  picture = '',
): Promise<Book> {
  const crop = asked && toCrop(asked)
  return home.db.transact(async (tx) => {
    const book = await bookById(tx, id)
    if (!book) throw new Problem('not_found', 'There is no such book.')
    const { cover } = pictured(book)
    if (!cover.hash.startsWith(picture))
      throw new Problem(
        'conflict',
        'The cover was replaced meanwhile. Look at the new picture, and crop that.',
      )
    return (await replaceCover(tx, id, { ...cover, crop }, home.now())) ?? book
  })
}
