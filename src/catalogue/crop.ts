import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../problem.ts'
import { LEAST_LEFT, NO_EDGES, type Edges } from './crop-edges.ts'

/** A crop as the database keeps it, and the API. */
export const KeptCrop = z.object({
  left: z.number(),
  top: z.number(),
  width: z.number(),
  height: z.number(),
})

/** The part of a picture that a cover shows, in fractions of the picture's width and height as it is seen. */
export type Crop = z.infer<typeof KeptCrop>

/** Width and height of a picture; in pixels where nothing else is said. */
export type Size = { width: number; height: number }

/** Crops are kept in ten-thousandths, so that the same one is always the same. */
const PARTS = 10_000

/**
 * The crop that is kept for this rectangle, null for the whole picture. Throws `Problem('invalid')` for one that reaches out of the
 * picture, or leaves less than `LEAST_LEFT` percent of a side.
 */
export function toCrop({ left, top, width, height }: Crop): Crop | null {
  return cropOf(partsOf(left), partsOf(top), partsOf(left + width), partsOf(top + height))
}

/** The crop that cuts off so much; null where that is nothing. Throws as `toCrop` does. */
export function cropOfEdges({ left, top, right, bottom }: Edges): Crop | null {
  return cropOf(
    partsOf(left / 100),
    partsOf(top / 100),
    PARTS - partsOf(right / 100),
    PARTS - partsOf(bottom / 100),
  )
}

/** How much a crop cuts off at each side. */
export function edgesOf(crop: Crop | null): Edges {
  if (crop === null) return NO_EDGES
  const { left, top, width, height } = crop
  return {
    left: partsOf(left) / 100,
    top: partsOf(top) / 100,
    right: (PARTS - partsOf(left + width)) / 100,
    bottom: (PARTS - partsOf(top + height)) / 100,
  }
}

/** The pixels of a crop in a picture of this size, one at least. */
export function pixelsOf(crop: Crop, size: Size): Crop {
  const [left, width] = pixels(crop.left, crop.width, size.width)
  const [top, height] = pixels(crop.top, crop.height, size.height)
  return { left, top, width, height }
}

/** The largest crop of this shape (width by height) from the middle of a picture; null where the picture has it. */
export function cropToShape(shape: number, { width, height }: Size): Crop | null {
  const part = (shape * height) / width
  // A picture that is a line has no such part.
  if (part < LEAST_LEFT / 100 || 1 / part < LEAST_LEFT / 100) return null
  return part < 1
    ? toCrop({ left: (1 - part) / 2, top: 0, width: part, height: 1 })
    : toCrop({ left: 0, top: (1 - 1 / part) / 2, width: 1, height: 1 / part })
}

/** Covers of books are about two to three; a picture that is wider or narrower than these (width by height) is cropped. */
const NARROWEST = 0.55
const WIDEST = 0.85

/** The crop with which a picture begins as a cover: its middle, where it has another shape than books have. */
export function firstCrop(size: Size): Crop | null {
  const shape = size.width / size.height
  if (shape >= NARROWEST && shape <= WIDEST) return null
  return cropToShape(shape > WIDEST ? WIDEST : NARROWEST, size)
}

/** What tells a cover from every other, also from another crop of its picture: 64 hexadecimal digits. */
export function coverVersion({ hash, crop }: { hash: string; crop: Crop | null }): string {
  if (crop === null) return hash
  const { left, top, width, height } = crop
  return createHash('sha256').update([hash, left, top, width, height].join(' ')).digest('hex')
}

function cropOf(left: number, top: number, right: number, bottom: number): Crop | null {
  // What is no number is neither.
  const isWithin = [left, top, right, bottom].every((each) => each >= 0 && each <= PARTS)
  const least = (PARTS * LEAST_LEFT) / 100
  if (!isWithin) throw new Problem('invalid', 'A crop must lie within the picture.')
  if (!(right - left >= least && bottom - top >= least))
    throw new Problem(
      'invalid',
      `A crop must leave at least ${LEAST_LEFT} % of the picture’s width and of its height.`,
    )
  if (left === 0 && top === 0 && right === PARTS && bottom === PARTS) return null
  return {
    left: left / PARTS,
    top: top / PARTS,
    width: (right - left) / PARTS,
    height: (bottom - top) / PARTS,
  }
}

function partsOf(fraction: number): number {
  return Math.round(fraction * PARTS)
}

function pixels(from: number, part: number, all: number): [from: number, count: number] {
  const start = Math.min(all - 1, Math.round(from * all))
  return [start, Math.max(1, Math.min(all - start, Math.round((from + part) * all) - start))]
}
