import sharp from 'sharp'
import { COVER_PIXEL_LIMIT, checkCover } from './epub/cover.ts'

/** Covers of books are about two to three; what is wider or narrower than these (width by height) is cut at its edges. */
const NARROWEST = 0.55
const WIDEST = 0.85

/**
 * The image in `bytes` as a cover: cut in its middle to the shape of a book where it has another one. Bytes that are no image of ours
 * are given back as they are: whoever keeps covers refuses them.
 */
export async function croppedCover(bytes: Buffer): Promise<Buffer> {
  const cover = await checkCover(bytes)
  if (!cover) return bytes
  const { width, height } = cover
  const shape = width / height
  if (shape >= NARROWEST && shape <= WIDEST) return bytes
  const box =
    shape > WIDEST
      ? { width: Math.max(1, Math.round(height * WIDEST)), height }
      : { width, height: Math.max(1, Math.round(width / NARROWEST)) }
  return sharp(bytes, { limitInputPixels: COVER_PIXEL_LIMIT })
    .autoOrient()
    .resize({ ...box, fit: 'cover' })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 90 })
    .toBuffer()
}
