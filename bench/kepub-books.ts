import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { deflated, planZip, stored, writeZip } from '../src/kepub/zip-write.ts'
import type { NewEntry } from '../src/kepub/zip-write.ts'

/** A generated book. */
export type BenchBook = {
  name: string
  path: string
  /** The longest that a conversion should take, in ms. */
  goal: number
  /** How often it is converted before it counts, and how often it counts. */
  warmUps: number
  runs: number
}

/** Writes four books into a folder: one with images and text, a small one, one of many strange documents, one of images. */
export async function makeKepubBooks(folder: string): Promise<BenchBook[]> {
  const books = [
    {
      name: 'big',
      goal: 78,
      warmUps: 3,
      runs: 11,
      pages: chapters(60, 36_000),
      images: [40, 260_000],
    },
    {
      name: 'small',
      goal: 13,
      warmUps: 3,
      runs: 11,
      pages: chapters(20, 15_700),
      images: [1, 190_000],
    },
    { name: 'strange', goal: 98, warmUps: 3, runs: 11, pages: strange(), images: [0, 0] },
    {
      name: 'images',
      goal: 200,
      warmUps: 1,
      runs: 5,
      pages: chapters(20, 2_000),
      images: [200, 1_000_000],
    },
  ]
  const made: BenchBook[] = []
  for (const { name, pages, images, ...times } of books) {
    const path = join(folder, `${name}.epub`)
    const [count = 0, size = 0] = images
    const pictures = Array.from(
      { length: count },
      (_, index) => [`i${index}.jpg`, noise(`${name} ${index}`, size)] as const,
    )
    await write(path, pages, pictures)
    made.push({ name, path, ...times })
  }
  return made
}

type Pages = [name: string, content: Buffer][]

const WORDS =
  'the of and a lamp harbour winter letter road quiet stone window never seldom “again” morning <i>perhaps</i> river, voice — house garden'.split(
    ' ',
  )

function chapters(count: number, size: number): Pages {
  return Array.from({ length: count }, (_, index) => [
    `c${index}.xhtml`,
    page(`<h1>Chapter ${index}</h1>${paragraphs(index, size)}`),
  ])
}

/** 1,504 documents: tiny ones, some that are not well-formed, one with a mark, one 400 deep, and one of 1.5 MB. */
function strange(): Pages {
  const tiny = Array.from({ length: 1_500 }, (_, index): [string, Buffer] => [
    `t${index}.xhtml`,
    page(index % 100 === 7 ? '<p>Not <b>well. <p>Formed & <br> all.' : paragraphs(index, 150)),
  ])
  return [
    ...tiny,
    ['marked.xhtml', Buffer.concat([Buffer.from('\uFEFF'), page('<p>A mark. And more.</p>')])],
    ['deep.xhtml', page(`${'<div>'.repeat(400)}Deep.${'</div>'.repeat(400)}`)],
    ['long.xhtml', page(paragraphs(1, 1_500_000))],
    ['open.xhtml', page(`<ul>${'<li>One. Two.'.repeat(500)}</ul>`)],
  ]
}

function page(body: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">\n<head><title>A page</title></head>\n<body>\n${body}\n</body>\n</html>\n`,
  )
}

/** Paragraphs of about `size` bytes, always the same for a seed. */
function paragraphs(seed: number, size: number): string {
  let state = seed * 2_654_435_761 + 1
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  let text = ''
  while (text.length < size) {
    const sentences = Array.from({ length: 2 + next(6) }, () => {
      const words = Array.from({ length: 4 + next(14) }, () => WORDS[next(WORDS.length)] ?? '')
      return `${words.join(' ')}.`
    })
    text += `<p>${sentences.join(' ')}</p>\n`
  }
  return text
}

/** Bytes that nothing compresses. */
function noise(seed: string, size: number): Buffer {
  const hashes = Array.from({ length: Math.ceil(size / 64) }, (_, index) =>
    createHash('sha512').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(hashes).subarray(0, size)
}

async function write(
  path: string,
  pages: Pages,
  pictures: (readonly [string, Buffer])[],
): Promise<void> {
  const container =
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
  const listed = [
    ...pages.map(
      ([name]) => `<item id="${name}" href="${name}" media-type="application/xhtml+xml"/>`,
    ),
    ...pictures.map(([name]) => `<item id="${name}" href="${name}" media-type="image/jpeg"/>`),
  ]
  const spine = pages.map(([name]) => `<itemref idref="${name}"/>`)
  const opf = `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A book</dc:title></metadata><manifest>${listed.join('')}</manifest><spine>${spine.join('')}</spine></package>`
  const entries: NewEntry[] = [
    stored('mimetype', Buffer.from('application/epub+zip')),
    await deflated('META-INF/container.xml', Buffer.from(container)),
    await deflated('content.opf', Buffer.from(opf)),
    ...pictures.map(([name, content]) => stored(name, content)),
  ]
  for (const [name, content] of pages) entries.push(await deflated(name, content))
  await writeZip(path, planZip(entries), 0)
}
