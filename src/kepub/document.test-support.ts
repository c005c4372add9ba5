import fc from 'fast-check'
import { SaxesParser } from 'saxes'

/** What an XML reader finds in a document: its spans as `id text`, and all text of body without white space. */
export interface Found {
  spans: string[]
  text: string
}

/** Reads a document as strictly as XML wants it, and throws at the first fault. */
export function readStrictly(bytes: Buffer | string): Found {
  const found: Found = { spans: [], text: '' }
  const open: string[] = []
  let span: { id: string; text: string; depth: number } | undefined
  let silent = 0
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => {
    open.push(tag.name)
    if (tag.name === 'script' || tag.name === 'style') silent += 1
    const id = tag.attributes['id']?.value ?? ''
    if (tag.attributes['class']?.value === 'koboSpan' && id.startsWith('kobo.'))
      span = { id, text: '', depth: open.length }
    else if (span !== undefined && tag.name === 'img') span.text += '<img>'
  })
  const take = (text: string) => {
    if (span !== undefined) span.text += text
    if (open.includes('body') && silent === 0) found.text += text.replace(/[\t\n\f\r ]/gu, '')
  }
  parser.on('text', take)
  parser.on('cdata', take)
  parser.on('closetag', (tag) => {
    if (span?.depth === open.length) {
      found.spans.push(`${span.id} ${span.text}`)
      span = undefined
    }
    if (tag.name === 'script' || tag.name === 'style') silent -= 1
    open.pop()
  })
  parser.write(bytes.toString()).close()
  return found
}

/** A well-formed document around `body`, as most books have it. */
export function page(body: string, head = '<title>A page</title>'): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en">\n<head>\n${head}\n</head>\n<body class="b">${body}\n</body>\n</html>\n`,
  )
}

/** Bodies such as books have, without fault. */
export function bodies(): fc.Arbitrary<string> {
  return fc.array(block(3), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('\n'))
}

/** Bodies whose tags are balanced, but whose elements stand in one another as no author would put them. */
export function jumbledBodies(): fc.Arbitrary<string> {
  return fc.array(jumble(5), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
}

/** Documents with a few random wounds, half of them between tags, where they hurt less. */
export function woundedPages(): fc.Arbitrary<Buffer> {
  const wound = fc.record({
    at: fc.noBias(fc.nat(999_999)),
    between: fc.boolean(),
    remove: fc.constantFrom(0, 0, 0, 1, 2, 5),
    insert: fc.constantFrom(...WOUNDS),
  })
  return fc
    .tuple(bodies(), fc.oneof(fc.tuple(wound), fc.array(wound, { minLength: 2, maxLength: 3 })))
    .map(([body, wounds]) =>
      wounds.reduce((text, { at, between, remove, insert }) => {
        const place = Math.floor((at / 1_000_000) * text.length)
        const from = between ? text.indexOf('>', place) + 1 : place
        return text.slice(0, from) + insert + text.slice(between ? from : from + remove)
      }, page(body).toString()),
    )
    .map((text) => Buffer.from(text))
}

const WORDS = [
  'One. ',
  'Two! “Three?” ',
  'e.g. this\n',
  '…',
  '「日本語。」',
  '\u3000',
  '\u00A0',
  'né ',
  '&amp; ',
  '&#8217;s ',
  '&nbsp;',
  '&eacute;',
  '. ',
  ' ',
  '\t\n',
  'a > b',
  '.&quot; X',
  '😀. ',
  'Mr. X',
  '.” ',
  ".' ",
  '\u2003',
  '&#160;',
  '\u0085',
]

const WOUNDS = [
  ...WORDS,
  '',
  '<p>',
  '</p>',
  '<p/>',
  '<i>',
  '</i>',
  '<i/>',
  '<b/>',
  '<br>',
  '<br/>',
  '<br></br>',
  '<hr/>',
  '<a>',
  '</a>',
  '<div>',
  '</div>',
  '<div/>',
  '<li>',
  '</li>',
  '<table>',
  '</table>',
  '<tr>',
  '<td>x</td>',
  '<td/>',
  '<h2>',
  '</h2>',
  '<span/>',
  '<pre>\n x. y</pre>',
  '<svg/>',
  '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
  '<svg xmlns="http://www.w3.org/2000/svg"><p>x</p></svg>',
  '<math>',
  '</body>',
  '<body>',
  '<!-- a -->',
  '<!-- a -- b -->',
  '<!-->',
  '<?pi x?>',
  '<?pi x>y?>',
  '<![CDATA[a < b]]>',
  ']]>',
  '&',
  '<',
  '>',
  '"',
  "'",
  '=',
  '/',
  '&bogus;',
  '&copy',
  '&#0;',
  '&#x85;',
  '&#xFFFE;',
  '\r\n',
  '\r',
  '\uFFFD',
  '\uFFFF',
  '\f',
  '\v',
  '\0',
  '\uFEFF',
  ' x="1"',
  ' class="koboSpan"',
  ' o:x="1"',
  ' epub:type="z"',
  ' id=a',
  '<o:p>x</o:p>',
  '<P>',
  '<select>',
  '<textarea>',
  '<title>t</title>',
  '<noscript>x</noscript>',
  '<iframe/>',
  '<button>',
  '<rt>x</rt>',
  '<dd>x</dd>',
  '<caption/>',
  '<img/>',
  '<img src="a.png">',
  '<template>x</template>',
  '<font color="red">',
  '</font>',
]

const JUMBLED =
  'p p div li ul ol dd dt dl a b i font h1 h2 table table tbody tr tr td td caption colgroup ruby rt rp span pre blockquote section map label center address svg math em code'.split(
    ' ',
  )
const EMPTY = ['br', 'hr', 'img', 'col', 'wbr', 'area', 'p', 'a', 'i', 'td', 'li', 'div', 'h1']

function jumble(depth: number): fc.Arbitrary<string> {
  const leaf = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('', ' ', 'x', 'One. Two', '\u00A0', '<!-- c -->') },
    { weight: 1, arbitrary: fc.constantFrom(...EMPTY).map((name) => `<${name}/>`) },
  )
  if (depth === 0) return leaf
  const element = fc
    .tuple(fc.constantFrom(...JUMBLED), fc.array(jumble(depth - 1), { maxLength: 3 }))
    .map(([name, parts]) => `<${name}>${parts.join('')}</${name}>`)
  return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 2, arbitrary: element })
}

function text(): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map((words) => words.join(''))
}

function inlines(depth: number): fc.Arbitrary<string> {
  const plain = fc.oneof(
    { weight: 4, arbitrary: text() },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '<br/>',
        '<img src="a.png" alt="A > b"/>',
        '<a id="n"/>',
        '<!-- note -->',
        '<i/>',
        '<span class="x"></span>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>An x. And y</title><path d="M0 0"/></svg>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>=</mo><mspace/></math>',
        '<ruby>漢<rp>(</rp><rt>kan</rt></ruby>',
      ),
    },
  )
  if (depth === 0) return plain
  const wrapped = fc
    .tuple(
      fc.constantFrom('i', 'b', 'em', 'span', 'sup', 'code', 'small', 'u'),
      fc.constantFrom('', ' class="c"', ' title=\'t\' epub:type="z"', ' id = "a&amp;b"'),
      inlines(depth - 1),
    )
    .map(([name, attributes, content]) => `<${name}${attributes}>${content}</${name}>`)
  return fc
    .array(fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: wrapped }), {
      maxLength: 4,
    })
    .map((parts) => parts.join(''))
}

function block(depth: number): fc.Arbitrary<string> {
  const filled = (names: string[], content: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom(...names), content)
      .map(([name, inner]) => `<${name}>${inner}</${name}>`)
  const leaf = fc.oneof(
    { weight: 5, arbitrary: filled(['p', 'p', 'h1', 'h2', 'div', 'pre'], inlines(2)) },
    { weight: 1, arbitrary: fc.constantFrom('<hr/>', '<p/>', '<h3/>', '<p> </p>', '<div/>') },
  )
  if (depth === 0) return leaf
  const inner = fc.array(block(depth - 1), { maxLength: 3 }).map((parts) => parts.join('\n '))
  const rows = fc
    .array(filled(['td', 'th'], fc.oneof(inlines(1), inner)), { maxLength: 3 })
    .map((cells) => `<tr>\n${cells.join('\n')}</tr>`)
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: filled(['div', 'blockquote', 'section'], inner) },
    {
      weight: 1,
      arbitrary: fc
        .array(filled(['li'], fc.oneof(inlines(1), inner)), { maxLength: 3 })
        .map((entries) => `<ul>${entries.join('\n')}</ul>`),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(filled(['dt', 'dd'], inlines(1)), { maxLength: 3 })
        .map((entries) => `<dl>${entries.join('\n')}</dl>`),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(rows, { maxLength: 2 })
        .map(
          (all) => `<table>\n<caption>Of it. All</caption><tbody>${all.join('\n')}</tbody></table>`,
        ),
    },
  )
}
