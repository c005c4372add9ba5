import { DOCUMENT_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'
import { parseDocument } from './parse-document.ts'
import { scanDocument } from './scan-document.ts'
import { emptySpanMap } from './span-map.ts'
import type { SpanMap } from './span-map.ts'

/** A converted content document. */
export interface ConvertedDocument {
  /** XHTML in UTF-8, or the bytes that came in for a document that was kept. */
  bytes: Buffer
  spans: SpanMap
  /**
   * How it was read: well-formed documents are scanned, others parsed as HTML. Kept is what is converted already, by
   * us or by another converter, and what is no HTML at all.
   */
  path: 'scanned' | 'parsed' | 'kept'
}

/**
 * Converts one content document: a span around every sentence and image, a wrapper around the content of body, and
 * the style of that wrapper. The same bytes always give the same result, and converting a result gives the result
 * again. Throws NotConvertible for what cannot be read, or is beyond the limits of limits.ts.
 */
export function convertDocument(bytes: Buffer): ConvertedDocument {
  checkSize(bytes)
  const scanned = scanDocument(bytes)
  if (scanned !== undefined) return { ...scanned, path: 'scanned' }
  const parsed = parseDocument(bytes)
  if (parsed?.markup === undefined)
    return { bytes, spans: parsed?.spans ?? emptySpanMap(0), path: 'kept' }
  return { bytes: Buffer.from(parsed.markup, 'utf8'), spans: parsed.spans, path: 'parsed' }
}

/**
 * The span map of a document of a ready-made KEPUB, from the spans that stand in it. Always parses, and throws as
 * convertDocument does.
 */
export function readSpans(bytes: Buffer): SpanMap {
  checkSize(bytes)
  return parseDocument(bytes, { addSpans: false })?.spans ?? emptySpanMap(0)
}

function checkSize(bytes: Buffer): void {
  if (bytes.length > DOCUMENT_LIMIT)
    throw new NotConvertible(
      `A document of the book is larger than ${DOCUMENT_LIMIT / 1_000_000} MB.`,
    )
}
