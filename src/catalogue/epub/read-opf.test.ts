import { describe, expect, test } from 'vitest'
import { readOpf } from './read-opf.ts'
import type { PackageDocument } from './read-opf.ts'

/** The reading of a package document with this metadata and one page. */
function read(metadata: string, version = '3.0'): PackageDocument {
  return readOpf(
    `<package xmlns="http://www.idpf.org/2007/opf" version="${version}">
      <metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">${metadata}</metadata>
      <manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest>
      <spine><itemref idref="p"/></spine></package>`,
    'OEBPS/content.opf',
  )
}

/** The reading of a package document with this after its metadata. */
function readRest(rest: string, metadata = ''): PackageDocument {
  return readOpf(
    `<package xmlns="http://www.idpf.org/2007/opf"><metadata>${metadata}</metadata>${rest}</package>`,
    'OEBPS/content.opf',
  )
}

describe('the title', () => {
  test('is the first one, without the white space of its XML', () => {
    const book = read('<dc:title>\n  The War\n of the Worlds </dc:title><dc:title>Other</dc:title>')
    expect(book).toMatchObject({ title: 'The War of the Worlds', subtitle: null })
  })

  test('is the main one of EPUB 3, and the subtitle the one marked so', () => {
    const book = read(`
      <dc:title id="s">A Tale</dc:title><meta refines="#s" property="title-type">subtitle</meta>
      <dc:title id="m">The Book</dc:title><meta refines="#m" property="title-type">main</meta>`)
    expect(book).toMatchObject({ title: 'The Book', subtitle: 'A Tale' })
  })

  test('is absent when the book has none', () => {
    expect(read('<dc:title> </dc:title>').title).toBeNull()
  })

  test('is never one of another vocabulary', () => {
    expect(read('<x:title xmlns:x="urn:x">No</x:title><dc:title>Yes</dc:title>').title).toBe('Yes')
  })

  test('is at most a thousand characters long', () => {
    expect(read(`<dc:title>${'x'.repeat(5_000)}</dc:title>`).title).toHaveLength(1_000)
  })

  test('may have its subtitle in a column of calibre', () => {
    const column = '{&quot;#value#&quot;: &quot;A Tale&quot;}'
    const book = read(`<meta name="calibre:user_metadata:#subtitle" content="${column}"/>`)
    expect(book.subtitle).toBe('A Tale')
    const broken = read('<meta name="calibre:user_metadata:#subtitle" content="{"/>')
    expect(broken.subtitle).toBeNull()
  })
})

describe('the people', () => {
  test('of EPUB 2 have a role and a sort name in attributes', () => {
    const book = read(
      `<dc:contributor opf:role="trl">T. R.</dc:contributor>
       <dc:creator opf:role="aut" opf:file-as="Wells, H. G.">H. G. Wells</dc:creator>
       <dc:creator opf:file-as="">Second</dc:creator>
       <dc:creator opf:role="ill">I. L.</dc:creator>`,
      '2.0',
    )
    expect(book.contributors).toEqual([
      { name: 'H. G. Wells', sortName: 'Wells, H. G.', role: 'aut' },
      { name: 'Second', sortName: null, role: 'aut' },
      { name: 'I. L.', sortName: null, role: 'ill' },
      { name: 'T. R.', sortName: null, role: 'trl' },
    ])
  })

  test('of EPUB 3 have them in refining metas, an author before anything else', () => {
    const book = read(`
      <dc:creator id="a">Haruki Murakami</dc:creator>
      <meta refines="#a" property="role" scheme="marc:relators">ill</meta>
      <meta refines="#a" property="role" scheme="marc:relators">aut</meta>
      <meta refines="#a" property="file-as">Murakami, Haruki</meta>
      <dc:contributor id="b">Jay Rubin</dc:contributor>
      <meta refines="#b" property="role">http://id.loc.gov/vocabulary/relators/trl</meta>`)
    expect(book.contributors).toEqual([
      { name: 'Haruki Murakami', sortName: 'Murakami, Haruki', role: 'aut' },
      { name: 'Jay Rubin', sortName: null, role: 'trl' },
    ])
  })

  test('are named once for each role, and not when their name is unknown', () => {
    const book = read(
      '<dc:creator>A</dc:creator><dc:creator>A</dc:creator><dc:creator>Unknown</dc:creator><dc:contributor>A</dc:contributor>',
    )
    expect(book.contributors.map(({ name, role }) => `${name} ${role}`)).toEqual(['A aut', 'A ctb'])
  })
})

describe('the series', () => {
  test.each(['1.5', ' 1.5 ', '1,5', '1.5.2'])('has the place %s in calibre’s metas', (place) => {
    const book = read(
      `<meta name="calibre:series_index" content="${place}"/><meta name="calibre:series" content="Dune"/>`,
      '2.0',
    )
    expect(book.series).toEqual({ name: 'Dune', index: 1.5 })
  })

  test('is a collection of the type series in EPUB 3', () => {
    const book = read(`
      <meta property="belongs-to-collection" id="x">Classics</meta>
      <meta refines="#x" property="collection-type">set</meta>
      <meta property="belongs-to-collection" id="c">Dune</meta>
      <meta refines="#c" property="collection-type">series</meta>
      <meta refines="#c" property="group-position">2</meta>
      <meta name="calibre:series" content="Other"/>`)
    expect(book.series).toEqual({ name: 'Dune', index: 2 })
  })

  test('may have no place, and a book no series', () => {
    expect(read('<meta name="calibre:series" content="Dune"/>').series).toEqual({
      name: 'Dune',
      index: null,
    })
    expect(read('<meta name="calibre:series" content=""/>').series).toBeNull()
  })
})

describe('identifiers', () => {
  test.each([
    ['<dc:identifier>urn:uuid:d4eea036</dc:identifier>', 'uuid', 'd4eea036'],
    ['<dc:identifier opf:scheme="ISBN">978-0306406157</dc:identifier>', 'isbn', '978-0306406157'],
    [
      '<dc:identifier opf:scheme="ISBN">isbn:9780306406157</dc:identifier>',
      'isbn',
      '9780306406157',
    ],
    ['<dc:identifier>isbn:9780306406157</dc:identifier>', 'isbn', '9780306406157'],
    ['<dc:identifier>9780306406157</dc:identifier>', 'isbn', '9780306406157'],
    ['<dc:identifier>http://example.org/35</dc:identifier>', 'uri', 'http://example.org/35'],
    ['<dc:identifier>_idm45</dc:identifier>', 'other', '_idm45'],
    [
      '<dc:identifier id="i">9780306406157</dc:identifier><meta refines="#i" property="identifier-type" scheme="onix:codelist5">15</meta>',
      'isbn',
      '9780306406157',
    ],
  ])('%s', (xml, scheme, value) => {
    expect(read(xml).identifiers).toEqual([{ scheme, value }])
  })

  test('give the ISBN of thirteen digits before that of ten, and none with a wrong check digit', () => {
    const ten = '<dc:identifier opf:scheme="ISBN">0-306-40615-2</dc:identifier>'
    const thirteen = '<dc:identifier>urn:isbn:978-0-306-40615-7</dc:identifier>'
    expect(read(ten + thirteen).isbn).toBe('9780306406157')
    expect(read(ten).isbn).toBe('0306406152')
    expect(read('<dc:identifier>urn:isbn:9780306406158</dc:identifier>').isbn).toBeNull()
    expect(read('<dc:identifier opf:scheme="shop">0306406152</dc:identifier>').isbn).toBeNull()
  })
})

test('the date of publication is kept as written and as an instant', () => {
  const book = read(
    `<dc:date opf:event="modification">2020-01-01</dc:date>
     <dc:date opf:event="ops-publication">2006-12-21</dc:date>
     <dc:date opf:event="original-publication">1898</dc:date>
     <meta property="dcterms:modified">2021-02-03T04:05:06Z</meta>`,
    '2.0',
  )
  expect(book).toMatchObject({
    published: '1898',
    publishedAt: Date.UTC(1898, 0, 1),
    modifiedAt: Date.UTC(2021, 1, 3, 4, 5, 6),
  })
  expect(read('<dc:date>22.09.2015</dc:date>')).toMatchObject({
    published: '22.09.2015',
    publishedAt: null,
  })
})

test.each([
  [' en-GB ', 'en-GB'],
  ['zh_Hant', 'zh_Hant'],
  ['de (German)', null],
  ['', null],
])('the language “%s” is read as %s', (written, language) => {
  expect(read(`<dc:language>${written}</dc:language>`).language).toBe(language)
})

test('subjects are named once and are not without end', () => {
  const many = Array.from({ length: 500 }, (_, index) => `<dc:subject>S ${index}</dc:subject>`)
  const book = read(`<dc:subject>War</dc:subject><dc:subject> war </dc:subject>${many.join('')}`)
  expect(book.subjects.slice(0, 2)).toEqual(['War', 'S 0'])
  expect(book.subjects).toHaveLength(100)
})

test('a description keeps its markup, escaped or not', () => {
  expect(
    read('<dc:description>&lt;p&gt;A &amp;amp; B&lt;/p&gt;</dc:description>').description,
  ).toBe('<p>A &amp; B</p>')
  expect(read('<dc:description><p>One</p><p>Two</p></dc:description>').description).toBe(
    'One\n\nTwo',
  )
})

test.each([
  ['<meta property="rendition:layout">pre-paginated</meta>', 'fixed'],
  ['<meta property="rendition:layout">reflowable</meta>', 'reflowable'],
  ['<meta name="fixed-layout" content="true"/>', 'fixed'],
  ['', 'reflowable'],
])('with %s the layout is %s', (xml, layout) => {
  expect(read(xml).layout).toBe(layout)
})

test('pages are in reading order, with the names of their entries', () => {
  const book = readRest(`
    <manifest><item id="b" href="text/b.xhtml"/><item id="a" href="../a%20a.xhtml"/></manifest>
    <spine page-progression-direction="rtl"><itemref idref="a"/><itemref idref="gone"/><itemref idref="b"/></spine>`)
  expect(book.spine.map(({ path }) => path)).toEqual(['a%20a.xhtml', 'OEBPS/text/b.xhtml'])
  expect(book.direction).toBe('rtl')
})

test('old books with prefixed elements, wrapped metadata and entities of HTML are read', () => {
  const book = readOpf(
    `<?xml version="1.1"?><!DOCTYPE package PUBLIC "+//ISBN 0-9673008-1-9//DTD OEB 1.2 Package//EN" "oebpkg12.dtd">
    <opf:package xmlns:opf="http://www.idpf.org/2007/opf" version="2.0"><opf:metadata><opf:dc-metadata>
    <dc:Title>Tea&nbsp;&mdash;&nbsp;Time</dc:Title></opf:dc-metadata></opf:metadata>
    <opf:manifest><opf:item id="p" href="p.html"/></opf:manifest>
    <opf:spine><opf:itemref idref="p"/></opf:spine></opf:package>`,
    'content.opf',
  )
  expect(book.title).toBe('Tea — Time')
  expect(book.spine).toHaveLength(1)
})

describe('the cover is looked for', () => {
  const manifest = (more: string) =>
    `<manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/>${more}</manifest><spine><itemref idref="p"/></spine>`
  const picture = '<item id="pic" href="i/c.jpg" media-type="image/jpeg"/>'
  const first = { path: 'OEBPS/p.xhtml', kind: 'page', guessed: true }
  const found = { path: 'OEBPS/i/c.jpg', kind: 'image', guessed: false }

  test('in the image that EPUB 3 marks, then on the first page', () => {
    const marked = picture.replace('/>', ' properties="svg cover-image"/>')
    expect(readRest(manifest(marked)).covers).toEqual([found, first])
  })

  test.each(['pic', 'i/c.jpg', 'c.jpg'])('in what EPUB 2 names as %s', (name) => {
    const meta = `<meta content="${name}" name="cover"/>`
    expect(readRest(manifest(picture), meta).covers).toEqual([found, first])
  })

  test('on the page or in the image of the guide', () => {
    const guide =
      '<guide><reference type="Cover" href="cover.xhtml#x"/><reference type="cover" href="i/c.jpg"/></guide>'
    expect(readRest(manifest('') + guide).covers).toEqual([
      { path: 'OEBPS/cover.xhtml', kind: 'page', guessed: false },
      found,
      first,
    ])
  })
})

describe('a package document is refused', () => {
  test.each([
    ['that is cut short', '<package><metadata>\n<dc:ti', /not well-formed XML \(line 2\)/u],
    ['that is no package', '<html/>', /holds no package/u],
    ['without pages', '<package><manifest/><spine/></package>', /lists no pages/u],
    ['that is empty', '', /not well-formed XML/u],
  ])('%s', (_, xml, sentence) => {
    expect(() => readOpf(xml, 'content.opf')).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(sentence) }),
    )
  })
})
