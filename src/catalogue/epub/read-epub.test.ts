import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCover, makeEpub } from '../../../test/support/make-epub.ts'
import type { EpubOptions } from '../../../test/support/make-epub.ts'
import { readEpub } from './read-epub.ts'
import type { Publication } from './read-epub.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-epub-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function read(options: EpubOptions, name = 'fallback.epub'): Promise<Publication> {
  count += 1
  const path = join(folder, `${count}.epub`)
  await writeFile(path, await makeEpub(options))
  return await readEpub(path, name)
}

/** It is written in 30 kB and unpacks to 31 MB. */
const BOMB = Buffer.alloc(31_000_000)

const IDPF_FONT = 'http://www.idpf.org/2008/embedding'
const AES = 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'
const ADEPT_RIGHTS = '<rights xmlns="http://ns.adobe.com/adept"/>'

function encryption(algorithm: string, path: string): string {
  return (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">' +
    `<enc:EncryptedKey><enc:EncryptionMethod Algorithm="${AES}"/></enc:EncryptedKey>` +
    `<enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/>` +
    `<enc:CipherData><enc:CipherReference URI="${path}"/></enc:CipherData></enc:EncryptedData></encryption>`
  )
}

function problem(message: RegExp) {
  return expect.objectContaining({
    name: 'Problem',
    code: 'invalid',
    message: expect.stringMatching(message),
  })
}

test.each([2, 3] as const)('a whole book of EPUB %i is read', async (version) => {
  const cover = await makeCover('blue')
  const book = await read({
    version,
    title: 'War & Peace',
    authors: [
      { name: 'Leo Tolstoy', sortName: 'Tolstoy, Leo' },
      { name: 'Aylmer Maude', role: 'trl' },
    ],
    series: { name: 'Great <Novels>', index: 1.5 },
    language: 'en-GB',
    cover,
    extraMetadata:
      '<dc:publisher>Oxford</dc:publisher><dc:date>1922</dc:date><dc:subject>War</dc:subject>' +
      '<dc:identifier opf:scheme="ISBN">978-0-306-40615-7</dc:identifier>' +
      '<dc:description>&lt;p&gt;Long.&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</dc:description>',
  })
  expect(book).toEqual({
    title: 'War & Peace',
    subtitle: null,
    contributors: [
      { name: 'Leo Tolstoy', sortName: 'Tolstoy, Leo', role: 'aut' },
      { name: 'Aylmer Maude', sortName: null, role: 'trl' },
    ],
    series: { name: 'Great <Novels>', index: 1.5 },
    language: 'en-GB',
    publisher: 'Oxford',
    published: '1922',
    publishedAt: Date.UTC(1922, 0, 1),
    identifiers: [
      { scheme: 'uuid', value: expect.stringMatching(/^[0-9a-f-]{36}$/u) },
      { scheme: 'isbn', value: '978-0-306-40615-7' },
    ],
    isbn: '9780306406157',
    description: '<p>Long.</p>',
    subjects: ['War'],
    cover: { bytes: cover, mediaType: 'image/jpeg', width: 600, height: 800 },
    format: 'epub',
    layout: 'reflowable',
  })
})

describe('the cover', () => {
  test.each(['epub2', 'epub3', 'guide', 'first-page'] as const)(
    'is found in the way of %s',
    async (coverStyle) => {
      const book = await read({ title: 'A', cover: 'jpeg', coverStyle })
      expect(book.cover).toMatchObject({ mediaType: 'image/jpeg', width: 600, height: 800 })
    },
  )

  test('is not the printer’s mark of a first page', async () => {
    const mark = await sharp({ create: { width: 50, height: 50, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const told = await read({ title: 'A', cover: mark, coverStyle: 'guide' })
    expect(told.cover).toMatchObject({ mediaType: 'image/png', width: 50 })
    const guessed = await read({ title: 'A', cover: mark, coverStyle: 'first-page' })
    expect(guessed.cover).toBeNull()
  })

  test('that is broken, missing or too large to unpack does not fail the book', async () => {
    const broken = await read({ title: 'A', cover: Buffer.from('no picture') })
    const missing = await read({ title: 'B', cover: 'jpeg', omit: ['OEBPS/cover.jpg'] })
    const bomb = await read({
      title: 'C',
      extraMetadata: '<meta name="cover" content="c1"/>',
      files: { 'OEBPS/chapter-1.xhtml': '<img src="bomb.bin"/>', 'OEBPS/bomb.bin': BOMB },
    })
    expect([broken, missing, bomb].map(({ title, cover }) => [title, cover])).toEqual([
      ['A', null],
      ['B', null],
      ['C', null],
    ])
  })
})

describe('the format', () => {
  test('is KEPUB when the pages hold Kobo’s spans', async () => {
    expect(await read({ title: 'A', kepub: true })).toMatchObject({ title: 'A', format: 'kepub' })
  })

  test('is KEPUB when the file is named so', async () => {
    expect(await read({ title: 'A' }, 'A.kepub.epub')).toMatchObject({ format: 'kepub' })
  })

  test('is not KEPUB when a page only writes about the spans', async () => {
    const chapters = ['<p>&lt;span class="koboSpan"&gt; and koboSpan</p>']
    expect(await read({ title: 'A', chapters })).toMatchObject({ format: 'epub' })
  })
})

test.each([
  ['The Trial.epub', 'The Trial'],
  ['The Trial.kepub.epub', 'The Trial'],
  ['inbox/The Trial.EPUB', 'The Trial'],
  ['.epub', 'Untitled'],
])('without a title, the book in %s is called %s', async (name, title) => {
  expect(await read({ title: '' }, name)).toMatchObject({ title })
})

describe('books that bend the rules are read', () => {
  const title = 'Bent'

  test('without a mimetype', async () => {
    expect(await read({ title, omit: ['mimetype'] })).toMatchObject({ title })
  })

  test('with a container that points to nothing, when there is one package document', async () => {
    const files = {
      'META-INF/container.xml': '<container><rootfile full-path="x.opf"/></container>',
    }
    expect(await read({ title, files })).toMatchObject({ title })
  })

  test('with obfuscated fonts', async () => {
    const files = { 'META-INF/encryption.xml': encryption(IDPF_FONT, 'OEBPS/font.otf') }
    expect(await read({ title, files })).toMatchObject({ title })
  })

  test('with a licence file that a tool left behind', async () => {
    const files = { 'META-INF/rights.xml': ADEPT_RIGHTS }
    expect(await read({ title, files })).toMatchObject({ title })
  })

  test('with a bomb of entities in the package document, which stays as written', async () => {
    const files = {
      'OEBPS/content.opf':
        '<!DOCTYPE package [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>' +
        '<package><metadata><title>&b;&c;</title></metadata><manifest><item id="p" href="chapter-1.xhtml"/></manifest>' +
        '<spine><itemref idref="p"/></spine></package>',
    }
    expect(await read({ title, files })).toMatchObject({ title: '&b;&c;' })
  })
})

describe('a file is refused', () => {
  test.each<[string, Omit<EpubOptions, 'title'>, RegExp]>([
    [
      'without a container',
      { omit: ['META-INF/container.xml'] },
      /^This is not an EPUB: it has no META-INF\/container\.xml\.$/u,
    ],
    ['without a package document', { omit: ['OEBPS/content.opf'] }, /package document is missing/u],
    [
      'with a broken package document',
      { files: { 'OEBPS/content.opf': '<package><metadata>' } },
      /not well-formed XML \(line 1\)/u,
    ],
    [
      'without any of its pages',
      { chapters: 1, omit: ['OEBPS/chapter-1.xhtml'] },
      /none of its pages are in the archive/u,
    ],
    [
      'with a page above the limit',
      { files: { 'OEBPS/chapter-1.xhtml': BOMB } },
      /holds OEBPS\/chapter-1\.xhtml, which is over 20 MB/u,
    ],
    ['with a name that escapes', { files: { '../../evil.sh': 'x' } }, /leads outside of it/u],
  ])('%s', async (_, options, sentence) => {
    await expect(read({ title: 'A', ...options })).rejects.toEqual(problem(sentence))
  })

  test.each<[string, Record<string, string | Buffer>]>([
    ['Adobe ADEPT', { 'META-INF/rights.xml': ADEPT_RIGHTS }],
    ['Readium LCP', { 'META-INF/license.lcpl': '{}' }],
    ['Apple FairPlay', { 'META-INF/sinf.xml': '<sinf/>' }],
  ])('that is protected by %s', async (name, files) => {
    const protectedFiles = {
      'META-INF/encryption.xml': encryption(AES, 'OEBPS/chapter-1.xhtml'),
      ...files,
    }
    await expect(read({ title: 'A', files: protectedFiles })).rejects.toEqual(
      problem(new RegExp(`protected by DRM \\(${name}\\), which Holdfast cannot open\\.$`, 'u')),
    )
  })

  test('whose pages are listed as obfuscated fonts', async () => {
    const files = { 'META-INF/encryption.xml': encryption(IDPF_FONT, 'OEBPS/chapter-1.xhtml') }
    await expect(read({ title: 'A', files })).rejects.toEqual(problem(/protected by DRM, which/u))
  })

  test('whose pages are scrambled beside a licence of Kobo', async () => {
    const files = { 'rights.xml': '<kdrm/>', 'OEBPS/chapter-1.xhtml': Buffer.alloc(500, 0x9d) }
    await expect(read({ title: 'A', files })).rejects.toEqual(problem(/DRM \(Kobo\)/u))
  })
})

test('the same options make the same EPUB, and another seed another one', async () => {
  const options: EpubOptions = { title: 'A', authors: ['B'], cover: 'jpeg', seed: 1 }
  const first = await makeEpub(options)
  expect(first.equals(await makeEpub(options))).toBe(true)
  expect(first.equals(await makeEpub({ ...options, seed: 2 }))).toBe(false)
})
