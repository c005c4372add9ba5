import { numberPiece } from './numbering.ts'
import { isBlank } from './sentences.ts'
import { copyTo, write, writeClosingSpan, writeOpeningSpan } from './scan.ts'
import type { Scan } from './scan.ts'
import { wrapText } from './wrap-text.ts'
import { countCharacters, decodeReferences, escapeText } from './xml-text.ts'

/**
 * How text is taken: with spans, with spans directly in a `p`, without, or only as white space; or not as text of the
 * body at all.
 */
export type TextMode = 'wrap' | 'paragraph' | 'untouched' | 'space' | 'head'

/** What a text was: refused, only ASCII white space, or more. */
export const REFUSED = 0
export const SPACE = 1
export const WORDS = 2

/**
 * Reads text up to the next `<`, counts its characters, and puts spans around its sentences. The bytes are looked at
 * once, and copied as they are unless something in them needs writing anew: a reference, `>`, or a no-break space.
 */
export function scanText(scan: Scan, mode: TextMode): number {
  const { bytes, ends, counts, numbering } = scan
  const from = scan.at
  const before = numbering.characters
  let at = from
  let count = before
  let pieces = 0
  let rough = false
  for (;;) {
    let kind = KIND[bytes[at] ?? LESS] ?? 0
    while (kind <= WEIGHT) {
      count += kind
      at += 1
      kind = KIND[bytes[at] ?? LESS] ?? 0
    }
    count += kind & WEIGHT
    if (kind < ENDING) {
      if (kind === STOP) break
      if (kind === BAD) return REFUSED
      if (bytes[at] !== NBSP_LEAD || bytes[at + 1] === NBSP_TAIL) rough = true
      at += 1
    } else {
      at += 1
      const spaceFrom = at + closingLength(bytes, at)
      let end = spaceFrom
      while (isSpaceByte(bytes[end])) end += 1
      if (end === spaceFrom) continue
      if (spaceFrom > at) count += 1
      at = end
      ends[pieces] = end
      counts[pieces] = count
      pieces += 1
    }
  }
  scan.at = at
  const blank = count === before && !rough
  if (mode === 'space' && !blank) return REFUSED
  if (rough) return rewrite(scan, from, mode)
  if (mode === 'head') return blank ? SPACE : WORDS
  numbering.characters = count
  if (mode === 'untouched' || mode === 'space') return blank ? SPACE : WORDS
  let pieceFrom = from
  let offset = before
  for (let index = 0; index < pieces; index += 1) {
    const end = ends[index] ?? 0
    wrapPiece(scan, pieceFrom, end, offset)
    pieceFrom = end
    offset = counts[index] ?? 0
  }
  if (pieceFrom < at && (mode === 'paragraph' || !isBlankPiece(scan, pieceFrom, at)))
    wrapPiece(scan, pieceFrom, at, offset)
  return blank ? SPACE : WORDS
}

const LESS = 0x3c
const NBSP_LEAD = 0xc2
const NBSP_TAIL = 0xa0

/** The low bits of a byte's kind are how much it counts: UTF-16 code units, at the first byte of a character. */
const WEIGHT = 3
const STOP = 4
const BAD = 8
const ROUGH = 16
const ENDING = 32

const KIND = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === LESS) return STOP
  if (byte === 0x26 || byte === 0x3e || byte === NBSP_LEAD) return ROUGH + 1
  if (byte === 0x2e || byte === 0x21 || byte === 0x3f) return ENDING + 1
  if (isSpaceByte(byte)) return 0
  if (byte < 0x20) return BAD
  if (byte < 0x80) return 1
  if (byte < 0xc0) return 0
  return byte < 0xf0 ? 1 : 2
})

function isSpaceByte(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x09
}

/** The bytes of a closing quote or ellipsis at `at`: one of `' " ” ’ “ …`. */
function closingLength(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === 0x22 || byte === 0x27) return 1
  if (byte !== 0xe2 || bytes[at + 1] !== 0x80) return 0
  const last = bytes[at + 2]
  return last === 0x9d || last === 0x99 || last === 0x9c || last === 0xa6 ? 3 : 0
}

function wrapPiece(scan: Scan, from: number, to: number, offset: number): void {
  copyTo(scan, from)
  numberPiece(scan.numbering, offset)
  writeOpeningSpan(scan)
  copyTo(scan, to)
  writeClosingSpan(scan)
}

/** Only a last piece can be blank: the others have their full stop. Unicode white space begins with few bytes. */
function isBlankPiece({ bytes }: Scan, from: number, to: number): boolean {
  let at = from
  while (at < to && isSpaceByte(bytes[at])) at += 1
  const byte = bytes[at]
  if (at === to || byte === undefined) return true
  if (byte !== NBSP_LEAD && (byte < 0xe1 || byte > 0xe3)) return false
  return isBlank(bytes.toString('utf8', at, to))
}

/** Text that cannot be copied: decoded, cut and judged as what it means, and written by the rules for text. */
function rewrite(scan: Scan, from: number, mode: TextMode): number {
  const { numbering } = scan
  const source = scan.bytes.toString('utf8', from, scan.at)
  const text = source.includes(']]>') ? undefined : decodeReferences(source)
  if (text === undefined) return REFUSED
  copyTo(scan, from)
  let markup: string
  if (mode === 'wrap' || mode === 'paragraph')
    markup = wrapText(text, mode === 'paragraph', numbering)
  else {
    markup = escapeText(text)
    if (mode !== 'head') numbering.characters += countCharacters(text)
  }
  write(scan, markup)
  scan.copied = scan.at
  return /^[\t\n\r ]*$/u.test(text) ? SPACE : WORDS
}
