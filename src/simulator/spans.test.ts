import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeEpub, makeZip, type EpubOptions } from '../../test/support/make-epub.ts'
import { placeAt } from './places.ts'
import { inspectKepub, type Chapter } from './spans.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spans-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function inspect(bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = join(folder, sha256)
  writeFileSync(path, bytes)
  return await inspectKepub(path, sha256)
}

function kepub(...chapters: string[]): Promise<Buffer> {
  return book({ chapters })
}

function book(options: Partial<EpubOptions>): Promise<Buffer> {
  return makeEpub({ title: 'Alice', ...options })
}

const span = (id: string) => `<p><span class="koboSpan" id="${id}">Down the rabbit hole.</span></p>`

describe('a KEPUB', () => {
  test('tells its documents in the order of the spine, with their spans', async () => {
    const bytes = await kepub(span('kobo.1.1') + span('kobo.2.1'), '<p/>', span('kobo.1.1'))
    expect(await inspect(bytes)).toEqual({
      chapters: [
        { document: 'OEBPS/chapter-1.xhtml', spans: ['kobo.1.1', 'kobo.2.1'] },
        { document: 'OEBPS/chapter-2.xhtml', spans: [] },
        { document: 'OEBPS/chapter-3.xhtml', spans: ['kobo.1.1'] },
      ],
      complaints: [],
    })
  })

  test('may write the attributes of a span in any order and with any quotes', async () => {
    const bytes = await kepub(`<p><span id='kobo.7.3' lang='en' class='koboSpan big'>.</span></p>`)
    expect((await inspect(bytes)).chapters[0]?.spans).toEqual(['kobo.7.3'])
  })

  test.each([
    ['has no span at all', () => kepub('<p>plain</p>'), 'no document has a koboSpan'],
    [
      'has a span twice in a document',
      () => kepub(span('kobo.1.1') + span('kobo.1.1')),
      'OEBPS/chapter-1.xhtml has the span kobo.1.1 twice',
    ],
    [
      'has a span of another name',
      () => kepub(span('here')),
      'OEBPS/chapter-1.xhtml has a span of the name “here”',
    ],
    [
      'lacks a document of its spine',
      () => book({ kepub: true, omit: ['OEBPS/chapter-2.xhtml'] }),
      'the spine names OEBPS/chapter-2.xhtml, which is not there',
    ],
    [
      'lacks its package document',
      () => book({ kepub: true, omit: ['OEBPS/content.opf'] }),
      'the package document is missing',
    ],
    [
      'lacks its container',
      () => Promise.resolve(makeZip([{ name: 'a', content: 'b' }])),
      'the archive cannot be read',
    ],
    [
      'is cut off',
      async () => (await book({ kepub: true })).subarray(0, 900),
      'the archive cannot be read',
    ],
  ])('is found fault with when it %s', async (_, make, complaint) => {
    const { complaints } = await inspect(await make())
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain(complaint)
  })
})

describe('a place by percentage', () => {
  const chapters: Chapter[] = [
    { document: 'a', spans: ['kobo.1.1', 'kobo.1.2'] },
    { document: 'b', spans: ['kobo.1.1', 'kobo.2.1', 'kobo.2.2'] },
  ]

  test.each([
    [0, 'a', 'kobo.1.1', 0],
    [39, 'a', 'kobo.1.2', 50],
    [40, 'b', 'kobo.1.1', 0],
    [80, 'b', 'kobo.2.2', 67],
    [100, 'b', 'kobo.2.2', 67],
  ])('of %d is a span of the document', (percent, source, value, chapterPercent) => {
    expect(placeAt(chapters, percent)).toEqual({ source, value, chapterPercent })
  })

  test('is none in a book without spans', () => {
    expect(placeAt([], 50)).toBeUndefined()
  })
})
