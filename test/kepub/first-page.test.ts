import { describe, expect, test } from 'vitest'
import { needsFirstPage } from '../../src/kepub/first-page.ts'
import { book, container, converted, JPEG, ONE_PAGE, opf, PAGE, xhtml } from './converted.ts'

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
