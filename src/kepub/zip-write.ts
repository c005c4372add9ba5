import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { deflate } from './deflate.ts'
import { writePieces } from './write-pieces.ts'
import { directoryEnd, directoryHeader, localHeader } from './zip-headers.ts'
import { DEFLATED, STORED } from './zip-read.ts'

/** An entry to write, compressed already. */
export interface NewEntry {
  rawName: Buffer
  isUtf8: boolean
  method: typeof STORED | typeof DEFLATED
  crc: number
  size: number
  compressedSize: number
  /** Its data, or where it stands in the file that is read from. */
  data: Buffer | { offset: number }
}

/** An archive whose every byte is settled, before the first is written. */
export interface PlannedZip {
  /** In bytes. */
  size: number
  /** The archive in order: bytes, or a range of the file that is read from. */
  pieces: (Buffer | { offset: number; length: number })[]
}

/** Compresses the content of an entry. The same content always gives the same bytes. */
export function deflated(name: string, content: Buffer): NewEntry | Promise<NewEntry> {
  const compressed = deflate(content)
  if (Buffer.isBuffer(compressed)) return entry(name, content, DEFLATED, compressed)
  return compressed.then((data) => entry(name, content, DEFLATED, data))
}

/** An entry that is not compressed. */
export function stored(name: string, content: Buffer): NewEntry {
  return entry(name, content, STORED, content)
}

/** Lays out an archive: plain local headers with sizes, no descriptors, one date for all, the 64-bit form where it is needed. */
export function planZip(entries: readonly NewEntry[]): PlannedZip {
  const pieces: PlannedZip['pieces'] = []
  const directory: Buffer[] = []
  let at = 0
  for (const each of entries) {
    const header = localHeader(each)
    const data = each.data
    directory.push(directoryHeader(each, at))
    pieces.push(
      header,
      Buffer.isBuffer(data) ? data : { offset: data.offset, length: each.compressedSize },
    )
    at += header.length + each.compressedSize
  }
  const listed = Buffer.concat(directory)
  const end = directoryEnd({ count: entries.length, offset: at, length: listed.length })
  pieces.push(listed, end)
  return { size: at + listed.length + end.length, pieces }
}

/**
 * Writes a planned archive to the file at `path`, made anew, taking ranges from the open file `source`. Answers the
 * SHA-256 of what was written, in hexadecimal.
 */
export async function writeZip(path: string, zip: PlannedZip, source: number): Promise<string> {
  const file = await open(path, 'w')
  try {
    return await writePieces(file, zip, source)
  } finally {
    await file.close()
  }
}

function entry(name: string, content: Buffer, method: NewEntry['method'], data: Buffer): NewEntry {
  return {
    rawName: Buffer.from(name),
    isUtf8: true,
    method,
    crc: crc32(content),
    size: content.length,
    compressedSize: data.length,
    data,
  }
}
