import { promisify } from 'node:util'
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { Problem } from '../../problem.ts'
import { throwUnlessFormat } from './read-entries.ts'

/**
 * The bytes of an entry, out of `archive` when that is in memory. Throws a Problem where they are more than `limit`, and where they are not what
 * the archive says of their size or checksum.
 */
export async function readEntry(
  zip: ZipFile,
  archive: Buffer | undefined,
  entry: Entry,
  limit: number,
): Promise<Buffer> {
  if (entry.uncompressedSize > limit) throw tooLarge(entry, limit)
  let bytes: Buffer
  try {
    bytes = archive ? await unpack(zip, archive, entry) : await readStream(zip, entry)
  } catch (error) {
    throwUnlessFormat(error)
    throw damaged(entry, error)
  }
  const isWhole = bytes.length === entry.uncompressedSize && crc32(bytes) === entry.crc32
  if (!isWhole) throw damaged(entry)
  return bytes
}

/** What is longer than the archive says is not read to its end. */
async function readStream(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    const bytes: Buffer = chunk
    chunks.push(bytes)
    size += bytes.length
    if (size > entry.uncompressedSize) break
  }
  return Buffer.concat(chunks)
}

async function unpack(zip: ZipFile, archive: Buffer, entry: Entry): Promise<Buffer> {
  if (!entry.canDecodeFileData()) throw new Error('an unknown method of compression')
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  const packed = archive.subarray(fileDataStart, fileDataStart + entry.compressedSize)
  if (entry.compressionMethod === STORED) return packed
  const options = { maxOutputLength: Math.max(1, entry.uncompressedSize) }
  // To hand over a small piece of work takes longer than to do it.
  return entry.uncompressedSize > UNPACKED_AT_ONCE
    ? await inflateLater(packed, options)
    : inflateRawSync(packed, options)
}

const STORED = 0

/** The most bytes that are unpacked while everything else waits: well below a millisecond. */
const UNPACKED_AT_ONCE = 128 * 1024

const inflateLater = promisify(inflateRaw)

function tooLarge(entry: Entry, limit: number): Problem {
  const megabytes = Math.round(limit / 1_000_000)
  return new Problem('invalid', `This EPUB holds ${entry.fileName}, which is over ${megabytes} MB.`)
}

function damaged(entry: Entry, cause?: unknown): Problem {
  return new Problem('invalid', `This EPUB is damaged: ${entry.fileName} cannot be read.`, {
    cause,
  })
}
