import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { convertDocument, readSpans } from './document.ts'
import { page } from './document.test-support.ts'
import { decodeSpanMap, emptySpanMap, encodeSpanMap } from './span-map.ts'
import { offsetOf, percentOf, placeAt, spanAt } from './span-map.ts'
import type { SpanMap } from './span-map.ts'

const map = convertDocument(
  page('<p>Ab cd. Éf<img src="a.png"/> gh 😀</p>\n<p>ij. <script>no</script>kl</p>'),
).spans

test('a map counts what is not white space, and an image shares its place with what follows', () => {
  expect(map).toEqual({
    characters: 16,
    offsets: Uint32Array.of(0, 5, 7, 7, 11, 14),
    paras: Uint32Array.of(1, 1, 2, 2, 3, 3),
    segs: Uint32Array.of(1, 2, 1, 2, 1, 2),
    images: Uint32Array.of(2),
  })
})

test('a span leads to its offset, and an offset to the last span that begins there or before', () => {
  expect(offsetOf(map, 'kobo.1.2')).toBe(5)
  expect(spanAt(map, 5)).toBe('kobo.1.2')
  expect(spanAt(map, 6)).toBe('kobo.1.2')
  expect(spanAt(map, 7)).toBe('kobo.2.2')
  expect(spanAt(map, 1_000)).toBe('kobo.3.2')
})

test('an id of another converter leads to what is near', () => {
  expect(offsetOf(map, 'kobo.1.9')).toBe(5)
  expect(offsetOf(map, 'kobo.8.1')).toBe(14)
  expect(offsetOf(map, 'kobo.0.1')).toBeUndefined()
  expect(offsetOf(map, 'point(/1/4)')).toBeUndefined()
  expect(offsetOf(map, 'kobo.1.99999999999999999999')).toBeUndefined()
  expect(spanAt(emptySpanMap(5), 0)).toBeUndefined()
})

describe('as bytes', () => {
  test('a map takes about a byte and a half for a sentence', () => {
    const { spans } = convertDocument(
      page('<p>A short one. And another that is longer.</p>'.repeat(500)),
    )
    expect(encodeSpanMap(spans).length).toBeLessThan(1_000 * 1.5)
    expect(decodeSpanMap(encodeSpanMap(spans))).toEqual(spans)
  })

  test('every map comes back, that of another converter too', () => {
    const span = fc.record({
      step: fc.nat(100_000),
      para: fc.nat(1_000_000),
      seg: fc.nat(1_000),
      image: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        let offset = 0
        const made: SpanMap = {
          offsets: Uint32Array.from(spans, ({ step }) => (offset += step)),
          paras: Uint32Array.from(spans, ({ para }) => para),
          segs: Uint32Array.from(spans, ({ seg }) => seg),
          images: Uint32Array.from(spans.flatMap(({ image }, index) => (image ? [index] : []))),
          characters: offset + 7,
        }
        expect(decodeSpanMap(encodeSpanMap(made))).toEqual(made)
      }),
    )
  })

  test('a cut or foreign one is refused, not read as something', () => {
    const bytes = encodeSpanMap(map)
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => decodeSpanMap(bytes.subarray(0, length))).toThrow(RangeError)
    expect(() => decodeSpanMap(Buffer.from('not a map'))).toThrow(RangeError)
    expect(() => decodeSpanMap(Buffer.from([1, 0, 255, 255, 255, 255, 127]))).toThrow(RangeError)
  })
})

test('percents go over all documents, and lead back to the same place', () => {
  const maps = [emptySpanMap(100), emptySpanMap(0), emptySpanMap(300)]
  expect(percentOf(maps, 0, 0)).toBe(0)
  expect(percentOf(maps, 2, 100)).toBe(50)
  expect(percentOf(maps, 2, 10_000)).toBe(100)
  expect(placeAt(maps, 50)).toEqual({ document: 2, offset: 100 })
  expect(placeAt(maps, 25)).toEqual({ document: 2, offset: 0 })
  expect(placeAt(maps, 100)).toEqual({ document: 2, offset: 300 })
  expect(placeAt(maps, 0)).toEqual({ document: 0, offset: 0 })
  expect(placeAt([], 10)).toBeUndefined()
  expect(percentOf([emptySpanMap(0)], 0, 0)).toBe(0)
})

test('the map of a ready-made KEPUB follows its own spans, even where they skip numbers', () => {
  const spans = readSpans(
    page(
      '<div id="book-columns"><div id="book-inner"><p><span class="koboSpan" id="kobo.1.1">Ab. </span><span class="koboSpan" id="kobo.4.2"><img src="a"/></span><span class="koboSpan" id="other">x</span>y<span class="x koboSpan" id="kobo.4.3">z</span></p></div></div>',
    ),
  )
  expect(spans).toEqual({
    characters: 6,
    offsets: Uint32Array.of(0, 3, 5),
    paras: Uint32Array.of(1, 4, 4),
    segs: Uint32Array.of(1, 2, 3),
    images: Uint32Array.of(1),
  })
  expect(decodeSpanMap(encodeSpanMap(spans))).toEqual(spans)
})
