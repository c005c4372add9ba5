import sharp from 'sharp'

/** The colours of a quartered picture: above on the left and right, below on the left and right. */
export const QUARTERS = ['#c02020', '#20a020', '#2020c0', '#e0e020'] as const

/** A picture, 600 by 800 or as told, of which each quarter has its colour: what is left of it can be told from its colours. */
export async function quarteredPicture({ width = 600, height = 800 } = {}): Promise<Buffer> {
  const [x, y] = [Math.round(width / 2), Math.round(height / 2)]
  const parts = QUARTERS.map((background, index) => ({
    input: { create: { width: x, height: y, channels: 3 as const, background } },
    left: index % 2 === 0 ? 0 : width - x,
    top: index < 2 ? 0 : height - y,
  }))
  const white = { width, height, channels: 3 as const, background: '#ffffff' }
  return sharp({ create: white }).composite(parts).png().toBuffer()
}

/** Of an image its size, and which quarter is seen at its upper left and its lower right (`QUARTERS`). */
export async function quartersIn(
  image: Buffer,
): Promise<{ width: number; height: number; first: number; last: number }> {
  const { data, info } = await sharp(image)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const at = (index: number) => nearest([...data.subarray(index, index + 3)])
  // One pixel from the edge: an edge that is scaled may be mixed.
  const first = at((width + 1) * channels)
  return { width, height, first, last: at(((height - 2) * width + width - 2) * channels) }
}

function nearest(color: number[]): number {
  const distances = QUARTERS.map((quarter) =>
    [1, 3, 5].reduce((sum, from, index) => {
      const wanted = Number.parseInt(quarter.slice(from, from + 2), 16)
      return sum + (wanted - (color[index] ?? 0)) ** 2
    }, 0),
  )
  return distances.indexOf(Math.min(...distances))
}
