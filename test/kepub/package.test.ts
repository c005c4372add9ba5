import { describe, expect, test } from 'vitest'
import { needsFirstPage } from '../../src/kepub/first-page.ts'
import { isJunk } from '../../src/kepub/junk.ts'
import { readPackage } from '../../src/kepub/package-document.ts'
import { packagePaths } from '../../src/kepub/package-paths.ts'
import { makeZip } from '../support/make-epub.ts'
import { book, container, converted, ONE_PAGE, opf, xhtml } from './converted.ts'

const PAGE = { 'page.xhtml': xhtml('<p>A.</p>') }
const JPEG = '<item id="pic" href="a.jpg" media-type="image/jpeg"/>'
const MARKED = '<item properties="cover-image" id="pic" href="a.jpg" media-type="image/jpeg"/>'

async function packageOf(
  text: string | Buffer,
  files: Record<string, string> = {},
): Promise<string> {
  const all = { 'content.opf': text, ...PAGE, 'a.jpg': 'jpeg', 'b.jpg': 'jpeg', ...files }
  return (await converted(book(all))).text('content.opf')
}

describe('the cover', () => {
  const { manifest, spine } = ONE_PAGE
  const named = '<meta name="cover" content="pic"/>'
  const page = '<item id="pic" href="cover.xhtml" media-type="application/xhtml+xml"/>'
  const shows = { 'cover.xhtml': xhtml('<svg><image xlink:href="a%2Ejpg"/></svg>') }
  const guide = '<guide><reference type="cover" href="cover.xhtml"/></guide>'
  test.each([
    ['named by its id', opf(manifest + JPEG, spine, named), MARKED, {}],
    [
      'with properties already',
      opf(manifest + JPEG.replace('/>', ' properties="svg foo"/>'), spine, named),
      JPEG.replace('/>', ' properties="svg foo cover-image"/>'),
      {},
    ],
    [
      'marked already',
      opf(manifest + MARKED + JPEG.replaceAll('a.jpg', 'b.jpg').replace('pic', 'cover'), spine),
      `${MARKED}<item id="cover" href="b.jpg" media-type="image/jpeg"/>`,
      {},
    ],
    [
      'named by its file',
      opf(manifest + JPEG, spine, '<meta name="cover" content="a.jpg"/>'),
      MARKED,
      {},
    ],
    [
      'shown on a page',
      opf(manifest + page + JPEG.replace('pic', 'p2'), spine, named),
      MARKED.replace('pic', 'p2'),
      shows,
    ],
    [
      'shown on the page of the guide',
      opf(manifest + page + JPEG.replace('pic', 'p2'), spine, '', guide),
      MARKED.replace('pic', 'p2'),
      shows,
    ],
    [
      'called cover',
      opf(manifest + JPEG.replace('pic', 'Cover_1'), spine),
      MARKED.replace('pic', 'Cover_1'),
      {},
    ],
    [
      'called cover by its file',
      opf(manifest + JPEG.replace('a.jpg', 'my-cover.jpg'), spine),
      MARKED.replace('a.jpg', 'my-cover.jpg'),
      {},
    ],
  ])('is marked when it is %s', async (_, text, wanted, files) => {
    expect(await packageOf(text, files)).toContain(wanted)
  })

  test.each([
    ['a page is called cover', opf(manifest.replace('"p"', '"cover"'), '<itemref idref="cover"/>')],
    ['an image is called otherwise', opf(manifest + JPEG, spine)],
  ])('is not made up when %s', async (_, text) => {
    expect(await packageOf(text)).not.toContain('cover-image')
  })
})

describe('the package document', () => {
  const { manifest, spine } = ONE_PAGE
  const titled = (text: string) => text.replaceAll('page.xhtml', 'title.xhtml')
  const first = { 'title.xhtml': PAGE['page.xhtml'] }

  test('stays byte for byte when there is nothing to change', async () => {
    const text = titled(opf(`<!-- <item id="x"/> -->\r\n\t${manifest}`, spine, "<x  a = '1'>é</x>"))
    expect(await packageOf(text, first)).toBe(text)
  })

  test('loses the marks of earlier converting, and nothing beside them', async () => {
    const marks =
      '\n    <meta name="calibre:timestamp" content="2020"/>\n    <dc:contributor opf:role="bkp">calibre</dc:contributor>\n    <dc:contributor opf:role="edt">Someone</dc:contributor>'
    const text = titled(opf(manifest, spine, marks))
    expect(await packageOf(text, first)).toBe(
      titled(opf(manifest, spine, '\n    <dc:contributor opf:role="edt">Someone</dc:contributor>')),
    )
  })

  test.each([
    ['of XML 1.1', Buffer.from(opf(manifest, spine).replace('"1.0"', '"1.1"'))],
    [
      'in Latin-1',
      Buffer.from(opf(manifest, spine, '<x>é</x>').replace('utf-8', 'iso-8859-1'), 'latin1'),
    ],
    [
      'in windows-1252',
      Buffer.from(opf(manifest, spine, '<x>é</x>').replace('utf-8', 'windows-1252'), 'latin1'),
    ],
    [
      'in UTF-16',
      Buffer.from(
        `\uFEFF${opf(manifest, spine, '<x>é</x>').replace('utf-8', 'utf-16')}`,
        'utf16le',
      ),
    ],
    ['with a byte order mark', Buffer.from(`\uFEFF${opf(manifest, spine, '<x>é</x>')}`)],
    ['with lines before it', Buffer.from(`\n\n${opf(manifest, spine, '<x>é</x>')}`)],
  ])('is XML 1.0 in UTF-8 for the device when it was %s', async (_, bytes) => {
    const text = await packageOf(bytes)
    expect(text).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<package/iu)
    expect(text.includes('<x>')).toBe(text.includes('<x>é</x>'))
    expect(text).not.toContain('\uFFFD')
  })

  test('is read with a prefix', async () => {
    const text = opf(manifest + JPEG, spine, '<meta name="cover" content="pic"/>')
      .replaceAll(/<(\/?)(package|metadata|manifest|item|itemref|spine|meta)\b/gu, '<$1o:$2')
      .replace('xmlns=', 'xmlns:o=')
    const made = await packageOf(text)
    expect(made).toContain('<o:item properties="cover-image" id="pic"')
    expect(made).toContain('<o:itemref idref="holdfast-first-page"/>')
  })

  test.each([
    ['<meta property="rendition:layout">pre-paginated</meta>', true],
    ['<meta name="fixed-layout" content="true"/>', true],
    ['<meta property="rendition:layout">reflowable</meta>', false],
    ['<meta refines="#p" property="rendition:layout">pre-paginated</meta>', false],
    ['<!-- <meta name="fixed-layout" content="true"/> -->', false],
  ])('tells a fixed layout: %s', (metadata, fixed) => {
    expect(readPackage(Buffer.from(opf(manifest, spine, metadata))).fixedLayout).toBe(fixed)
  })

  test.each([
    ['OEBPS/', ['a.xhtml', 'text/b.xhtml'], 'OEBPS/', ['a.xhtml', 'text/b.xhtml']],
    ['OEBPS/', ['x/../a.xhtml', './b.xhtml#c'], 'OEBPS/', ['a.xhtml', 'b.xhtml#c']],
    ['OEBPS/', ['../OEBPS/a.xhtml'], 'OEBPS/', ['a.xhtml']],
    ['O S/p/', ['a%20b.xhtml', '../t/b.xhtml'], 'O S/', ['p/a%20b.xhtml', 't/b.xhtml']],
    ['OEBPS/', ['../../../a.xhtml'], '', ['a.xhtml']],
    ['OEBPS/', ['https://example.org/../a', '/a'], 'OEBPS/', ['https://example.org/../a', '/a']],
  ])('refers to nothing above it: %s %s', (folder, hrefs, wanted, written) => {
    const paths = packagePaths(folder, hrefs)
    expect(paths.folder).toBe(wanted)
    expect(hrefs.map((href) => paths.hrefFrom(href))).toEqual(written)
  })

  test('moves up to hold all it refers to, and container.xml follows', async () => {
    const made = await converted(
      book({
        'META-INF/container.xml': container('OEBPS/content.opf'),
        'OEBPS/content.opf': opf(ONE_PAGE.manifest.replace('page', '../text/page'), spine),
        'text/page.xhtml': PAGE['page.xhtml'],
      }),
    )
    expect(made.text('META-INF/container.xml')).toContain('full-path="content.opf"')
    expect(made.text('content.opf')).toContain('href="text/page.xhtml"')
    expect(made.names).not.toContain('OEBPS/content.opf')
    expect(made.text('text/page.xhtml')).toContain('kobo.1.1')
  })
})

describe('the documents of a book', () => {
  test.each([
    ['a percent sign for a blank', 'one%20page.xhtml', 'one page.xhtml'],
    ['a percent sign that is meant', 'one%20page.xhtml', 'one%20page.xhtml'],
    ['a decomposed letter', 'e\u0301.xhtml', '\u00E9.xhtml'],
    ['a composed letter', '%C3%A9.xhtml', 'e\u0301.xhtml'],
    ['another case', 'Page.XHTML', 'page.xhtml'],
    ['a fragment', 'page.xhtml#start', 'page.xhtml'],
    ['dots', './x/../page.xhtml', 'page.xhtml'],
    ['a backslash in the archive', 'text/page.xhtml', 'text\\page.xhtml'],
    ['the name of XML', 'page.xml', 'page.xml'],
  ])('are found with %s', async (_, href, name) => {
    const made = await converted(
      book({
        'content.opf': opf(ONE_PAGE.manifest.replace('page.xhtml', href), ONE_PAGE.spine),
        [name]: PAGE['page.xhtml'],
      }),
    )
    expect(made.text(name)).toContain('id="kobo.1.1"')
    expect(made.conversion.documents.map((each) => each.name)).toContain(name)
  })

  test('come in reading order, and then those outside of the spine', async () => {
    const names = ['c', 'a', 'title', 'nav']
    const made = await converted(
      book({
        'content.opf': opf(
          names
            .map(
              (name) =>
                `<item id="${name}" href="${name}.xhtml" media-type="application/xhtml+xml"/>`,
            )
            .join(''),
          '<itemref idref="title"/><itemref idref="c" linear="no"/><itemref idref="a"/>',
        ),
        ...Object.fromEntries(names.map((name) => [`${name}.xhtml`, PAGE['page.xhtml']])),
      }),
    )
    expect(made.conversion.documents.map(({ name, linear }) => `${name} ${linear}`)).toEqual([
      'title.xhtml true',
      'c.xhtml false',
      'a.xhtml true',
      'nav.xhtml false',
    ])
  })

  test.each(['content.opf', 'epub/content.opf', './content.opf'])(
    'of a book that sits in a folder of its archive are brought to the top: %s',
    async (named) => {
      const files = {
        'epub/mimetype': 'application/epub+zip',
        'epub/META-INF/container.xml': container(named),
        'epub/content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine),
        'epub/title.xhtml': PAGE['page.xhtml'],
        'epub/page.xhtml': PAGE['page.xhtml'],
      }
      const made = await converted(
        makeZip(Object.entries(files).map(([name, content]) => ({ name, content }))),
      )
      expect(made.names).toEqual([
        'mimetype',
        'META-INF/container.xml',
        'content.opf',
        'title.xhtml',
        'page.xhtml',
        'holdfast-first-page.xhtml',
      ])
      expect(made.text('META-INF/container.xml')).toContain('full-path="content.opf"')
      expect(made.text('page.xhtml')).toContain('kobo.1.1')
    },
  )

  test('that cannot be converted stay as they are, up to a half', async () => {
    const binary = Buffer.alloc(500, 1)
    const files = {
      'content.opf': opf(
        `${ONE_PAGE.manifest}<item id="q" href="q.xhtml" media-type="application/xhtml+xml"/>`,
        '<itemref idref="p"/><itemref idref="q"/>',
      ),
      'q.xhtml': binary,
    }
    const made = await converted(book({ ...files, ...PAGE }))
    expect(made.content('q.xhtml').equals(binary)).toBe(true)
    expect(made.conversion.warnings).toEqual([
      '“q.xhtml” was left as it is. A document of the book is not text.',
    ])
    await expect(converted(book({ ...files, 'page.xhtml': binary }))).rejects.toThrow(
      '2 of 2 pages of the book cannot be converted.',
    )
  })

  test('that are very large are warned of', async () => {
    const large = xhtml(`<p>${'A word. '.repeat(300_000)}</p>`)
    const made = await converted(
      book({ 'content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine), 'page.xhtml': large }),
    )
    expect(made.conversion.warnings[0]).toContain('“page.xhtml” has 2.4 MB')
  })

  test('with a fixed layout of their own stay as they are', async () => {
    const made = await converted(
      book({
        'content.opf': opf(
          `${ONE_PAGE.manifest}<item id="f" href="f.xhtml" media-type="application/xhtml+xml"/>`,
          '<itemref idref="p"/><itemref idref="f" properties="rendition:layout-pre-paginated"/>',
        ),
        'f.xhtml': PAGE['page.xhtml'],
        ...PAGE,
      }),
    )
    expect(made.text('f.xhtml')).toBe(PAGE['page.xhtml'])
    expect(made.text('page.xhtml')).toContain('koboSpan')
  })
})

describe('a book that is not converted', () => {
  test('is the same, byte for byte, when it was a KEPUB', async () => {
    const first = await converted(
      book({ 'content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine), ...PAGE }),
    )
    const again = await converted(first.bytes)
    expect(again.conversion.kind).toBe('passed-through')
    expect(again.bytes.equals(first.bytes)).toBe(true)
    expect(again.conversion.documents.map(({ spans }) => spans)).toEqual(
      first.conversion.documents.map(({ spans }) => spans),
    )
  })

  test('is the same, byte for byte, when its layout is fixed', async () => {
    const source = book({
      'content.opf': opf(
        ONE_PAGE.manifest,
        ONE_PAGE.spine,
        '<meta name="fixed-layout" content="true"/>',
      ),
      ...PAGE,
    })
    const { conversion, bytes } = await converted(source)
    expect(conversion.kind).toBe('fixed-layout')
    expect(bytes.equals(source)).toBe(true)
  })
})

describe('the first page', () => {
  const long = 'Words longer than three bytes stand outside every paragraph. '
  test.each([
    ['text/ch1.xhtml', '<p>1</p><p>2</p><p>3</p><p>4</p><p>5</p>', true],
    ['text/ch1.xhtml', `<div>${long.repeat(4)}</div>`, true],
    ['text/ch1.xhtml', '<p>A half-title</p>', true],
    ['text/ch1.xhtml', '<div><img src="a.jpg"/></div>', false],
    [
      'text/ch1.xhtml',
      '<svg><image href="a.jpg"/><p>1</p><p>2</p><p>3</p><p>4</p><p>5</p></svg>',
      false,
    ],
    ['text/ch1.xhtml', '<img/><img/><img/><img/><img/>', true],
    ['text/ch1.xhtml', '<div>Seven words stand here before your eyes</div>', false],
    ['text/ch1.xhtml', `<script>${long.repeat(4)}</script><img/>`, false],
    ['text/ch1.xhtml', '<p>1<p>2<p>3<p>4<p>5', true],
    ['text/Cover.xhtml', '<p>1</p><p>2</p><p>3</p><p>4</p><p>5</p>', false],
    ['titlepage.html', '', false],
    ['title/ch1.xhtml', '', true],
  ])('is wanted before %s with %s: %s', (path, body, wanted) => {
    expect(needsFirstPage(path, xhtml(body))).toBe(wanted)
  })

  test('goes before a book that is read from right to left, whose pages still turn that way', async () => {
    const rtl = opf(ONE_PAGE.manifest, ONE_PAGE.spine).replace(
      '<spine',
      '<spine page-progression-direction="rtl"',
    )
    const made = await converted(book({ ...PAGE, 'content.opf': rtl }))
    expect(made.text('content.opf')).toMatch(
      /<spine page-progression-direction="rtl"[^>]*>\s*<itemref idref="holdfast-first-page"\/>/u,
    )
  })

  test('shows the cover, and is what is read first', async () => {
    const made = await converted(
      book({
        'META-INF/container.xml': container('O S/content.opf'),
        'O S/content.opf': opf(
          ONE_PAGE.manifest + JPEG.replace('a.jpg', 'i/a%20b.jpg'),
          ONE_PAGE.spine,
          '<meta name="cover" content="pic"/>',
        ),
        'O S/page.xhtml': PAGE['page.xhtml'],
        'O S/i/a b.jpg': 'jpeg',
      }),
    )
    const page = made.text('O S/holdfast-first-page.xhtml')
    expect(page).toContain('<title>A book</title>')
    expect(page).toContain('src="i/a%20b.jpg"')
    expect(page).toContain('id="kobo.1.1"')
    expect(made.text('O S/content.opf')).toContain(
      '<itemref idref="holdfast-first-page"/>\n    <itemref idref="p"/>',
    )
    expect(made.conversion.documents[0]).toMatchObject({
      name: 'O S/holdfast-first-page.xhtml',
      linear: true,
    })
  })
})

describe('junk', () => {
  test.each([
    ['META-INF/calibre_bookmarks.txt', true],
    ['iTunesMetadata.plist', true],
    ['OEBPS/iTunesArtwork.plist', true],
    ['iTunesMetadata-original.plist', true],
    ['OEBPS/.DS_Store', true],
    ['Thumbs.db', true],
    ['__MACOSX/OEBPS/page.xhtml', true],
    ['OEBPS/._page.xhtml', true],
    ['.directory', true],
    ['desktop.ini', true],
    ['OEBPS/page.xhtml', false],
    ['OEBPS/__MACOSX/page.xhtml', false],
    ['META-INF/com.apple.ibooks.display-options.xml', false],
  ])('%s: %s', (path, junk) => {
    expect(isJunk(path)).toBe(junk)
  })

  test('goes, unless the manifest lists it', async () => {
    const listed = '<item id="t" href="thumbs.db" media-type="image/jpeg"/>'
    const made = await converted(
      book({
        'content.opf': opf(ONE_PAGE.manifest + listed, ONE_PAGE.spine),
        ...PAGE,
        'thumbs.db': 'x',
        '.DS_Store': 'x',
        '__MACOSX/a/b': 'x',
      }),
    )
    expect(made.names).toContain('thumbs.db')
    expect(made.names).not.toContain('.DS_Store')
    expect(made.names).not.toContain('__MACOSX/a/b')
  })
})
