import fc from 'fast-check'
import { expect, test } from 'vitest'
import { convertDocument } from '../kepub/index.ts'
import {
  bookHasSpan,
  packSpans,
  placeOfPercent,
  placeOfSpan,
  spanOfPlace,
  spansOf,
  unpackSpans,
  type DocumentSpans,
} from './book-spans.ts'

function document(name: string, body: string, linear = true): DocumentSpans {
  const page = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`
  return { name, linear, spans: convertDocument(Buffer.from(page)).spans }
}

const DOCUMENTS = [
  document('OEBPS/cover.xhtml', '<div/>'),
  document('OEBPS/one two.xhtml', '<p>One. Two <i>three</i>.</p><p><img src="a"/>Four.</p>'),
  document('OEBPS/notes.xhtml', '<p>A note.</p>', false),
  document('OEBPS/three.xhtml', '<p>Five. Six. Seven. Eight.</p>'),
]
const BOOK = unpackSpans(packSpans(DOCUMENTS))

test('what is packed comes out as it was', () => {
  expect(BOOK.map(({ name, linear }) => [name, linear])).toEqual(
    DOCUMENTS.map(({ name, linear }) => [name, linear]),
  )
  for (const { name, spans } of DOCUMENTS) expect(spansOf(BOOK, name)).toEqual(spans)
  expect(spansOf(BOOK, 'OEBPS/four.xhtml')).toBeUndefined()
})

test('the spans of a novel take about a byte and a half for a sentence', () => {
  const chapter = `<p>It was a dark night. Who is there? She said so; nobody answered her.</p>`
  const novel = Array.from({ length: 50 }, (_, n) =>
    document(`OEBPS/chapter${n}.xhtml`, chapter.repeat(100)),
  )
  expect(packSpans(novel).length).toBeLessThan(50 * 100 * 3 * 1.5)
})

test('a span leads to its place in the text and to percents, and the place back to the span', () => {
  const three = { source: 'OEBPS/three.xhtml', value: 'kobo.1.3' }
  const place = placeOfSpan(BOOK, three)
  // “One.Two three.Four.” are 18 characters that count, “Five.Six.Seven.Eight.” 21; the note is not read on the way.
  expect(place).toEqual({
    document: 'OEBPS/three.xhtml',
    offset: 9,
    percent: ((18 + 9) / 39) * 100,
    sourcePercent: (9 / 21) * 100,
  })
  expect(place && spanOfPlace(BOOK, place)).toEqual(three)
  expect(placeOfPercent(BOOK, place?.percent ?? 0)).toEqual({
    document: 'OEBPS/three.xhtml',
    offset: 9,
  })
})

test('every span comes back from its place, unless another begins at the same one', () => {
  const body = fc
    .array(fc.constantFrom('One. ', 'Two', '<i>three</i> ', '</p><p>', '<img src="a"/>'))
    .map((parts) => `<p>${parts.join('')}</p>`)
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
      const documents = bodies.map((each, n) => document(`${n}.xhtml`, each))
      const book = unpackSpans(packSpans(documents))
      for (const { name, spans } of documents)
        for (const [index, offset] of spans.offsets.entries()) {
          const value = `kobo.${spans.paras[index]}.${spans.segs[index]}`
          const place = placeOfSpan(book, { source: name, value })
          expect(bookHasSpan(book, { source: name, value })).toBe(true)
          expect(place).toMatchObject({ document: name, offset })
          const back = place && spanOfPlace(book, place)
          const isLast = spans.offsets[index + 1] !== offset
          if (isLast) expect(back).toEqual({ source: name, value })
          else expect(back && placeOfSpan(book, back)).toEqual(place)
        }
    }),
  )
})

test('a document is known by a path as a Kobo may write it', () => {
  const value = 'kobo.1.2'
  for (const source of ['OEBPS/one two.xhtml', 'OEBPS/one%20two.xhtml#kobo.1.2'])
    expect(bookHasSpan(BOOK, { source, value })).toBe(true)
  expect(bookHasSpan(BOOK, { source: 'OEBPS/%zz.xhtml', value })).toBe(false)
  expect(bookHasSpan(BOOK, { source: 'OEBPS/one two.xhtml', value: 'kobo.9.1' })).toBe(false)
  expect(bookHasSpan(BOOK, { source: 'OEBPS/one two.xhtml', value: 'point(/1/4)' })).toBe(false)
  expect(bookHasSpan(BOOK, { source: 'OEBPS/cover.xhtml', value: 'kobo.1.1' })).toBe(false)
})

test('what leads nowhere has no place', () => {
  expect(placeOfSpan(BOOK, { source: 'OEBPS/four.xhtml', value: 'kobo.1.1' })).toBeUndefined()
  expect(placeOfSpan(BOOK, { source: 'OEBPS/cover.xhtml', value: 'kobo.1.1' })).toBeUndefined()
  expect(spanOfPlace(BOOK, { document: 'OEBPS/cover.xhtml', offset: 0 })).toBeUndefined()
  expect(placeOfPercent([], 50)).toBeUndefined()
})
