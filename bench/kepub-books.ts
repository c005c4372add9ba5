import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { deflated, planZip, stored, writeZip } from '../src/kepub/zip-write.ts'
import type { NewEntry } from '../src/kepub/zip-write.ts'

/** A generated book. */
export type BenchBook = {
  name: string
  path: string
  /** The longest that a conversion should take in a warm process, in ms. */
  goal: number
  /**
   * How often a process converts it before it counts, and how often it counts. A process is warm when the time does not fall any more:
   * where two threads share a book, each learns from half of it.
   */
  warmUps: number
  runs: number
}

/** Writes four books into a folder: one with images and text, a small one, one of many strange documents, one of images. */
export async function makeKepubBooks(folder: string): Promise<BenchBook[]> {
  const books = [
    {
      name: 'big',
      goal: 78,
      warmUps: 5,
      runs: 15,
      pages: chapters(60, 35_500),
      images: [40, 260_000],
    },
    {
      name: 'small',
      goal: 13,
      warmUps: 5,
      runs: 15,
      pages: chapters(20, 15_700),
      images: [1, 130_000],
    },
    { name: 'strange', goal: 98, warmUps: 25, runs: 25, pages: strange(), images: [0, 0] },
    {
      name: 'images',
      goal: 200,
      warmUps: 2,
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

/**
 * Paragraphs of about `size` bytes, always the same for a seed. Words are as unequal as in a language, a span comes
 * every 67 bytes, and a third is left when it is compressed: as in the book that the goals were measured with.
 */
function paragraphs(seed: number, size: number): string {
  const next = numbers(seed)
  let text = ''
  while (text.length < size) {
    const sentences = Array.from({ length: 2 + next(6) }, () => {
      const words = Array.from({ length: 3 + next(16) }, () => word(next))
      return `${words.join(' ')}${next(12) === 0 ? '?' : '.'}`
    })
    text += `<p>${sentences.join(' ')}</p>\n`
  }
  return text
}

function word(next: (limit: number) => number): string {
  const common = Math.floor(WORDS.length * (next(1_000_000) / 1_000_000) ** 4)
  const chosen = WORDS[common] ?? ''
  const dress = next(60)
  if (dress === 0) return `<i>${chosen}</i>`
  if (dress === 1) return `“${chosen}”`
  return dress === 2 ? `${chosen},` : chosen
}

/** Whole numbers from 0 up to a limit, always the same for a seed. */
function numbers(seed: number): (limit: number) => number {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const WORDS = vocabulary(4_000)

/** Words of one to four syllables, the short ones that every sentence needs first. */
function vocabulary(count: number): string[] {
  const next = numbers(7)
  const one = (parts: string): string => {
    const all = parts.split(' ')
    return all[next(all.length)] ?? ''
  }
  const words = new Set('the of and a to in he was that it his her with as had for'.split(' '))
  while (words.size < count) {
    const syllables = Array.from({ length: 1 + next(4) }, () =>
      [
        one('b c d f g h l m n p r s t v w st tr ch sh br pl'),
        one('a e i o u ea ou ai'),
        next(2) === 0 ? '' : one('n r s t l d m ng ck th'),
      ].join(''),
    )
    words.add(syllables.join(''))
  }
  return [...words]
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
