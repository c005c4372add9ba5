import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync } from 'node:zlib'
import { NotConvertible } from './not-convertible.ts'
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
export async function deflated(name: string, content: Buffer): Promise<NewEntry> {
  const data =
    content.length < SMALL
      ? deflateRawSync(content, { level: 6, windowBits: 12, memLevel: 5 })
      : // The pool is asked once for each piece, so there are two.
        await deflateAside(content, { level: 6, chunkSize: Math.ceil(content.length / 2) })
  return entry(name, content, DEFLATED, data)
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

const deflateAside = promisify(deflateRaw)

/** Below this many bytes a trip to the pool costs more than the work. */
const SMALL = 4096
const CHUNK = 1024 * 1024

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

/** Two chunks take turns: one is filled while the other is hashed and written. */
async function writePieces(file: FileHandle, zip: PlannedZip, source: number): Promise<string> {
  const hash = createHash('sha256')
  const length = Math.min(CHUNK, zip.size)
  let chunk = Buffer.allocUnsafe(length)
  let spare = Buffer.allocUnsafe(length)
  let filled = 0
  let writing: Promise<void> = Promise.resolve()
  async function flush(): Promise<void> {
    const full = chunk.subarray(0, filled)
    await writing
    writing = file.writeFile(full)
    // It is looked at when the next chunk is full; until then nobody else does.
    writing.catch(() => undefined)
    hash.update(full)
    ;[chunk, spare] = [spare, chunk]
    filled = 0
  }
  for (const piece of zip.pieces) {
    for (let done = 0; done < piece.length;) {
      const room = Math.min(piece.length - done, length - filled)
      const got = Buffer.isBuffer(piece)
        ? piece.copy(chunk, filled, done, done + room)
        : readSync(source, chunk, filled, room, piece.offset + done)
      if (got === 0) throw new NotConvertible('The file became shorter while it was read.')
      done += got
      filled += got
      if (filled === length) await flush()
    }
  }
  await flush()
  await writing
  return hash.digest('hex')
}
