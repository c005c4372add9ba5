import { describe, expect, test } from 'vitest'
import { convertDocument } from './document.ts'
import { page, readStrictly } from './document.test-support.ts'
import { NotConvertible } from './not-convertible.ts'
import { parseDocument } from './parse-document.ts'
import { scanDocument } from './scan-document.ts'

function spansOf(body: string): string[] {
  return readStrictly(convertDocument(page(body)).bytes).spans
}

function convert(source: string): string {
  return convertDocument(Buffer.from(source)).bytes.toString()
}

describe('spans are numbered', () => {
  test.each<[string, string, string[]]>([
    [
      'through text, images and blocks',
      'Stray. <p>A. B <img src="i"/> c. d</p><div>e</div>',
      ['0.1 Stray. ', '1.1 A. ', '1.2 B ', '2.1 <img>', '2.2  c. ', '2.3 d', '2.4 e'],
    ],
    ['without a number for an empty block', '<p></p><h1/><p>a</p>', ['1.1 a']],
    ['with a span for white space directly in p', '<p> </p><p>&#160;</p>', ['1.1  ', '2.1 \u00A0']],
    ['without one for other white space', '<p><b> </b></p><div>\u3000</div>', []],
    [
      'anew at every inline element',
      '<p>a <i>b</i> c<sup>1</sup></p>',
      ['1.1 a ', '1.2 b', '1.3  c', '1.4 1'],
    ],
    ['apart by a comment', '<p>a. b<!-- c -->d</p>', ['1.1 a. ', '1.2 b', '1.3 d']],
    [
      'on from a nested list',
      '<ul><li>a<ol><li>b</li></ol>c</li></ul>',
      ['1.1 a', '2.1 b', '2.2 c'],
    ],
    [
      'by table, not by its cells',
      '<table><tr><td>a</td><td>b</td></tr></table>',
      ['1.1 a', '1.2 b'],
    ],
    ['by heading', '<h2>a</h2><h6>b</h6><section>c</section>', ['1.1 a', '2.1 b', '2.2 c']],
    [
      'past what is left untouched',
      '<pre>a. b <img src="x"/></pre><script type="a">b</script><svg xmlns="http://www.w3.org/2000/svg"><text>c</text></svg><p>d</p>',
      ['1.1 d'],
    ],
    [
      'by what references stand for',
      '<p>A.&#8221; B &amp; C.&#32;D &lt;e&gt;</p>',
      ['1.1 A.” ', '1.2 B & C. ', '1.3 D <e>'],
    ],
    ['by image outside of blocks', '<div><img src="a"/>b</div>', ['1.1 <img>', '1.2 b']],
  ])('%s', (_, body, spans) => {
    expect(spansOf(body)).toEqual(spans.map((span) => `kobo.${span}`))
    const parsed = parseDocument(page(body))
    expect(readStrictly(parsed?.markup ?? '').spans).toEqual(spansOf(body))
  })
})

test('the style ends head, the wrapper is all of body, and the rest is as it was', () => {
  const source = page('<p id="a" epub:type="z">One. Two</p>')
  const result = convertDocument(source)
  expect(result.path).toBe('scanned')
  expect(result.bytes.toString()).toBe(
    source
      .toString()
      .replace(
        '</head>',
        '<style type="text/css">/*kobostylehacks*/div#book-inner { margin-top: 0; margin-bottom: 0; } span.koboSpan { -webkit-text-combine: inherit; }</style></head>',
      )
      .replace('<body class="b">', '<body class="b"><div id="book-columns"><div id="book-inner">')
      .replace('</body>', '</div></div></body>')
      .replace(
        'One. Two',
        '<span class="koboSpan" id="kobo.1.1">One. </span><span class="koboSpan" id="kobo.1.2">Two</span>',
      ),
  )
})

describe('other ways of writing', () => {
  test('vertical Japanese is one span a paragraph, ruby takes part, and digits stay upright', () => {
    const vertical = page(
      '<p>第<span class="tcy">12</span>章。次の文！</p><p><ruby>漢<rt>かん</rt></ruby>字。</p>',
      '<style type="text/css">html { -epub-writing-mode: vertical-rl; }</style>',
    )
    const { bytes, path } = convertDocument(vertical)
    expect(path).toBe('scanned')
    expect(readStrictly(bytes).spans).toEqual([
      'kobo.1.1 第',
      'kobo.1.2 12',
      'kobo.1.3 章。次の文！',
      'kobo.2.1 漢',
      'kobo.2.2 かん',
      'kobo.2.3 字。',
    ])
    expect(bytes.toString()).toContain('-epub-writing-mode: vertical-rl;')
    expect(bytes.toString()).toContain('span.koboSpan { -webkit-text-combine: inherit; }')
  })

  test('right-to-left text is cut as any other, and says its direction where it did', () => {
    const hebrew = page('<p dir="rtl">שלום. עולם! “כן.” סוף</p>').toString()
    const result = convert(hebrew.replace('<html ', '<html dir="rtl" xml:lang="he" '))
    expect(readStrictly(result).spans).toEqual([
      'kobo.1.1 שלום. ',
      'kobo.1.2 עולם! ',
      'kobo.1.3 “כן.” ',
      'kobo.1.4 סוף',
    ])
    expect(result).toContain('<html dir="rtl" xml:lang="he" ')
    expect(result).toContain('<p dir="rtl"><span')
  })
})

describe('the scanner leaves to the parser', () => {
  test.each([
    '<p>a<p>b</p></p>',
    '<p><div>a</div></p>',
    '<a href="x">a<a href="y">b</a></a>',
    '<ul><li>a<li>b</li></li></ul>',
    '<ul><li><span><li>b</li></span></li></ul>',
    '<h1>a<h2>b</h2></h1>',
    '<table>a<tr><td>b</td></tr></table>',
    '<table><tr>&#160;<td>b</td></tr></table>',
    '<td>a</td>',
    '<table><p>a</p></table>',
    '<br>a',
    '<br></br>',
    '<P>a</P>',
    '<p class=a>b</p>',
    '<p id="a" ID="b">c</p>',
    '<p title="a < b">c</p>',
    '<p title="&eacute;">c</p>',
    '<p x:y="z">c</p>',
    '<p>a & b</p>',
    '<p>&bogus;</p>',
    '<p>a ]]> b</p>',
    '<p>\uFFFD</p>',
    '<p><![CDATA[a]]></p>',
    '<!-- a -- b -->',
    '<?a b>c?>',
    '<svg xmlns="http://www.w3.org/2000/svg"><p>a</p></svg>',
    '<svg><g/></svg>',
    '<select><option>a</option></select>',
    '<noscript>a</noscript>',
    '<iframe src="a"></iframe>',
    '<p>a</i>',
    '<p>a',
    '</div>',
    'text before the end',
    '<p class="koboSpan">a</p>',
  ])('%s', (body) => {
    expect(scanDocument(page('<p>a</p>'))).toBeDefined()
    expect(scanDocument(page(body))).toBeUndefined()
  })
})

describe('what HTML would break in XHTML is mended, unlike in kepubify', () => {
  test('an element that closes itself does not run on through the chapter', () => {
    expect(convert(page('<p><i/>a<p>b</p><strong/>c</p>').toString())).toContain('<i></i>')
  })

  test('only what kepubify closes is closed when the tags are not balanced', () => {
    expect(spansOf('<p>a<span/>b<i/><p>c')).toEqual([
      'kobo.1.1 a',
      'kobo.1.2 b',
      'kobo.2.1 c\n\n\n',
    ])
    expect(convert(page('<p>b<i/><p>c').toString())).toContain('<p><i><span class="koboSpan"')
  })

  test('a frame that closes itself does not swallow what follows', () => {
    expect(spansOf('<p>a<iframe/>b<br>c')).toEqual(['kobo.1.1 a', 'kobo.1.2 b', 'kobo.1.3 c\n\n\n'])
  })

  test('the text of a CDATA section stays', () => {
    expect(spansOf('<p>a <![CDATA[b < c & d]]> e</p>')).toEqual(['kobo.1.1 a b < c & d e'])
  })

  test('declared entities are expanded, and their declarations go', () => {
    const result = convert(
      '<!DOCTYPE html [<!ENTITY who "&first; <i>Person</i>"><!ENTITY first "One">\n<!-- ]> -->]>\n<html><body><p title="&who;">&who; &nbsp;</p></body></html>',
    )
    expect(readStrictly(result).spans).toEqual([
      'kobo.1.1 One ',
      'kobo.1.2 Person',
      'kobo.1.3  \u00A0',
    ])
    expect(result).toMatch(/^<!DOCTYPE html>\n<html/u)
  })

  test('a prefix for XHTML goes, and another root stays as it is', () => {
    const result = convert(
      '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title></h:head><h:body><h:p>a<h:br/>b</h:p></h:body></h:html>',
    )
    expect(readStrictly(result).spans).toEqual(['kobo.1.1 a', 'kobo.1.2 b'])
    const other = Buffer.from('<x:html xmlns:x="urn:other"><x:p>a</x:p></x:html>')
    expect(convertDocument(other)).toMatchObject({ bytes: other, path: 'kept' })
  })

  test('a declaration that is not at the beginning goes to the beginning', () => {
    expect(
      convert('\n <?xml version="1.1" encoding="latin1"?><html><body>a</body></html>'),
    ).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<html /u)
    expect(convert('<html><body>a<?xml version="1.0"?>b</body></html>')).not.toContain('?xml')
  })
})

describe('the parser writes XML', () => {
  test.each([
    ['names that XML does not allow', '<p 1="a" b"c="d" e:f:g="h">a</p><a"b>c</a"b>', '<p>'],
    ['an undeclared prefix', '<p q:r="s">a', 'q:r="s" xmlns:q="urn:undeclared:q"'],
    ['control characters', '<p title="a\u0001b">c\u0001\fd\uFFFE', '<p title="ab">'],
    ['a comment with dashes', '<p>a<!-- b -- c --->', '<!-- b - - c - -->'],
    ['attributes without a value', '<p hidden>a', '<p hidden="">'],
    [
      'drawings',
      '<p><svg><a xlink:href="b"><rect/></a></svg>',
      'xmlns:xlink="http://www.w3.org/1999/xlink"',
    ],
    [
      'XHTML inside a drawing',
      '<svg><foreignObject><div>a</div></foreignObject></svg>',
      '<div xmlns="http://www.w3.org/1999/xhtml">',
    ],
    ['scripts', '<script>if (a < b && c) d("</p>")</script>', 'if (a &lt; b &amp;&amp; c)'],
    ['empty marks of a word processor', '<p>a<o:p></o:p><st1:city></st1:city>b', 'id="kobo.1.2">b'],
    ['a carriage return that is meant', '<p>a&#13;b', 'a&#13;b'],
  ])('for %s', (_, body, expected) => {
    const result = convert(page(body).toString())
    expect(result).toContain(expected)
    expect(() => readStrictly(result)).not.toThrow()
  })

  test('an element that cannot be written declares no prefix either', () => {
    const result = convert('<a"b xmlns:epub="urn:x"><p epub:type="y">a')
    expect(result).toContain('epub:type="y" xmlns:epub="http://www.idpf.org/2007/ops"')
    expect(() => readStrictly(result)).not.toThrow()
  })

  test('a document says that it is UTF-8, and no shop has a lock on it', () => {
    const result = convertDocument(
      page(
        '<p>a',
        '<meta charset="latin1"><meta http-equiv="Content-Type" content="text/html; charset=latin1"><meta name="Adept.expected.resource" content="x">',
      ),
    ).bytes.toString()
    expect(result).toContain('<meta charset="utf-8"/>')
    expect(result).toContain('content="text/html; charset=utf-8"/>')
    expect(result).not.toContain('Adept')
  })
})

describe('a document may be written', () => {
  const text = '<html><head></head><body><p>Größe “é”</p></body></html>'
  test.each([
    ['in UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['in UTF-16 without one', Buffer.from(text, 'utf16le').swap16()],
    ['in UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['in UTF-8 that says otherwise', Buffer.from(`<?xml version="1.0" encoding="latin1"?>${text}`)],
    ['in windows-1252 that says nothing', inWindows1252(text)],
    ['in what it says', inWindows1252(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`)],
    [
      'in an encoding that nobody knows',
      inWindows1252(`<?xml version="1.0" encoding="x-own"?>${text}`),
    ],
    [
      'in bytes though it says UTF-16',
      inWindows1252(`<?xml version="1.0" encoding="utf-16"?>${text}`),
    ],
  ])('%s', (_, bytes) => {
    expect(readStrictly(convertDocument(bytes).bytes).spans).toEqual(['kobo.1.1 Größe “é”'])
  })

  test('in UTF-8 with a broken byte, which goes', () => {
    const bytes = Buffer.concat([
      Buffer.from('<html><head><meta charset="utf-8"/></head><body><p>é'),
      Buffer.from([0xe9]),
      Buffer.from('z</p></body></html>'),
    ])
    const result = convertDocument(bytes)
    expect(readStrictly(result.bytes).spans).toEqual(['kobo.1.1 éz'])
    expect(result.spans.characters).toBe(2)
  })

  test('with the line ends of any system', () => {
    const unix = page('<p>One.\nTwo</p>\n<pre>a\nb</pre>')
    const dos = Buffer.from(unix.toString().replaceAll('\n', '\r\n'))
    expect(convertDocument(dos)).toEqual(convertDocument(unix))
  })

  test('but bytes that are no text are refused', () => {
    const noise = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 256))
    expect(() => convertDocument(noise)).toThrow(NotConvertible)
  })
})

describe('converting again', () => {
  test('changes nothing, even in a document that got no spans', () => {
    for (const body of [
      '<p>a. b</p>',
      '',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<p>a<br>',
    ]) {
      const { bytes } = convertDocument(page(body))
      expect(convertDocument(bytes)).toMatchObject({ bytes, path: 'kept' })
    }
  })

  test('keeps the spans of another converter, and adds the wrapper if that is missing', () => {
    const span = '<span class="koboSpan" id="kobo.3.1">a. b</span>'
    const wrapped = page(`<div id="book-columns"><div id="book-inner">${span}</div></div>`)
    expect(convertDocument(wrapped)).toMatchObject({ bytes: wrapped, path: 'kept' })
    const { bytes } = convertDocument(page(span))
    expect(readStrictly(bytes).spans).toEqual(['kobo.3.1 a. b'])
    expect(bytes.toString()).toContain('<div id="book-columns"><div id="book-inner">')
  })
})

/** For the characters that these tests use. */
function inWindows1252(text: string): Buffer {
  return Buffer.from(text.replaceAll('“', '\u0093').replaceAll('”', '\u0094'), 'latin1')
}
