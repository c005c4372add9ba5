import { isAscii } from 'node:buffer'
import { NotConvertible } from './not-convertible.ts'

/** What the headers of an entry tell. */
export interface HeaderFacts {
  rawName: Buffer
  isUtf8: boolean
  method: number
  crc: number
  size: number
  compressedSize: number
}

/** The header before the data of an entry: sizes known, and no extra field unless it is larger than 4 GiB. */
export function localHeader(entry: HeaderFacts): Buffer {
  const large = entry.size >= MAX32 || entry.compressedSize >= MAX32
  const extra = large ? extraField([entry.size, entry.compressedSize]) : NOTHING
  const header = roomFor(30, entry, extra)
  header.writeUInt32LE(0x04034b50, 0)
  writeCommon(header, 4, entry, { large, sizesLarge: large, extra })
  return header
}

/** The entry's header in the directory at the end; `offset` is where its local header begins. */
export function directoryHeader(entry: HeaderFacts, offset: number): Buffer {
  const sizesLarge = entry.size >= MAX32 || entry.compressedSize >= MAX32
  const numbers = [
    ...(sizesLarge ? [entry.size, entry.compressedSize] : []),
    ...(offset >= MAX32 ? [offset] : []),
  ]
  const large = numbers.length > 0
  const extra = large ? extraField(numbers) : NOTHING
  const header = roomFor(46, entry, extra)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(large ? VERSION_64 : VERSION, 4)
  writeCommon(header, 6, entry, { large, sizesLarge, extra })
  // No comment, the first disk, and no attributes.
  header.fill(0, 32, 42)
  header.writeUInt32LE(Math.min(offset, MAX32), 42)
  return header
}

/** What ends an archive whose directory of `length` bytes begins at `offset`. */
export function directoryEnd(directory: { count: number; offset: number; length: number }): Buffer {
  const { count, offset, length } = directory
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, MAX16), 8)
  end.writeUInt16LE(Math.min(count, MAX16), 10)
  end.writeUInt32LE(Math.min(length, MAX32), 12)
  end.writeUInt32LE(Math.min(offset, MAX32), 16)
  if (count < MAX16 && offset < MAX32 && length < MAX32) return end
  const end64 = Buffer.alloc(56 + 20)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(VERSION_64, 12)
  end64.writeUInt16LE(VERSION_64, 14)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(length), 40)
  end64.writeBigUInt64LE(BigInt(offset), 48)
  end64.writeUInt32LE(0x07064b50, 56)
  end64.writeBigUInt64LE(BigInt(offset + length), 64)
  end64.writeUInt32LE(1, 72)
  return Buffer.concat([end64, end])
}

const VERSION = 20
const VERSION_64 = 45
const MAX16 = 0xffff
const MAX32 = 0xffffffff
const UTF8_NAME = 0x800
/** 1 January 1980, midnight: the same on every machine. */
const DATE = 0x21
const NOTHING = Buffer.alloc(0)

/** A header of so many bytes, which are still to be written, with the name and the extra field behind it. */
function roomFor(length: number, { rawName }: HeaderFacts, extra: Buffer): Buffer {
  const header = Buffer.allocUnsafe(length + rawName.length + extra.length)
  rawName.copy(header, length)
  extra.copy(header, length + rawName.length)
  return header
}

/** The fields that both headers have in this order, from the version needed to the length of the extra field. */
function writeCommon(
  header: Buffer,
  at: number,
  entry: HeaderFacts,
  { large, sizesLarge, extra }: { large: boolean; sizesLarge: boolean; extra: Buffer },
): void {
  if (entry.rawName.length > MAX16) throw new NotConvertible('A name in the archive is too long.')
  header.writeUInt16LE(large ? VERSION_64 : VERSION, at)
  header.writeUInt16LE(entry.isUtf8 && !isAscii(entry.rawName) ? UTF8_NAME : 0, at + 2)
  header.writeUInt16LE(entry.method, at + 4)
  header.writeUInt16LE(0, at + 6)
  header.writeUInt16LE(DATE, at + 8)
  header.writeUInt32LE(entry.crc, at + 10)
  header.writeUInt32LE(sizesLarge ? MAX32 : entry.compressedSize, at + 14)
  header.writeUInt32LE(sizesLarge ? MAX32 : entry.size, at + 18)
  header.writeUInt16LE(entry.rawName.length, at + 22)
  header.writeUInt16LE(extra.length, at + 24)
}

function extraField(numbers: number[]): Buffer {
  const field = Buffer.alloc(4 + numbers.length * 8)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(numbers.length * 8, 2)
  for (const [index, number] of numbers.entries())
    field.writeBigUInt64LE(BigInt(number), 4 + index * 8)
  return field
}
