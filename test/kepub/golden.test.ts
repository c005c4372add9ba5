import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { decodeHTML } from 'entities'
import { expect, test } from 'vitest'
import { GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import { converted } from './converted.ts'
import golden from './golden.json' with { type: 'json' }

/** For each book and document, how many spans another converter makes, and the SHA-256 of their ids and texts. */
const BOOKS: Record<string, Record<string, { spans: number; sha256: string }>> = golden

test.each([GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS])(
  'every span has the id and the text that kepubify gives it: %s',
  async (path) => {
    const { conversion, content } = await converted(await readFile(path))
    const wanted = BOOKS[basename(path)]
    const figures = conversion.documents
      .filter(({ name }) => wanted !== undefined && name in wanted)
      .map(({ name }) => [name, figuresOf(content(name))] as const)
    expect(Object.fromEntries(figures)).toEqual(wanted)
  },
)

/**
 * The figures leave out the first span inside of a span of the book's own: they were counted between each end of a
 * span and the one before it, by the first span that begins there.
 */
function figuresOf(bytes: Buffer): { spans: number; sha256: string } {
  const hash = createHash('sha256')
  let spans = 0
  for (const piece of bytes.toString('utf8').split('</span>').slice(0, -1)) {
    const [, attributes = '', content = ''] = /^<span\b([^>]*)>(.*)$/su.exec(firstSpan(piece)) ?? []
    if (!attributes.includes('class="koboSpan"')) continue
    const text = content.startsWith('<img') ? '<img>' : decodeHTML(content)
    hash.update(`${/ id="([^"]*)"/u.exec(attributes)?.[1] ?? ''}\t${text}\n`)
    spans += 1
  }
  return { spans, sha256: hash.digest('hex') }
}

function firstSpan(piece: string): string {
  const at = piece.search(/<span\b/u)
  return at === -1 ? '' : piece.slice(at)
}
