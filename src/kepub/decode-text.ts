import { isUtf8 } from 'node:buffer'

/**
 * The text of a document, without byte order mark. Its mark decides the encoding; then whether it looks like UTF-16
 * (XML 1.0, appendix F); then whether all of it is UTF-8, whatever it declares; then what it declares; then
 * windows-1252. Never a guess from the first bytes: books that turn non-English late came out broken elsewhere.
 */
export function decodeText(bytes: Buffer): string {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes)
  if (isUtf8(bytes)) return bytes.toString('utf8', hasUtf8Mark(bytes) ? 3 : 0)
  const declared = DECLARED.exec(bytes.toString('latin1', 0, 2_000))?.[1]
  return decodeAs(declared, bytes)
}

/** Whether the document begins with the byte order mark of UTF-8. */
export function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

const DECLARED = /(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{1,40})/iu
const LESS_THAN = 0x3c

function wideEncoding(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0 && bytes[1] === LESS_THAN) return 'utf-16be'
  if (bytes[0] === LESS_THAN && bytes[1] === 0) return 'utf-16le'
  return undefined
}

/** A document of single bytes that says UTF-16 does not know what it is in. */
function decodeAs(label: string | undefined, bytes: Buffer): string {
  if (label === undefined || /^utf-?16|^ucs-?2|^iso-10646/iu.test(label))
    return decodeAs('windows-1252', bytes)
  try {
    return new TextDecoder(label).decode(bytes)
  } catch (error) {
    if (error instanceof RangeError) return decodeAs('windows-1252', bytes)
    throw error
  }
}
