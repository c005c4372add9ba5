import { describe, expect, test } from 'vitest'
import { makeZip } from '../support/make-epub.ts'
import { book, container, converted, ONE_PAGE, opf, PAGE, xhtml } from './converted.ts'

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
