import { KINDS, mayOpen } from './nesting-rules.ts'
import type { Kind } from './nesting-rules.ts'
import { numberImage } from './numbering.ts'
import { scanAside } from './scan-aside.ts'
import { redeclares, scanAttributes } from './scan-attributes.ts'
import { scanForeign } from './scan-foreign.ts'
import { REFUSED, scanText, WORDS } from './scan-text.ts'
import type { TextMode } from './scan-text.ts'
import { copyTo, endsName, isSpace, writeClosingSpan, writeOpeningSpan } from './scan.ts'
import type { Scan } from './scan.ts'

/** Deeper documents are left to the parser: some rules look through all open elements. */
const DEPTH_LIMIT = 500

/**
 * Reads the content of body and its end tag, numbers what it passes, and writes the spans. False when a tag is not
 * balanced, or HTML would build something else than the markup shows.
 */
export function scanBody(scan: Scan): boolean {
  const { bytes } = scan
  const body = KINDS.get('body')
  if (body === undefined) return false
  const reading: Reading = { open: [body], top: body, inP: false, untouchedFrom: 0 }
  let endsInWords = false
  while (reading.open.length > 0) {
    if (bytes[scan.at] !== LESS) {
      const text = scanText(scan, textMode(reading))
      if (text === REFUSED) return false
      endsInWords = text === WORDS
      if (bytes[scan.at] !== LESS) return false
    }
    const next = bytes[scan.at + 1]
    // HTML moves the white space after </body> into body, where it would join the text.
    if (next === SLASH) {
      if (endsInWords && reading.open.length === 1) return false
      if (!scanEnd(scan, reading)) return false
    } else if (next === EXCLAMATION || next === QUESTION) {
      if (!scanAside(scan)) return false
    } else if (!scanStart(scan, reading)) return false
    endsInWords = false
  }
  return true
}

const LESS = 0x3c
const SLASH = 0x2f
const GREATER = 0x3e
const EXCLAMATION = 0x21
const QUESTION = 0x3f

interface Reading {
  readonly open: Kind[]
  top: Kind
  inP: boolean
  /** How many elements are open up to the outermost one that allows no spans; 0 outside of such. */
  untouchedFrom: number
}

function textMode({ top, untouchedFrom }: Reading): TextMode {
  if (top.strict) return 'space'
  if (untouchedFrom > 0) return 'untouched'
  return top.name === 'p' ? 'paragraph' : 'wrap'
}

function scanEnd(scan: Scan, reading: Reading): boolean {
  const { name } = reading.top
  if (!scan.text.startsWith(name, scan.at + 2)) return false
  if (name === 'body') copyTo(scan, scan.at)
  let at = scan.at + 2 + name.length
  while (isSpace(scan.bytes[at])) at += 1
  if (scan.bytes[at] !== GREATER) return false
  scan.at = at + 1
  close(reading)
  return true
}

function scanStart(scan: Scan, reading: Reading): boolean {
  const { bytes } = scan
  const from = scan.at
  let end = from + 1
  while (end < from + 12 && !endsName(bytes[end])) end += 1
  const kind = KINDS.get(scan.text.slice(from + 1, end))
  if (kind === undefined || (kind.closesP && reading.inP) || !mayOpen(kind, reading.open))
    return false
  scan.at = end
  if (bytes[end] === GREATER) {
    scan.at += 1
    scan.selfClosed = false
    scan.names.length = 0
  } else if (!scanAttributes(scan)) return false
  if (kind.name === 'svg' || kind.name === 'math') return scanForeign(scan, kind.name)
  if (scan.names.length > 0 && redeclares(scan)) return false
  if (kind.void && !scan.selfClosed) return false
  if (reading.untouchedFrom === 0) {
    if (kind.numbered) scan.numbering.pending = true
    if (kind.name === 'img') wrapImage(scan, from)
  }
  if (scan.selfClosed) return true
  reading.open.push(kind)
  reading.top = kind
  if (kind.name === 'p') reading.inP = true
  if (kind.untouched && reading.untouchedFrom === 0) reading.untouchedFrom = reading.open.length
  return reading.open.length <= DEPTH_LIMIT
}

function wrapImage(scan: Scan, from: number): void {
  copyTo(scan, from)
  numberImage(scan.numbering)
  writeOpeningSpan(scan)
  copyTo(scan, scan.at)
  writeClosingSpan(scan)
}

function close(reading: Reading): void {
  const closed = reading.open.pop()
  if (closed?.name === 'p') reading.inP = false
  if (reading.open.length < reading.untouchedFrom) reading.untouchedFrom = 0
  reading.top = reading.open[reading.open.length - 1] ?? reading.top
}
