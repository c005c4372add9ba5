import { open } from 'node:fs/promises'
import { fromBufferPromise, openPromise } from 'yauzl'
import type { ZipFile } from 'yauzl'
import { Problem } from '../../problem.ts'
import { readEntries, throwUnlessFormat } from './read-entries.ts'
import { readEntry } from './unpack-entry.ts'

/** The most bytes of one page that are read. */
export const TEXT_LIMIT = 20_000_000

/** The most bytes of the container, the package document or the list of encrypted entries that are read. */
export const XML_LIMIT = 5_000_000

/** The most bytes of one image that are read. */
export const COVER_LIMIT = 30_000_000

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

function percentDecoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (error) {
    if (error instanceof URIError) return name
    throw error
  }
}
