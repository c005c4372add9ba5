import { describe, expect, test } from 'vitest'
import { isJunk } from '../../src/kepub/junk.ts'
import { book, converted, ONE_PAGE, opf, PAGE } from './converted.ts'

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
