import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import type { Home } from '../home.ts'
import { authorsOf } from './book.ts'
import type { Book } from './book.ts'
import { hasCode, sizeOf, writeWhole } from './durable.ts'
import { COVER_PIXEL_LIMIT } from './epub/cover.ts'
import { originalPath, recoverOriginal, sizeOfImage } from './cover-original.ts'
import { coverVersion, pixelsOf } from './crop.ts'
import { openGate } from './gate.ts'
import { placeholderKey, placeholderSvg } from './placeholder.ts'

// Every image is drawn once and kept on the disk: to keep it in memory too gains nothing.
sharp.cache(false)

/** A cover as a JPEG file: its absolute path and its size in bytes. */
export type CoverImage = { path: string; size: number }

/** The most sizes of one cover that are kept; the one made longest ago goes first. */
export const SIZES_KEPT = 24

/**
 * A book's cover as a JPEG that fits into `box` (pixels, clamped to 1…3000), keeping its proportions and never larger than
 * the part of the picture that it shows; grey has one channel. It is made once and kept. A book without a cover, or with one that is broken, gets a
 * plain one with its title and authors.
 */
export async function coverImage(
  home: Pick<Home, 'config' | 'random'>,
  book: Book,
  box: { width: number; height: number },
  grey: boolean,
): Promise<CoverImage | undefined> {
  const width = side(box.width)
  const height = side(box.height)
  const name = `${width}x${height}${grey ? '-grey' : ''}.jpg`
  if (book.cover) {
    const original = originalPath(home, book.cover.hash)
    const { crop } = book.cover
    const path = join(home.config.covers, coverVersion(book.cover), name)
    const draw = async () => {
      const image = sharp(original, { limitInputPixels: COVER_PIXEL_LIMIT }).autoOrient()
      const size = crop && (await sizeOfImage(original))
      if (size === undefined) return undefined
      const shown = crop && size ? image.extract(pixelsOf(crop, size)) : image
      const fitted = shown.resize({ width, height, fit: 'inside', withoutEnlargement: true })
      return keep(home, path, fitted, grey)
    }
    const kept = await once(
      path,
      async () => (await draw()) ?? ((await recoverOriginal(home, book)) ? draw() : undefined),
    )
    if (kept) return kept
  }
  const words = { title: book.title, authors: authorsOf(book) }
  const path = join(home.config.covers, placeholderKey(words), name)
  return once(path, () => {
    const image = sharp(Buffer.from(placeholderSvg(words)), { density: PLACEHOLDER_DENSITY })
    return keep(home, path, image.resize({ width, height, fit: 'inside' }), grey)
  })
}

/** Twice the size at which the placeholder is drawn, so that large devices get sharp letters. */
const PLACEHOLDER_DENSITY = 144

function side(pixels: number): number {
  return Math.max(1, Math.min(3000, Math.round(pixels) || 1))
}

/** The images that are being made, by path: what is asked twice at once is made once. */
const making = new Map<string, Promise<CoverImage | undefined>>()

async function once(
  path: string,
  make: () => Promise<CoverImage | undefined>,
): Promise<CoverImage | undefined> {
  const size = await sizeOf(path)
  if (size !== undefined) return { path, size }
  const begun = making.get(path)
  if (begun) return begun
  const made = make().finally(() => making.delete(path))
  making.set(path, made)
  return made
}

/** An image at the limits takes hundreds of megabytes while it is drawn: few at once. */
const gate = openGate(2)

/** An image that takes longer counts as broken, in seconds. */
const DRAWING_TIME = 20

/** Writes the image at `path`; undefined when the original cannot be decoded. */
async function keep(
  home: Pick<Home, 'random'>,
  path: string,
  image: Sharp,
  grey: boolean,
): Promise<CoverImage | undefined> {
  const flat = image.flatten({ background: '#ffffff' })
  const toned = grey ? flat.grayscale().toColourspace('b-w') : flat
  let bytes: Buffer
  try {
    bytes = await gate(() =>
      toned.jpeg({ quality: 80 }).timeout({ seconds: DRAWING_TIME }).toBuffer(),
    )
  } catch (error) {
    // sharp says with plain errors that an image is broken.
    if (error instanceof Error && !hasCode(error, 'ENOMEM')) return undefined
    throw error
  }
  await writeWhole(path, `${path}.${home.random(6).toString('hex')}.part`, bytes)
  await dropOldest(dirname(path))
  return { path, size: bytes.length }
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= SIZES_KEPT) return
  const ages = await Promise.all(
    names.map(async (name) => ({ name, at: await madeAt(join(folder, name)) })),
  )
  ages.sort((one, other) => one.at - other.at)
  for (const { name } of ages.slice(0, names.length - SIZES_KEPT))
    await rm(join(folder, name), { force: true })
}

async function madeAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}
