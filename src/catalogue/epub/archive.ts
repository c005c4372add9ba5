import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { openPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { Problem } from '../../problem.ts'
import { CONTAINER_PATH } from './read-container.ts'

/** The most entries an EPUB may have. */
export const ENTRY_COUNT_LIMIT = 20_000
/** The most bytes of one text entry (package document, chapter) that are read. */
export const TEXT_LIMIT = 20_000_000
/** The most bytes of one image that are read. */
export const COVER_LIMIT = 30_000_000
/** The most bytes that all entries together may say they inflate to. */
export const TOTAL_LIMIT = 4_000_000_000
/** The longest entry name, in UTF-16 units. */
export const NAME_LIMIT = 1_000

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
 * Opens the EPUB at `path` and checks its table of contents. Throws a Problem when the file is no ZIP archive, is
 * damaged or encrypted, is larger than the limits above, or holds a name that leads outside of it.
 */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openZip(path)
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
        return entry === undefined ? undefined : await readEntry(zip, entry, limit)
      },
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false, strictFileNames: true })
  } catch (error) {
    throwUnlessFormat(error)
    throw new Problem('invalid', await whyNotZip(path), { cause: error })
  }
}

async function whyNotZip(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead === 0) return 'This is not an EPUB: the file is empty.'
    if (buffer.toString('latin1') === 'PK\u0003\u0004') {
      return 'This EPUB is damaged: its ZIP archive is cut short or has bytes after its end.'
    }
    return 'This is not an EPUB: it is not a ZIP archive.'
  } finally {
    await file.close()
  }
}

async function readEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > ENTRY_COUNT_LIMIT) {
    throw new Problem('invalid', `This EPUB has more than ${ENTRY_COUNT_LIMIT} entries.`)
  }
  const entries = new Map<string, Entry>()
  let total = 0
  try {
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry)
      total += entry.uncompressedSize
      if (total > TOTAL_LIMIT) throw new Problem('invalid', 'This EPUB unpacks to more than 4 GB.')
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
  if (entry.isEncrypted()) {
    throw new Problem('invalid', 'This EPUB is locked with a password, which Holdfast cannot open.')
  }
}

/** The entries that say what the book is: with two of them, two programs would read two different books. */
function isVital(name: string): boolean {
  return name === CONTAINER_PATH || /\.opf$/iu.test(name)
}

async function readEntry(zip: ZipFile, entry: Entry, limit: number): Promise<Buffer> {
  if (entry.uncompressedSize > limit) throw tooLarge(entry, limit)
  const chunks: Buffer[] = []
  let size = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) {
      const bytes: Buffer = chunk
      size += bytes.length
      if (size > limit) throw tooLarge(entry, limit)
      chunks.push(bytes)
    }
  } catch (error) {
    throwUnlessFormat(error)
    throw damaged(entry, error)
  }
  const bytes = Buffer.concat(chunks, size)
  if (size !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) throw damaged(entry)
  return bytes
}

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
