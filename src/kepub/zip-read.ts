import { isUtf8 } from 'node:buffer'
import { crc32, inflateRawSync } from 'node:zlib'
import { decodeCp437 } from './cp437.ts'
import type { FileWindow } from './file-window.ts'
import { NotConvertible } from './not-convertible.ts'
import { readDirectory } from './zip-directory.ts'
import type { DirectoryEntry } from './zip-directory.ts'

/** One entry of an archive. */
export interface ZipEntry {
  /** The name as text, for look-ups. */
  name: string
  /** The name as it stands in the archive. */
  rawName: Buffer
  /** Whether the bytes of the name are UTF-8. */
  isUtf8: boolean
  method: typeof STORED | typeof DEFLATED
  crc: number
  /** In bytes. */
  size: number
  /** In bytes, as it stands in the archive. */
  compressedSize: number
  /** Where its data begins in the file. */
  dataOffset: number
}

/** An archive that is open for reading. */
export interface ZipArchive {
  file: FileWindow
  /** In the order of the directory, without folders. Of entries with one name the last is kept. */
  entries: ZipEntry[]
  /** Names that stood in it more than once. */
  doubled: string[]
}

/** How an entry may be compressed; EPUB allows no other way. */
export const STORED = 0
export const DEFLATED = 8

/**
 * Reads the directory of an archive, which is trusted over what stands before each entry. Throws NotConvertible for
 * what is no whole archive: entries that overlap or reach outside of it, encrypted ones, and more than the limits.
 */
export function openZip(file: FileWindow): ZipArchive {
  const byName = new Map<string, ZipEntry>()
  const doubled: string[] = []
  const found = readDirectory(file)
  checkEach(found)
  const offsets = locate(file, found)
  for (const [index, raw] of found.entries()) {
    const entry = entryOf(raw, offsets[index] ?? 0)
    if (entry.name.endsWith('/')) continue
    if (byName.has(entry.name)) doubled.push(entry.name)
    byName.set(entry.name, entry)
  }
  return { file, entries: [...byName.values()], doubled }
}

/** The content of an entry. Throws NotConvertible when it is larger than `limit` bytes, damaged, or not what the directory says. */
export function readEntry(
  { file }: Pick<ZipArchive, 'file'>,
  entry: ZipEntry,
  limit: number,
): Buffer {
  if (entry.size > limit)
    throw new NotConvertible(`“${entry.name}” is larger than ${Math.floor(limit / 1_000_000)} MB.`)
  const raw = file.read(entry.dataOffset, entry.compressedSize)
  if (raw.length < entry.compressedSize) throw damaged(entry)
  const content = entry.method === STORED ? Buffer.from(raw) : inflated(raw, entry)
  if (content.length !== entry.size || crc32(content) !== entry.crc) throw damaged(entry)
  return content
}

const ENCRYPTED = 1
/** Small entries may be as repetitive as they like. */
const RATIO = { most: 200, from: 5_000_000 }
const LOCAL_HEADER = 30

function checkEach(entries: DirectoryEntry[]): void {
  for (const { flags, method, size, compressedSize } of entries) {
    if ((flags & ENCRYPTED) !== 0) throw new NotConvertible('The archive is locked by a password.')
    if (method !== STORED && method !== DEFLATED)
      throw new NotConvertible('The archive is compressed in a way that e-readers do not know.')
    if (method === STORED && size !== compressedSize)
      throw new NotConvertible('The directory of the archive contradicts itself.')
    if (size > RATIO.from && size > compressedSize * RATIO.most)
      throw new NotConvertible('A file of the archive would become unreasonably large.')
  }
}

/** Where the data of each entry begins. Headers are read in the order of the file, whatever that of the directory. */
function locate(file: FileWindow, entries: DirectoryEntry[]): number[] {
  const order = entries
    .map((entry, index) => ({ entry, index }))
    .sort((one, other) => one.entry.offset - other.entry.offset)
  const offsets: number[] = []
  let taken = 0
  for (const { entry, index } of order) {
    if (entry.offset < taken) throw new NotConvertible('Files of the archive overlap.')
    const header = file.read(entry.offset, LOCAL_HEADER)
    if (header.length < LOCAL_HEADER || header.readUInt32LE(0) !== 0x04034b50)
      throw new NotConvertible('The directory of the archive points to where nothing is.')
    const data = entry.offset + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28)
    taken = data + entry.compressedSize
    if (taken > file.size) throw new NotConvertible('The archive ends too early.')
    offsets[index] = data
  }
  return offsets
}

function entryOf({ rawName, method, ...raw }: DirectoryEntry, dataOffset: number): ZipEntry {
  const utf8 = isUtf8(rawName)
  return {
    name: utf8 ? rawName.toString('utf8') : decodeCp437(rawName),
    rawName,
    isUtf8: utf8,
    method: method === STORED ? STORED : DEFLATED,
    crc: raw.crc,
    size: raw.size,
    compressedSize: raw.compressedSize,
    dataOffset,
  }
}

function inflated(raw: Buffer, entry: ZipEntry): Buffer {
  try {
    // One piece of the size that is due: pieces of the usual size are joined, which takes twice as long.
    const chunkSize = Math.max(64, entry.size + 1)
    return inflateRawSync(raw, { chunkSize, maxOutputLength: Math.max(1, entry.size) })
  } catch (error) {
    if (isBadData(error)) throw damaged(entry, error)
    throw error
  }
}

function isBadData(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^Z_(?:DATA|BUF)_ERROR$|^ERR_BUFFER_TOO_LARGE$/u.test(error.code)
  )
}

function damaged(entry: ZipEntry, cause?: unknown): NotConvertible {
  return new NotConvertible(`“${entry.name}” is damaged.`, { cause })
}
