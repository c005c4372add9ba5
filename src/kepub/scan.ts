import { SPAN_AFTER_ID, SPAN_BEFORE_ID, SPAN_CLOSE, startNumbering } from './numbering.ts'
import type { Numbering } from './numbering.ts'

/** One pass over a document: what is read, how far, and what was written so far. */
export interface Scan {
  readonly bytes: Buffer
  /** The same bytes, each as one character: cheaper to search and cut than decoded text. */
  readonly text: string
  /** Where reading goes on. */
  at: number
  /** What lies before is written. */
  copied: number
  out: Buffer
  /** How much of `out` is written. */
  length: number
  readonly numbering: Numbering
  /** The namespace prefixes declared on the root, and inside svg or math also on that. */
  readonly prefixes: Set<string>
  /** What scanAttributes found last: names and values as they are written, and whether the tag closed itself. */
  readonly names: string[]
  readonly values: string[]
  selfClosed: boolean
  /** Where the sentences of the text at hand end, and how many characters count up to there. */
  readonly ends: number[]
  readonly counts: number[]
}

export function startScan(bytes: Buffer): Scan {
  return {
    bytes,
    text: bytes.toString('latin1'),
    at: 0,
    copied: 0,
    out: scratch,
    length: 0,
    numbering: startNumbering(),
    prefixes: new Set(['xml']),
    names: [],
    values: [],
    selfClosed: false,
    ends: [],
    counts: [],
  }
}

/** What was written, as bytes of its own: the memory that was written to is for the next document. */
export function finishScan({ out, length }: Scan): Buffer {
  if (out.length <= SCRATCH_LIMIT) scratch = out
  return Buffer.from(out.subarray(0, length))
}

/** Copies what was read since the last time, up to `to`. */
export function copyTo(scan: Scan, to: number): void {
  const { bytes, copied } = scan
  reserve(scan, to - copied)
  const { out } = scan
  if (to - copied > FEW) {
    bytes.copy(out, scan.length, copied, to)
    scan.length += to - copied
  } else for (let at = copied; at < to; at += 1) out[scan.length++] = bytes[at] ?? 0
  scan.copied = to
}

/** Writes text that is not in the source. */
export function write(scan: Scan, markup: string): void {
  reserve(scan, markup.length * 3)
  scan.length += scan.out.write(markup, scan.length)
}

/** Writes the opening tag of the span that was numbered last. */
export function writeOpeningSpan(scan: Scan): void {
  reserve(scan, 100)
  put(scan, BEFORE_ID)
  putNumber(scan, scan.numbering.para)
  scan.out[scan.length++] = DOT
  putNumber(scan, scan.numbering.seg)
  put(scan, AFTER_ID)
}

export function writeClosingSpan(scan: Scan): void {
  reserve(scan, CLOSE.length)
  put(scan, CLOSE)
}

/** Goes past `expected`, or stays and tells false. */
export function skipOver(scan: Scan, expected: string): boolean {
  if (!scan.text.startsWith(expected, scan.at)) return false
  scan.at += expected.length
  return true
}

/** Goes past ASCII white space. */
export function skipSpace(scan: Scan): void {
  while (isSpace(scan.bytes[scan.at])) scan.at += 1
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x09
}

/** Whether `byte`, behind a name, ends it. */
export function endsName(byte: number | undefined): boolean {
  return byte === 0x3e || byte === 0x2f || isSpace(byte)
}

/** One document is scanned at a time, so all write to the same memory, if it is not too much to keep. */
let scratch: Buffer = Buffer.allocUnsafe(256 * 1024)
const SCRATCH_LIMIT = 8 * 1024 * 1024

/** Copying fewer bytes than these costs less than asking for it. */
const FEW = 32
const DOT = 0x2e
const ZERO = 0x30
const BEFORE_ID = Buffer.from(SPAN_BEFORE_ID)
const AFTER_ID = Buffer.from(SPAN_AFTER_ID)
const CLOSE = Buffer.from(SPAN_CLOSE)

function reserve(scan: Scan, more: number): void {
  if (scan.length + more <= scan.out.length) return
  const larger = Buffer.allocUnsafe((scan.length + more) * 2)
  scan.out.copy(larger, 0, 0, scan.length)
  scan.out = larger
}

function put(scan: Scan, bytes: Buffer): void {
  const { out } = scan
  let to = scan.length
  for (let at = 0; at < bytes.length; at += 1) out[to++] = bytes[at] ?? 0
  scan.length = to
}

function putNumber(scan: Scan, number: number): void {
  if (number >= 10) putNumber(scan, Math.floor(number / 10))
  scan.out[scan.length++] = ZERO + (number % 10)
}
