import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { checkCover, firstImage } from './cover.ts'

function picture(): Sharp {
  return sharp({ create: { width: 30, height: 40, channels: 3, background: 'navy' } })
}

test.each(['jpeg', 'png', 'gif', 'webp'] as const)('a %s may be a cover', async (format) => {
  const bytes = await picture().toFormat(format).toBuffer()
  expect(await checkCover(bytes)).toEqual({
    bytes,
    mediaType: `image/${format}`,
    width: 30,
    height: 40,
  })
})

test('the size of a turned photograph is the one that is seen', async () => {
  const bytes = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer()
  expect(await checkCover(bytes)).toMatchObject({ width: 40, height: 30 })
})

test('what is no picture, or one of another kind, is no cover', async () => {
  const png = await picture().png().toBuffer()
  const vast = Buffer.from(png)
  vast.writeUInt32BE(200_000, 16)
  vast.writeUInt32BE(200_000, 20)
  expect(await checkCover(Buffer.alloc(0))).toBeNull()
  expect(await checkCover(Buffer.from('<html></html>'))).toBeNull()
  expect(await checkCover(await picture().tiff().toBuffer())).toBeNull()
  expect(await checkCover(png.subarray(0, 20))).toBeNull()
  expect(await checkCover(vast)).toBeNull()
})

test.each([
  ['<html><body><br/><img alt="x" src="../i/a%20b.jpg"/></body></html>', 'i/a%20b.jpg'],
  ['<html><body><p>&nbsp;<br><img src="a.jpg"></body>', 'text/a.jpg'],
  [
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="a.png"/></svg>',
    'text/a.png',
  ],
  ['<html><img src="https://example.org/a.jpg"/><img src="b.jpg"/></html>', 'text/b.jpg'],
  ['<html><img src="../../../a.jpg"/></html>', undefined],
  ['<html><p>Text</p></html>', undefined],
])('the first image of %s is %s', (xhtml, path) => {
  expect(firstImage(xhtml, 'text/cover.xhtml')).toBe(path)
})
