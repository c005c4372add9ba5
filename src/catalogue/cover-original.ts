import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import { replaceCover } from './change-book.store.ts'
import { firstCrop, type Size } from './crop.ts'
import { flushFile, hasCode, removeFile, sizeOf, writeWhole } from './durable.ts'
import { COVER_PIXEL_LIMIT, checkCover } from './epub/cover.ts'
import { readEpub } from './epub/read-epub.ts'
import { filePath } from './files.ts'
import { isAnothers } from './is-anothers.ts'

/** Where the bytes of a cover lie as they came. */
export function originalPath(home: Pick<Home, 'config'>, hash: string): string {
  return join(originals(home), hash)
}

function originals(home: Pick<Home, 'config'>): string {
  return join(home.config.covers, 'original')
}

/** Keeps a cover's bytes as they are, named by their SHA-256. Bytes that are there already are not written again. */
export async function storeOriginal(
  home: Pick<Home, 'config' | 'random'>,
  cover: { bytes: Buffer; mediaType: string },
): Promise<{ hash: string; type: string }> {
  const hash = createHash('sha256').update(cover.bytes).digest('hex')
  const path = originalPath(home, hash)
  if ((await sizeOf(path)) !== cover.bytes.length)
    await writeWhole(
      path,
      `${path}.${process.pid}-${home.random(6).toString('hex')}.part`,
      cover.bytes,
    )
  return { hash, type: cover.mediaType }
}

/** The size of the image at `path` as it is seen; undefined where there is none that can be read. */
export async function sizeOfImage(path: string): Promise<Size | undefined> {
  try {
    const image = sharp(path, { limitInputPixels: COVER_PIXEL_LIMIT })
    const { width, height } = (await image.metadata()).autoOrient
    return { width, height }
  } catch (error) {
    // sharp says with plain errors that an image is missing or broken.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** Removes what processes that ended have left of covers. Call at start only. */
export async function removeCoverParts(home: Pick<Home, 'config'>): Promise<void> {
  const folder = originals(home)
  for (const name of await namesIn(folder)) {
    const pid = /^[0-9a-f]{64}\.(\d{1,10})-[0-9a-f]{12}\.part$/.exec(name)?.[1]
    const path = join(folder, name)
    if (pid !== undefined && !(await isAnothers(Number(pid), path))) await removeFile(path)
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * Takes a cover that a loss of power has lost out of the book's file once more. Answers whether it is there again. This is
 * why covers need no flush when they are imported.
 */
export async function recoverOriginal(
  home: Pick<Home, 'config' | 'random'>,
  book: Book,
): Promise<boolean> {
  try {
    const { cover } = await readEpub(filePath(home, book), book.title)
    return cover !== null && (await storeOriginal(home, cover)).hash === book.cover?.hash
  } catch (error) {
    if (error instanceof Problem || hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/**
 * Gives a book the picture in `bytes` as its cover, or none for null. The picture is kept as it is; of one that has another shape than
 * books have, the cover shows the middle if it is `fitted`, and otherwise all. Throws `Problem('invalid')` for anything but a JPEG,
 * PNG, GIF or WebP within the limits, `Problem('not_found')` without such a book.
 */
export async function changeCover(
  home: Home,
  id: string,
  bytes: Buffer | null,
  { fitted = false } = {},
): Promise<Book> {
  const cover = bytes === null ? null : await checkCover(bytes)
  if (bytes !== null && cover === null)
    throw new Problem('invalid', 'A cover must be a JPEG, PNG, GIF or WebP image.')
  const kept = cover && {
    ...(await storeOriginal(home, cover)),
    crop: fitted ? firstCrop(cover) : null,
  }
  // Unlike a cover out of a book, this one is nowhere else.
  if (kept) await flushFile(originalPath(home, kept.hash))
  const book = await home.db.transact((tx) => replaceCover(tx, id, kept, home.now()))
  if (!book) throw new Problem('not_found', 'There is no such book.')
  return book
}
