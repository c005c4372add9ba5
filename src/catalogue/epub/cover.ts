import { fileTypeFromBuffer } from 'file-type'
import sharp from 'sharp'
import type { Metadata } from 'sharp'
import { Problem } from '../../problem.ts'
import { archivePath } from './archive-path.ts'
import { COVER_LIMIT } from './archive.ts'
import type { Archive } from './archive.ts'
import type { CoverCandidate } from './cover-candidates.ts'
import { decodeXml, readXml } from './read-xml.ts'

/** A cover as the book has it; width and height are in pixels, as seen when the image's orientation is followed. */
export type Cover = {
  bytes: Buffer
  mediaType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp'
  width: number
  height: number
}

/** The most pixels a cover may have. */
export const COVER_PIXEL_LIMIT = 100_000_000
/** The most bytes of pixels that a cover may need in memory at once, where it cannot be read line by line. */
export const COVER_HELD_LIMIT = 150_000_000
/** A first page may start with a printer's mark: a guessed cover is at least this wide and high, in pixels. */
export const GUESSED_COVER_SIDE = 200

const COVER_PAGE_LIMIT = 2_000_000

// No image is read twice in a row, so that what sharp keeps of them would only take memory.
sharp.cache(false)

/** The first candidate that is a sound image; null when none is. A faulty cover never fails the book. */
export async function readCover(
  archive: Archive,
  candidates: CoverCandidate[],
): Promise<Cover | null> {
  for (const candidate of candidates) {
    const cover = await readCandidate(archive, candidate)
    if (cover === null) continue
    const isSmall = cover.width < GUESSED_COVER_SIDE || cover.height < GUESSED_COVER_SIDE
    if (!candidate.guessed || !isSmall) return cover
  }
  return null
}

/** The image in `bytes` when it is a JPEG, PNG, GIF or WebP within the limits, otherwise null. */
export async function checkCover(bytes: Buffer): Promise<Cover | null> {
  if (bytes.length > COVER_LIMIT) return null
  try {
    const type = await fileTypeFromBuffer(bytes)
    const mediaType = MEDIA_TYPES.find((known) => known === type?.mime)
    if (mediaType === undefined) return null
    const image = sharp(bytes, { limitInputPixels: COVER_PIXEL_LIMIT })
    const about = await image.metadata()
    const { width, height } = about.autoOrient
    if (mediaType !== `image/${about.format}` || width * height > COVER_PIXEL_LIMIT) return null
    if (heldBytes(about) > COVER_HELD_LIMIT) return null
    return { bytes, mediaType, width, height }
  } catch (error) {
    // Both libraries say with plain errors that the bytes are no image they can read.
    if (error instanceof Error) return null
    throw error
  }
}

/** What is held at once to decode an image: WebP, GIF, interlaced and turned images are never read line by line. */
function heldBytes({
  format,
  width,
  height,
  channels,
  depth,
  isProgressive,
  orientation,
}: Metadata) {
  const pixels = width * height
  if (format === 'webp' || format === 'gif') return pixels * 4
  if (!isProgressive && (orientation ?? 1) === 1) return 0
  // The coefficients of a progressive JPEG take two bytes.
  const isWide = depth === 'ushort' || format === 'jpeg'
  return pixels * channels * (isWide ? 2 : 1)
}

const MEDIA_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

async function readCandidate(archive: Archive, candidate: CoverCandidate): Promise<Cover | null> {
  try {
    const path =
      candidate.kind === 'image' ? candidate.path : await imageOfPage(archive, candidate.path)
    const bytes = path === undefined ? undefined : await archive.read(path, COVER_LIMIT)
    return bytes === undefined ? null : await checkCover(bytes)
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

async function imageOfPage(archive: Archive, page: string): Promise<string | undefined> {
  const bytes = await archive.read(page, COVER_PAGE_LIMIT)
  return bytes === undefined ? undefined : firstImage(decodeXml(bytes), page)
}

/** The entry that the first `img` of XHTML, or `image` of SVG, in a page points to. */
export function firstImage(xhtml: string, page: string): string | undefined {
  let found: string | undefined
  readXml(xhtml, {
    open({ name, attributes }) {
      if (name !== 'img' && name !== 'image') return undefined
      found = archivePath(page, attributes.get(name === 'img' ? 'src' : 'href') ?? '')
      return found === undefined ? undefined : 'stop'
    },
  })
  return found
}
