/**
 * Where the spans of a document begin in its text, so that a place on the device and a place in the book's own markup
 * lead to one another. Converting adds no text, so an offset means the same in the source and in the result.
 *
 * What counts: the UTF-16 code units of the text inside body, except the ASCII white space TAB LF FF CR SPACE, the
 * characters that XML does not allow, and U+FFFD. Text counts wherever it stands, also in pre, svg and math, but not
 * in script, style, noscript, iframe, noembed, noframes, xmp and template. Comments and attributes are no text.
 */
export interface SpanMap {
  /** The counted characters of the whole document. */
  readonly characters: number
  /** For each span in order, the counted characters before it. An image shares its offset with the text after it. */
  readonly offsets: Uint32Array
  /** For each span, the first number of its id `kobo.PARA.SEG`. */
  readonly paras: Uint32Array
  /** For each span, the second number of its id. */
  readonly segs: Uint32Array
  /** Which spans hold an image, as rising indexes. */
  readonly images: Uint32Array
}

/** As much of a map as percents need. */
type Counted = Pick<SpanMap, 'characters'>

/** A place in a book: the index of a document, and counted characters in it. */
export interface Place {
  document: number
  offset: number
}

/** The map of a document without spans. */
export function emptySpanMap(characters: number): SpanMap {
  const none = new Uint32Array(0)
  return { characters, offsets: none, paras: none, segs: none, images: none }
}

/**
 * The offset at which the span `id` begins. For an id that the document does not have, such as one by another
 * converter: that of the nearest segment of the paragraph, else that of the last span of the nearest lower paragraph.
 * Undefined when `id` is no span id, or nothing is near.
 */
export function offsetOf(map: SpanMap, id: string): number | undefined {
  const [, first, second] = SPAN_ID.exec(id) ?? []
  if (first === undefined || second === undefined) return undefined
  const para = Number(first)
  const seg = Number(second)
  let best: number | undefined
  let bestPara = -1
  let bestSeg = 0
  for (const [index, offset] of map.offsets.entries()) {
    const itsPara = map.paras[index] ?? 0
    const itsSeg = map.segs[index] ?? 0
    if (itsPara > para || itsPara < bestPara) continue
    const nearer =
      itsPara === para ? Math.abs(itsSeg - seg) < Math.abs(bestSeg - seg) : itsSeg > bestSeg
    if (itsPara === bestPara && !nearer) continue
    best = offset
    bestPara = itsPara
    bestSeg = itsSeg
  }
  return best
}

/** Whether the document has a span with exactly this id. */
export function hasSpan(map: SpanMap, id: string): boolean {
  const [, para, seg] = SPAN_ID.exec(id) ?? []
  if (para === undefined || seg === undefined) return false
  return map.paras.some(
    (itsPara, index) => itsPara === Number(para) && map.segs[index] === Number(seg),
  )
}

/** The id of the last span that begins at or before `offset`, or of the first span. Undefined when there is none. */
export function spanAt(map: SpanMap, offset: number): string | undefined {
  let low = 0
  let high = map.offsets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((map.offsets[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const index = Math.max(0, low - 1)
  const para = map.paras[index]
  return para === undefined ? undefined : `kobo.${para}.${map.segs[index] ?? 0}`
}

/** How far into a book a place is, from 0 to 100. `maps` are those of the linear documents, in reading order. */
export function percentOf(maps: readonly Counted[], document: number, offset: number): number {
  const all = total(maps)
  if (all === 0) return 0
  const within = Math.min(Math.max(offset, 0), maps[document]?.characters ?? 0)
  return ((total(maps.slice(0, document)) + within) / all) * 100
}

/** The place that is `percent` into a book, or undefined for a book without documents. */
export function placeAt(maps: readonly Counted[], percent: number): Place | undefined {
  let left = Math.round((total(maps) * Math.min(Math.max(percent, 0), 100)) / 100)
  let last: Place | undefined
  for (const [document, map] of maps.entries()) {
    if (left < map.characters) return { document, offset: left }
    left -= map.characters
    last = { document, offset: map.characters }
  }
  return last
}

/**
 * A map as bytes: a version, then variable-length numbers. A span costs one number, its distance from the one before
 * and whether it begins a paragraph; images and the spans whose ids do not follow the usual order are listed after.
 */
export function encodeSpanMap(map: SpanMap): Buffer {
  const out: number[] = [MAP_VERSION]
  writeNumber(out, map.characters)
  writeNumber(out, map.offsets.length)
  const unusual: number[] = []
  let offset = 0
  let para = 0
  let seg = 0
  for (const [index, itsOffset] of map.offsets.entries()) {
    const itsPara = map.paras[index] ?? 0
    const itsSeg = map.segs[index] ?? 0
    const begins = itsPara !== para
    writeNumber(out, (itsOffset - offset) * 2 + (begins ? 1 : 0))
    if (itsPara !== (begins ? para + 1 : para) || itsSeg !== (begins ? 1 : seg + 1))
      unusual.push(index, itsPara, itsSeg)
    offset = itsOffset
    para = itsPara
    seg = itsSeg
  }
  writeNumber(out, map.images.length)
  for (const image of map.images) writeNumber(out, image)
  writeNumber(out, unusual.length / 3)
  for (const number of unusual) writeNumber(out, number)
  return Buffer.from(out)
}

/** Reads what encodeSpanMap wrote. Throws a RangeError for anything else. */
export function decodeSpanMap(bytes: Buffer): SpanMap {
  const reader = { bytes, at: 1 }
  if (bytes[0] !== MAP_VERSION) throw new RangeError('not a span map of this version')
  const characters = readNumber(reader)
  const count = readCount(reader)
  const offsets = new Uint32Array(count)
  const begins = new Uint8Array(count)
  let offset = 0
  for (let index = 0; index < count; index += 1) {
    const number = readNumber(reader)
    offset += Math.floor(number / 2)
    offsets[index] = offset
    begins[index] = number % 2
  }
  const images = new Uint32Array(readCount(reader))
  for (let index = 0; index < images.length; index += 1) images[index] = readNumber(reader)
  const unusual = new Map<number, [para: number, seg: number]>()
  for (let left = readCount(reader); left > 0; left -= 1)
    unusual.set(readNumber(reader), [readNumber(reader), readNumber(reader)])
  const paras = new Uint32Array(count)
  const segs = new Uint32Array(count)
  let para = 0
  let seg = 0
  for (let index = 0; index < count; index += 1) {
    const usual: [number, number] = begins[index] === 1 ? [para + 1, 1] : [para, seg + 1]
    ;[para, seg] = unusual.get(index) ?? usual
    paras[index] = para
    segs[index] = seg
  }
  return { characters, offsets, paras, segs, images }
}

const MAP_VERSION = 1
/** Also bounds the numbers: an id outside of it is not looked for. */
const SPAN_ID = /^kobo\.(\d{1,9})\.(\d{1,9})$/u

function total(maps: readonly Counted[]): number {
  return maps.reduce((sum, map) => sum + map.characters, 0)
}

function writeNumber(out: number[], number: number): void {
  let left = number
  while (left >= 128) {
    out.push((left % 128) + 128)
    left = Math.floor(left / 128)
  }
  out.push(left)
}

function readNumber(reader: { bytes: Buffer; at: number }): number {
  let number = 0
  for (let factor = 1; factor <= 128 ** 5; factor *= 128) {
    const byte = reader.bytes[reader.at]
    if (byte === undefined) throw new RangeError('a span map ends too early')
    reader.at += 1
    number += (byte % 128) * factor
    if (byte < 128) return number
  }
  throw new RangeError('a number of a span map is too large')
}

/** A number of entries, each of which takes a byte or more. */
function readCount(reader: { bytes: Buffer; at: number }): number {
  const count = readNumber(reader)
  if (count > reader.bytes.length - reader.at) throw new RangeError('a span map ends too early')
  return count
}
