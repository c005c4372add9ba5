import { expect, test } from 'vitest'
import { convertDocument } from './document.ts'
import { page, readStrictly } from './document.test-support.ts'
import { DOCUMENT_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'

test('a document over the limit is refused before it is read', () => {
  expect(() => convertDocument(Buffer.alloc(DOCUMENT_LIMIT + 1, 'a'))).toThrow(/larger than 50 MB/u)
})

test('a document of 49 MB of sentences is converted', () => {
  const { spans } = convertDocument(page('<p>Hello. World of it</p>'.repeat(1_900_000)))
  expect(spans.offsets).toHaveLength(3_800_000)
})

test('a document of 11 MB that is not well-formed would take too much memory, and is refused', () => {
  expect(() => convertDocument(page('Fish & chips. '.repeat(800_000)))).toThrow(/to be mended/u)
})

test('nesting of 10,000 elements does not overflow, balanced or not', () => {
  const open = '<div>'.repeat(10_000)
  const balanced = convertDocument(page(`${open}a${'</div>'.repeat(10_000)}`))
  expect(readStrictly(balanced.bytes).spans).toEqual(['kobo.0.1 a'])
  expect(convertDocument(page(`${open}a`)).spans.offsets).toHaveLength(1)
  expect(convertDocument(page(`${'<b>'.repeat(5_000)}<p>a`)).spans.offsets).toHaveLength(1)
})

test.each<[string, string]>([
  ['nesting without end', '<div>'.repeat(100_000)],
  ['nesting of what usually does not nest', '<rt>'.repeat(100_000)],
  ['nesting of cells in a drawing', `<SVG>${'<td>'.repeat(100_000)}`],
  ['deep nesting under many tags', `${'<div>'.repeat(15_000)}${'<br>'.repeat(200_000)}`],
  ['a million attributes', `<p ${numbered(1_000_000, (n) => `a${n}="" `)}>a`],
  ['a million attributes without quotes', `<p ${numbered(1_000_000, (n) => `a${n} `)}>a`],
  [
    'formatting that multiplies in every paragraph',
    `<p>${numbered(5_000, (n) => `<font size="${n}">`)}${'<p>a'.repeat(5_000)}`,
  ],
])('%s is refused', (_, body) => {
  expect(() => convertDocument(page(body))).toThrow(NotConvertible)
})

test.each<[string, (n: number) => string]>([
  ['double itself', (n) => `&a${n - 1};&a${n - 1};`],
  ['name themselves', (n) => `&a${n};`],
])('entities that %s are refused, with text in them or without', (_, value) => {
  for (const seed of ['ha', '']) {
    const declared = numbered(30, (n) => `<!ENTITY a${n} "${n === 0 ? seed : value(n)}">`)
    const source = Buffer.from(`<!DOCTYPE html [${declared}]><html><body>&a29;</body></html>`)
    expect(() => convertDocument(source)).toThrow(NotConvertible)
  }
  const ten = numbered(15, (n) => `<!ENTITY a${n} "${n === 0 ? '' : `&a${n - 1};`.repeat(10)}">`)
  const source = Buffer.from(`<!DOCTYPE html [${ten}]><html><body>&a14;</body></html>`)
  expect(() => convertDocument(source)).toThrow(/far too large/u)
})

test.each([
  '<',
  '<a',
  '<!--',
  '<![CDATA[',
  '<?',
  '</',
  '&',
  '&#',
  '<script>',
  '<li>',
  '<!DOCTYPE html [',
  '<!ENTITY a "',
  ']]>',
])('a hundred thousand times %j is read in the time of its length', (piece) => {
  const { bytes } = convertDocument(Buffer.from(piece.repeat(100_000)))
  expect(() => readStrictly(bytes)).not.toThrow()
})

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf])],
  ['half a character', Buffer.from([0xf0, 0x9f])],
  ['one byte of two', Buffer.from([0xff, 0xfe, 0x41])],
  ['plain text', Buffer.from('Just text. And more & more')],
])('%s gives a document', (_, bytes) => {
  expect(() => readStrictly(convertDocument(bytes).bytes)).not.toThrow()
})

test('a frameset is kept as it is', () => {
  const source = Buffer.from('<html><frameset><frame src="a"></frameset></html>')
  expect(convertDocument(source)).toMatchObject({ bytes: source, path: 'kept' })
})

function numbered(count: number, one: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => one(n)).join('')
}
