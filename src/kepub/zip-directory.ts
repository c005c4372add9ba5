import type { FileWindow } from './file-window.ts'
import { NotConvertible } from './not-convertible.ts'

/** One entry as the central directory of an archive tells it; nothing of it is checked. */
export interface DirectoryEntry {
  rawName: Buffer
  flags: number
  method: number
  crc: number
  size: number
  compressedSize: number
  /** Where its local header begins in the file. */
  offset: number
}

/**
 * Reads the central directory of an archive (APPNOTE 6.3.10, 4.3), in the 64-bit form as well. Throws NotConvertible
 * when there is none, or when it is larger than any book's.
 */
export function readDirectory(file: FileWindow): DirectoryEntry[] {
  const { offset, length, count } = findDirectory(file)
  if (count > ENTRY_LIMIT)
    throw new NotConvertible(`The archive holds more than ${ENTRY_LIMIT} files.`)
  if (length > DIRECTORY_LIMIT || offset + length > file.size) throw contradiction()
  const bytes = Buffer.from(file.read(offset, length))
  const entries: DirectoryEntry[] = []
  let at = 0
  while (entries.length < count) {
    if (at + HEADER > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw contradiction()
    const end =
      at + HEADER + [28, 30, 32].reduce((sum, field) => sum + bytes.readUInt16LE(at + field), 0)
    if (end > bytes.length) throw contradiction()
    entries.push(readHeader(bytes, at))
    at = end
  }
  return entries
}

const ENTRY_LIMIT = 100_000
const DIRECTORY_LIMIT = 64_000_000
const HEADER = 46
const END = 22
const LOCATOR = 20
const END64 = 56
const MAX16 = 0xffff
const MAX32 = 0xffffffff

interface Directory {
  offset: number
  length: number
  count: number
}

function findDirectory(file: FileWindow): Directory {
  const tailAt = Math.max(0, file.size - END - MAX16 - LOCATOR)
  const tail = Buffer.from(file.read(tailAt, file.size - tailAt))
  for (let at = tail.length - END; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue
    // What follows is its comment: a record inside of a comment is none.
    if (at + END + tail.readUInt16LE(at + 20) > tail.length) continue
    const told = {
      offset: tail.readUInt32LE(at + 16),
      length: tail.readUInt32LE(at + 12),
      count: tail.readUInt16LE(at + 10),
    }
    const isLarge = told.offset === MAX32 || told.length === MAX32 || told.count === MAX16
    return (isLarge ? findDirectory64(file, tail, at - LOCATOR) : undefined) ?? told
  }
  throw new NotConvertible('The file is no ZIP archive, or ends too early.')
}

/** Undefined when there is no 64-bit record: 65,535 files fit without. */
function findDirectory64(file: FileWindow, tail: Buffer, at: number): Directory | undefined {
  if (at < 0 || tail.readUInt32LE(at) !== 0x07064b50) return undefined
  const offset = number64(tail, at + 8)
  const record = file.read(offset, END64)
  if (record.length < END64 || record.readUInt32LE(0) !== 0x06064b50) throw contradiction()
  return { offset: number64(record, 48), length: number64(record, 40), count: number64(record, 32) }
}

function readHeader(bytes: Buffer, at: number): DirectoryEntry {
  const nameEnd = at + HEADER + bytes.readUInt16LE(at + 28)
  const entry = {
    rawName: bytes.subarray(at + HEADER, nameEnd),
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    size: bytes.readUInt32LE(at + 24),
    compressedSize: bytes.readUInt32LE(at + 20),
    offset: bytes.readUInt32LE(at + 42),
  }
  const extra = bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(at + 30))
  return { ...entry, ...largeNumbers(entry, extra) }
}

/** The numbers that did not fit stand in the extra field 1, in this order. */
function largeNumbers(
  entry: { size: number; compressedSize: number; offset: number },
  extra: Buffer,
): Partial<DirectoryEntry> {
  const large: Partial<DirectoryEntry> = {}
  const due = (['size', 'compressedSize', 'offset'] as const).filter((key) => entry[key] === MAX32)
  if (due.length === 0) return large
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    for (const [index, key] of due.entries()) {
      const from = at + 4 + index * 8
      if (from + 8 > extra.length) throw contradiction()
      large[key] = number64(extra, from)
    }
    break
  }
  return large
}

function number64(bytes: Buffer, at: number): number {
  const number = bytes.readBigUInt64LE(at)
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw contradiction()
  return Number(number)
}

function contradiction(): NotConvertible {
  return new NotConvertible('The directory of the archive contradicts itself.')
}
