import { describe, expect, test } from 'vitest'
import { readPackage } from '../../src/kepub/package-document.ts'
import { packagePaths } from '../../src/kepub/package-paths.ts'
import { book, container, converted, JPEG, ONE_PAGE, opf, packageOf, PAGE } from './converted.ts'

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
