import fc from 'fast-check'
import { parse } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'
import { expect, test } from 'vitest'
import { convertDocument, readSpans } from './document.ts'
import { bodies, jumbledBodies, page, readStrictly } from './document.test-support.ts'
import { woundedPages } from './document.test-support.ts'
import { parseDocument } from './parse-document.ts'
import { scanDocument } from './scan-document.ts'

test('documents without fault are scanned, and both readers give the same spans, text and map', () => {
  fc.assert(
    fc.property(bodies(), (body) => {
      expect(expectAgreement(page(body))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('whatever the scanner accepts of wounded documents, both readers read alike', () => {
  let accepted = 0
  fc.assert(
    fc.property(woundedPages(), (source) => {
      accepted += expectAgreement(source) ? 1 : 0
    }),
    { numRuns: 1_000 },
  )
  expect(accepted).toBeGreaterThan(50)
})

test('whatever the scanner accepts of jumbled elements, both readers read alike', () => {
  let accepted = 0
  fc.assert(
    fc.property(jumbledBodies(), (body) => {
      accepted += expectAgreement(page(body)) ? 1 : 0
    }),
    { numRuns: 1_000 },
  )
  expect(accepted).toBeGreaterThan(50)
})

test('every result is well-formed XML with all its spans, and converts to itself', () => {
  fc.assert(
    fc.property(woundedPages(), (source) => {
      const { bytes, spans, path } = convertDocument(source)
      if (path === 'kept') return
      expect(readStrictly(bytes).spans).toHaveLength(spans.offsets.length)
      const again = convertDocument(bytes)
      expect(again.bytes).toBe(bytes)
      expect(again.path).toBe('kept')
    }),
    { numRuns: 500 },
  )
})

test('the spans of a result can be read back from it', () => {
  fc.assert(
    fc.property(bodies(), (body) => {
      const { bytes, spans } = convertDocument(page(body))
      expect(readSpans(bytes)).toEqual(spans)
    }),
    { numRuns: 300 },
  )
})

test('converting leaves the text as it was', () => {
  fc.assert(
    fc.property(bodies(), (body) => {
      // The one difference between HTML and XHTML that these have: an element that closes itself.
      const source = page(body.replace(/<(a|i|p|h3|div)( [^<>]*)?\/>/gu, '<$1$2></$1>'))
      const { bytes, spans } = convertDocument(source)
      expect(readStrictly(bytes).text).toBe(bodyText(source))
      expect(spans.characters).toBe(bodyText(source).length)
    }),
    { numRuns: 300 },
  )
})

/** Tells whether both readers took the document. */
function expectAgreement(source: Buffer): boolean {
  const scanned = scanDocument(source)
  if (scanned === undefined) return false
  const parsed = parseDocument(source)
  expect(parsed?.spans).toEqual(scanned.spans)
  expect(readStrictly(parsed?.markup ?? '')).toEqual(readStrictly(scanned.bytes))
  return true
}

/** The text of body as an HTML parser alone finds it, without white space. */
function bodyText(source: Buffer): string {
  let text = ''
  const walk = (node: DefaultTreeAdapterTypes.ChildNode, inBody: boolean): void => {
    if (inBody && 'value' in node) text += node.value
    if ('childNodes' in node)
      for (const child of node.childNodes) walk(child, inBody || node.nodeName === 'body')
  }
  for (const node of parse(source.toString()).childNodes) walk(node, false)
  return text.replace(/[\t\n\f\r ]/gu, '')
}
