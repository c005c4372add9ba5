import type { Entry, ZipFile } from 'yauzl'
import { Problem } from '../../problem.ts'
import { CONTAINER_PATH } from './read-container.ts'

/** The most entries an EPUB may have. */
export const ENTRY_COUNT_LIMIT = 20_000

/** The most bytes that all entries together may say they inflate to. */
export const TOTAL_LIMIT = 4_000_000_000

/** How many times larger than the file all entries together may be, where that is more than RATIO_ROOM bytes. */
export const RATIO_LIMIT = 200

const RATIO_ROOM = 100_000_000

/** The longest entry name, in UTF-16 units. */
export const NAME_LIMIT = 1_000

/** The most bytes of names, remarks and extra fields that are kept of one archive. */
export const TABLE_LIMIT = 16_000_000

/**
 * The entries of an archive by their names, without folders, in its order. Throws a Problem where its table of contents is damaged, says more
 * than the limits above allow, or holds a name that leads outside.
 */
export async function readEntries(zip: ZipFile): Promise<Map<string, Entry>> {
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

/**
 * Lets through what is not a fault of the archive: our own Problems and errors of the disk, which name a system call.
 * What remains comes from yauzl and zlib, which throw plain errors about the format.
 */
export function throwUnlessFormat(error: unknown): void {
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
