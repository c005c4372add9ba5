import { expect, test } from 'vitest'
import { archivePath } from './archive-path.ts'

test.each([
  ['OEBPS/content.opf', 'a.xhtml', 'OEBPS/a.xhtml'],
  ['OEBPS/content.opf', '../images/c.jpg#top', 'images/c.jpg'],
  ['content.opf', './text//a.xhtml?x=1', 'text/a.xhtml'],
  ['OEBPS/content.opf', '/images/c.jpg', 'images/c.jpg'],
  ['OEBPS/content.opf', 'a%20b.xhtml', 'OEBPS/a%20b.xhtml'],
  ['OEBPS/content.opf', '../../etc/passwd', undefined],
  ['OEBPS/content.opf', 'http://example.org/c.jpg', undefined],
  ['OEBPS/content.opf', '//example.org/c.jpg', undefined],
  ['OEBPS/content.opf', 'data:image/png;base64,AAAA', undefined],
  ['OEBPS/content.opf', '#top', undefined],
  ['content.opf', '..', undefined],
])('from %s, %s leads to %s', (base, href, path) => {
  expect(archivePath(base, href)).toBe(path)
})
