import { crc32, deflateSync } from 'node:zlib'
import { makeCover } from '../support/make-epub.ts'
import { taken } from './hostile-file.ts'
import type { HostileFile } from './hostile-file.ts'
import { bookWith, opf } from './small-book.ts'

/** Covers that are bombs, lies or rubbish: the book is good, and has a cover only where that can be drawn. */
export const COVERS: HostileFile[] = [
  without('a PNG that says it has 50,000 × 50,000 pixels', 'png', () => png({ side: 50_000 })),
  without('a PNG of no size', 'png', () => png({ side: 0 })),
  without('a PNG that says it has 2,147,483,647 pixels a side', 'png', () =>
    png({ side: 2_147_483_647 }),
  ),
  withCover('a PNG of 9,900 × 9,900 pixels in a few bytes', 'png', () => whole(9_900)),
  without('an interlaced PNG of 9,900 × 9,900 pixels in sixteen bits', 'png', () =>
    png({ side: 9_900, depth: 16, colour: 6, interlaced: true }),
  ),
  withCover('a PNG with remarks of 100 MB', 'png', () =>
    png({ side: 64, rows: Buffer.alloc(64 * 9), chunks: [bombChunk()] }),
  ),
  without('a JPEG that says it has 60,000 × 60,000 pixels', 'jpg', async () =>
    resized(await makeCover(), 60_000),
  ),
  withCover('a JPEG that says it has 9,000 × 9,000 pixels', 'jpg', async () =>
    resized(await makeCover(), 9_000),
  ),
  withCover('a JPEG that breaks off', 'jpg', async () => (await makeCover()).subarray(0, 1_000)),
  without('a JPEG of noise', 'jpg', () =>
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5_000, 7)]),
  ),
  without('a GIF of 65,535 × 65,535 pixels', 'gif', () => gif(65_535, 1)),
  withCover('a GIF of 20,000 frames', 'gif', () => gif(64, 20_000)),
  without('a GIF of 9,000 × 9,000 pixels, which is never read by lines', 'gif', () =>
    gif(9_000, 2),
  ),
  without('a WebP of 16,777,216 pixels a side', 'webp', () => webp()),
  without(
    'an SVG of a billion laughs',
    'svg',
    () =>
      `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(1_000)}">]><svg xmlns="http://www.w3.org/2000/svg">${'<text>&b;</text>'.repeat(1_000)}</svg>`,
  ),
  without(
    'an SVG that reaches outward',
    'svg',
    () =>
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file:///etc/passwd"/><image href="http://127.0.0.1:9/x.png"/></svg>',
  ),
  without('a page of 3 MB', 'svg', () => `<svg>${'<g/>'.repeat(800_000)}</svg>`),
  without('an image of 31 MB', 'png', () => Buffer.concat([whole(64), Buffer.alloc(31_000_000)])),
  without('no bytes at all', 'png', () => Buffer.alloc(0)),
  without('a TIFF called PNG', 'png', () =>
    Buffer.from('49492a0008000000'.padEnd(400, '0'), 'hex'),
  ),
]

type Make = () => Buffer | string | Promise<Buffer>

function without(what: string, ending: string, make: Make): HostileFile {
  return taken(`a cover: ${what}`, () => covered(ending, make), { cover: false })
}

function withCover(what: string, ending: string, make: Make): HostileFile {
  return taken(`a cover: ${what}`, () => covered(ending, make), { cover: true })
}

async function covered(ending: string, make: Make): Promise<Buffer> {
  const type = { jpg: 'image/jpeg', svg: 'image/svg+xml' }[ending] ?? `image/${ending}`
  const manifest = `<item id="i" href="i.${ending}" media-type="${type}" properties="cover-image"/>`
  return bookWith({ 'content.opf': opf({ manifest }), [`i.${ending}`]: await make() })
}

/** A PNG (ISO/IEC 15948); its rows are one bit a pixel and missing unless given. */
function png(wish: {
  side: number
  depth?: number
  colour?: number
  interlaced?: boolean
  rows?: Buffer
  chunks?: Buffer[]
}): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(wish.side, 0)
  head.writeUInt32BE(wish.side, 4)
  head[8] = wish.depth ?? 1
  head[9] = wish.colour ?? 0
  head[12] = wish.interlaced === true ? 1 : 0
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(wish.chunks ?? []),
    chunk('IDAT', deflateSync(wish.rows ?? Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function whole(side: number): Buffer {
  return png({ side, rows: Buffer.alloc(side * (1 + Math.ceil(side / 8))) })
}

/** Remarks that swell, which a PNG may hold packed. */
function bombChunk(): Buffer {
  return chunk(
    'zTXt',
    Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(100_000_000))]),
  )
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const bytes = Buffer.alloc(8 + body.length)
  bytes.writeUInt32BE(data.length, 0)
  body.copy(bytes, 4)
  bytes.writeUInt32BE(crc32(body), 4 + body.length)
  return bytes
}

/** A JPEG whose frame header tells another size than the picture has. */
function resized(jpeg: Buffer, side: number): Buffer {
  const bytes = Buffer.from(jpeg)
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  bytes.writeUInt16BE(side, frame + 5)
  bytes.writeUInt16BE(side, frame + 7)
  return bytes
}

/** A GIF of so many frames of this size, of which one pixel is told. */
function gif(side: number, frames: number): Buffer {
  const head = Buffer.from('47494638396100000000800000000000ffffff', 'hex')
  const frame = Buffer.from('2c0000000000000000000202440100', 'hex')
  for (const [bytes, at] of [
    [head, 6],
    [frame, 5],
  ] as const) {
    bytes.writeUInt16LE(side, at)
    bytes.writeUInt16LE(side, at + 2)
  }
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from(';')])
}

/** The header of an extended WebP with the largest canvas there can be, and nothing else. */
function webp(): Buffer {
  const bytes = Buffer.alloc(30, 0xff)
  bytes.write('RIFF')
  bytes.writeUInt32LE(22, 4)
  bytes.write('WEBPVP8X', 8)
  bytes.writeUInt32LE(10, 16)
  bytes.writeUInt32LE(0, 20)
  return bytes
}
