import { basename } from 'node:path'
import Sqlite from 'better-sqlite3'

/** What the operating system refused, in the words of a person. */
const REFUSALS: Record<string, string> = {
  EACCES: 'may not be read or written by you',
  EPERM: 'may not be read or written by you',
  EROFS: 'cannot be written: its disk is read-only',
  ENOSPC: 'cannot be written: its disk is full',
  EDQUOT: 'cannot be written: your share of the disk is full',
  ENOTDIR: 'is not a folder, or lies below something that is none',
  EEXIST: 'is in the way',
  EISDIR: 'is a folder',
  EMFILE: 'cannot be opened: too many files are open',
  EIO: 'cannot be read: its disk is failing',
}

const DATABASE: Record<string, string> = {
  SQLITE_NOTADB:
    'The library’s database (holdfast.db) is not a database. Was it overwritten? Put a backup in its place.',
  SQLITE_CORRUPT: 'The library’s database (holdfast.db) is damaged. Put a backup in its place.',
  SQLITE_READONLY: 'The library’s database (holdfast.db) cannot be written. Please allow that.',
  SQLITE_CANTOPEN: 'The library’s database (holdfast.db) cannot be opened. Please allow that.',
  SQLITE_FULL: 'The disk of the library’s database (holdfast.db) is full.',
  SQLITE_IOERR: 'The disk of the library’s database (holdfast.db) is failing.',
}

/**
 * The sentence for an error that the machine is the cause of and a person can act on: a disk, a permission, a database file.
 * Undefined for anything else, which is a bug.
 */
export function machineTrouble(error: unknown): string | undefined {
  if (error instanceof Sqlite.SqliteError) {
    const kind = Object.keys(DATABASE).find((code) => error.code.startsWith(code))
    return kind && DATABASE[kind]
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return undefined
  const refusal = REFUSALS[error.code]
  if (refusal === undefined) return undefined
  const path =
    'path' in error && typeof error.path === 'string' ? `“${basename(error.path)}”` : 'A file'
  return `${path} ${refusal}.`
}
