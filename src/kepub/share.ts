import type { DocumentResult, Task } from './convert-one.ts'
import type { SpanMap } from './span-map.ts'

/** Documents of one file for the second thread to convert. */
export interface Share {
  /** A descriptor, which the threads of a process have in common, and the length of its file in bytes. */
  fd: number
  size: number
  tasks: Task[]
}

/** The results of a share, with all bytes in one piece and all numbers in another: pieces cost more than what is in them. */
export interface PackedResults {
  results: PackedResult[]
  /** The compressed documents, one after another. */
  data: Uint8Array<ArrayBuffer>
  /** The lists of the span maps, one after another. */
  numbers: Uint32Array<ArrayBuffer>
}

/** A result with lengths in the place of what is in the pieces. */
type PackedResult = Omit<DocumentResult, 'written' | 'spans'> & {
  written: { crc: number; size: number; compressedSize: number } | undefined
  spans: { characters: number; spans: number; images: number }
}

/** Packs the results of a share. */
export function packResults(results: readonly DocumentResult[]): PackedResults {
  const datas = results.map(({ written }) =>
    Buffer.isBuffer(written?.data) ? written.data : NO_DATA,
  )
  const data = new Uint8Array(datas.reduce((sum, each) => sum + each.length, 0))
  const lists = results.flatMap(({ spans }) => listsOf(spans))
  const numbers = new Uint32Array(lists.reduce((sum, each) => sum + each.length, 0))
  layOut(datas, data)
  layOut(lists, numbers)
  return { results: results.map(packed), data, numbers }
}

/** The results of a share, in the order of its tasks. */
export function unpackResults(
  { results, data, numbers }: PackedResults,
  tasks: readonly Task[],
): DocumentResult[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length)
  let at = 0
  let number = 0
  const take = (count: number): Uint32Array => numbers.subarray(number, (number += count))
  return results.map(({ written, spans, ...rest }, index) => {
    const { characters, spans: count, images } = spans
    const map = {
      characters,
      offsets: take(count),
      paras: take(count),
      segs: take(count),
      images: take(images),
    }
    if (written === undefined) return { ...rest, spans: map, written }
    const entry = {
      rawName: Buffer.from(tasks[index]?.path ?? ''),
      isUtf8: true,
      method: DEFLATED,
      ...written,
      data: bytes.subarray(at, (at += written.compressedSize)),
    } as const
    return { ...rest, spans: map, written: entry }
  })
}

const DEFLATED = 8
const NO_DATA = Buffer.alloc(0)

function packed({ written, spans, ...rest }: DocumentResult): PackedResult {
  return {
    ...rest,
    written: written && {
      crc: written.crc,
      size: written.size,
      compressedSize: written.compressedSize,
    },
    spans: {
      characters: spans.characters,
      spans: spans.offsets.length,
      images: spans.images.length,
    },
  }
}

function listsOf({ offsets, paras, segs, images }: SpanMap): Uint32Array[] {
  return [offsets, paras, segs, images]
}

function layOut(
  parts: readonly (Uint8Array | Uint32Array)[],
  into: Uint8Array | Uint32Array,
): void {
  let at = 0
  for (const part of parts) {
    into.set(part, at)
    at += part.length
  }
}
