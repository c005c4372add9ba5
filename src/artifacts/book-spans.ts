import { deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  decodeSpanMap,
  encodeSpanMap,
  hasSpan,
  offsetOf,
  percentOf,
  placeAt,
  spanAt,
} from '../kepub/index.ts'
import type { SpanMap } from '../kepub/index.ts'

/** A document of a KEPUB, with the places of its spans. */
export type DocumentSpans = {
  /** Its path in the archive. */
  name: string
  /** Whether it is part of what is read from beginning to end. */
  linear: boolean
  spans: SpanMap
}

/**
 * The documents of a KEPUB as they were packed, those of the spine in reading order first. A map is decoded when somebody
 * asks for it: a book has hundreds, and most questions are about one.
 */
export type BookSpans = readonly PackedDocument[]
type PackedDocument = { name: string; linear: boolean; characters: number; map: Buffer }

/** A place in the text of a book. It means the same in the source and in everything that was made of it. */
export type TextPlace = {
  /** The name of the document. */
  document: string
  /** Counted characters before it in that document (kepub/span-map.ts). */
  offset: number
}

/** How far a place is into the book and into its document, from 0 to 100, as a Kobo tells it. */
export type Percents = { percent: number; sourcePercent: number }

/** A span as a Kobo names it: the path of its document, and its id. */
export type SpanName = { source: string; value: string }

/** All maps of a book as few bytes: a list of the documents, then the maps one after the other, deflated together. */
export function packSpans(documents: readonly DocumentSpans[]): Buffer {
  const maps = documents.map(({ spans }) => encodeSpanMap(spans))
  const list = documents.map(({ name, linear, spans }, index): Listed => [
    name,
    linear ? 1 : 0,
    spans.characters,
    maps[index]?.length ?? 0,
  ])
  const head = Buffer.from(JSON.stringify(list))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(head.length)
  return deflateRawSync(Buffer.concat([length, head, ...maps]))
}

/** Reads what `packSpans` wrote. Throws a RangeError for anything else. */
export function unpackSpans(packed: Buffer): BookSpans {
  const bytes = inflateRawSync(packed)
  let at = 4 + bytes.readUInt32LE(0)
  const list: unknown = JSON.parse(bytes.toString('utf8', 4, at))
  if (!Array.isArray(list) || !list.every(isListed)) throw new RangeError('not packed spans')
  return list.map(([name, linear, characters, length]) => {
    const map = bytes.subarray(at, at + length)
    at += length
    return { name, linear: linear === 1, characters, map }
  })
}

type Listed = [name: string, linear: number, characters: number, length: number]

function isListed(row: unknown): row is Listed {
  return (
    Array.isArray(row) &&
    typeof row[0] === 'string' &&
    row.slice(1, 4).every((value) => Number.isInteger(value))
  )
}

/** The map of one document; undefined when the book has none of that name. */
export function spansOf(book: BookSpans, document: string): SpanMap | undefined {
  const found = book.find(({ name }) => name === document)
  return found && decodeSpanMap(found.map)
}

/** Whether the book has exactly this span. */
export function bookHasSpan(book: BookSpans, { source, value }: SpanName): boolean {
  const found = documentOf(book, source)
  return found !== undefined && hasSpan(decodeSpanMap(found.map), value)
}

/**
 * Where a span begins in the text, and how far into the book that is. Of a span that is not in the document, such as one by
 * another converter, the nearest place is given; undefined when there is none, or no such document.
 */
export function placeOfSpan(
  book: BookSpans,
  { source, value }: SpanName,
): (TextPlace & Percents) | undefined {
  const found = documentOf(book, source)
  const offset = found && offsetOf(decodeSpanMap(found.map), value)
  if (!found || offset === undefined) return undefined
  const place = { document: found.name, offset }
  return { ...place, ...percentsOf(book, place) }
}

/** The span in which a place lies: the last that begins there or before. Undefined in a document without spans. */
export function spanOfPlace(
  book: BookSpans,
  { document, offset }: TextPlace,
): SpanName | undefined {
  const spans = spansOf(book, document)
  const value = spans && spanAt(spans, offset)
  return value === undefined ? undefined : { source: document, value }
}

/** The place that is `percent` (0–100) into the book; undefined for a book in which nothing is read. */
export function placeOfPercent(book: BookSpans, percent: number): TextPlace | undefined {
  const linear = book.filter((document) => document.linear)
  const place = placeAt(linear, percent)
  const document = place && linear[place.document]
  return document && { document: document.name, offset: place.offset }
}

/** How far a place is into the book and its document. What is not read from beginning to end counts as its beginning. */
export function percentsOf(book: BookSpans, { document, offset }: TextPlace): Percents {
  const linear = book.filter((each) => each.linear)
  const index = linear.findIndex(({ name }) => name === document)
  const characters = book.find(({ name }) => name === document)?.characters ?? 0
  const within = Math.min(Math.max(offset, 0), characters)
  return {
    percent: index < 0 ? 0 : percentOf(linear, index, within),
    sourcePercent: characters === 0 ? 0 : (within / characters) * 100,
  }
}

/** A Kobo may write a path as part of an address: encoded, and with what follows a `#`. */
function documentOf(book: BookSpans, source: string): PackedDocument | undefined {
  return (
    book.find(({ name }) => name === source) ??
    book.find(({ name }) => name === decoded(source.replace(/#.*$/su, '')))
  )
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
