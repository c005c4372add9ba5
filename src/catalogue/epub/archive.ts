import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib'
import { fromBufferPromise, openPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { Problem } from '../../problem.ts'
import { CONTAINER_PATH } from './read-container.ts'

/** The most entries an EPUB may have. */
export const ENTRY_COUNT_LIMIT = 20_000
/** The most bytes of one page that are read. */
export const TEXT_LIMIT = 20_000_000
/** The most bytes of the container, the package document or the list of encrypted entries that are read. */
export const XML_LIMIT = 5_000_000
/** The most bytes of one image that are read. */
export const COVER_LIMIT = 30_000_000
/** The most bytes that all entries together may say they inflate to. */
export const TOTAL_LIMIT = 4_000_000_000
/** How many times larger than the file all entries together may be, where that is more than RATIO_ROOM bytes. */
export const RATIO_LIMIT = 200
const RATIO_ROOM = 100_000_000
/** The longest entry name, in UTF-16 units. */
export const NAME_LIMIT = 1_000
/** The most bytes of names, remarks and extra fields that are kept of one archive. */
export const TABLE_LIMIT = 16_000_000

/** An open EPUB. Entries are read one at a time; none is ever written to disk. */
export type Archive = {
  /** The names of the entries, without folders, in the order of the archive. */
  readonly names: readonly string[]
  has: (name: string) => boolean
  /**
   * The bytes of one entry, or undefined when there is none. A name that is missing is looked for once more with its
   * percent signs decoded. Throws a Problem for an entry of more than `limit` bytes, and for one that does not hold
   * what the archive says of its size or checksum.
   */
  read: (name: string, limit: number) => Promise<Buffer | undefined>
  close: () => void
}

/**
 * Opens an EPUB, at a path or in memory, and checks its table of contents. Throws a Problem when the file is no ZIP archive, is
 * damaged or encrypted, is larger than the limits above, or holds a name that leads outside of it.
 */
export async function openArchive(source: string | Buffer): Promise<Archive> {
  const zip = await openZip(source)
  // Closing a file that was only read can fail without harm.
  zip.on('error', () => undefined)
  try {
    const entries = await readEntries(zip)
    const find = (name: string) => entries.get(name) ?? entries.get(percentDecoded(name))
    return {
      names: [...entries.keys()],
      has: (name) => find(name) !== undefined,
      async read(name, limit) {
        const entry = find(name)
        if (entry === undefined) return undefined
        const bytes = typeof source === 'string' ? undefined : source
        return await readEntry(zip, bytes, entry, limit)
      },
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function openZip(source: string | Buffer): Promise<ZipFile> {
  const options = { autoClose: false, strictFileNames: true }
  try {
    return typeof source === 'string'
      ? await openPromise(source, options)
      : await fromBufferPromise(source, options)
  } catch (error) {
    throwUnlessFormat(error)
    const start = typeof source === 'string' ? await startOf(source) : source.subarray(0, 4)
    throw new Problem('invalid', whyNotZip(start), { cause: error })
  }
}

function whyNotZip(start: Buffer): string {
  if (start.length === 0) return 'This is not an EPUB: the file is empty.'
  if (start.toString('latin1') === 'PK\u0003\u0004') {
    return 'This EPUB is damaged: its ZIP archive is cut short or has bytes after its end.'
  }
  return 'This is not an EPUB: it is not a ZIP archive.'
}

/** The first four bytes of a file. */
async function startOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function readEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > ENTRY_COUNT_LIMIT) {
    throw new Problem('invalid', `This EPUB has more than ${ENTRY_COUNT_LIMIT} entries.`)
  }
  const entries = new Map<string, Entry>()
  const sums = { unpacked: 0, packed: 0, table: 0 }
  try {
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry)
      sums.unpacked += entry.uncompressedSize
      sums.packed += entry.compressedSize
      sums.table += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength
      checkSums(sums, zip.fileSize)
      if (entry.fileName.endsWith('/')) continue
      if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry)
      else if (isVital(entry.fileName)) {
        throw new Problem('invalid', `This EPUB holds ${entry.fileName} twice.`)
      }
    }
  } catch (error) {
    throwUnlessFormat(error)
    throw new Problem('invalid', formatSentence(error), { cause: error })
  }
  return entries
}

/** What the entries together may be. Two that share their bytes let a small file hold any amount of data. */
function checkSums(
  { unpacked, packed, table }: { unpacked: number; packed: number; table: number },
  fileSize: number,
): void {
  if (unpacked > TOTAL_LIMIT) throw new Problem('invalid', 'This EPUB unpacks to more than 4 GB.')
  if (unpacked > RATIO_ROOM && unpacked > fileSize * RATIO_LIMIT)
    throw new Problem(
      'invalid',
      `This EPUB unpacks to more than ${RATIO_LIMIT} times its size, as no book does.`,
    )
  if (packed > fileSize)
    throw new Problem('invalid', 'This EPUB is damaged: entries of its ZIP archive overlap.')
  if (table > TABLE_LIMIT)
    throw new Problem('invalid', 'This EPUB is damaged: its table of contents is too large.')
}

/** Repeats what yauzl checks of names, so that the promise does not rest on its defaults. */
function checkEntry(entry: Entry): void {
  const name = entry.fileName
  const escapes =
    name.startsWith('/') ||
    /^[a-z]:/iu.test(name) ||
    /[\\\0]/u.test(name) ||
    name.split('/').includes('..')
  if (escapes) throw new Problem('invalid', UNSAFE_NAME)
  if (name.length > NAME_LIMIT) {
    throw new Problem('invalid', 'This EPUB holds an entry whose name is too long.')
  }
  if (!isPlain(entry)) {
    throw new Problem('invalid', 'This EPUB holds a link or a device in the place of a file.')
  }
  if (entry.isEncrypted()) {
    throw new Problem('invalid', 'This EPUB is locked with a password, which Holdfast cannot open.')
  }
}

/** Whether an entry is a file or a folder. Only archives made on Unix or a Mac can say otherwise (APPNOTE.TXT, 4.4.2 and 4.4.15). */
function isPlain(entry: Entry): boolean {
  const system = entry.versionMadeBy >>> 8
  if (system !== UNIX && system !== MACOS) return true
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000
  return kind === 0 || kind === 0o100000 || kind === 0o040000
}

const UNIX = 3
const MACOS = 19

/** The entries that say what the book is: with two of them, two programs would read two different books. */
function isVital(name: string): boolean {
  return name === CONTAINER_PATH || /\.opf$/iu.test(name)
}

/** The bytes of an entry, out of `archive` when that is in memory. */
async function readEntry(
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

/**
 * Lets through what is not a fault of the archive: our own Problems and errors of the disk, which name a system call.
 * What remains comes from yauzl and zlib, which throw plain errors about the format.
 */
function throwUnlessFormat(error: unknown): void {
  if (!(error instanceof Error) || error instanceof Problem || 'syscall' in error) throw error
}

const UNSAFE_NAME = 'This EPUB holds a file name that leads outside of it.'

function formatSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/^(?:absolute path|invalid relative path|invalid characters in fileName)/u.test(message)) {
    return UNSAFE_NAME
  }
  if (message.startsWith('strong encryption')) {
    return 'This EPUB is encrypted, which Holdfast cannot open.'
  }
  return 'This EPUB is damaged: the table of contents of its ZIP archive cannot be read.'
}

function percentDecoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (error) {
    if (error instanceof URIError) return name
    throw error
  }
}
