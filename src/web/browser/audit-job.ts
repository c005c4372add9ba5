import type { Listed } from './kobo-folder.ts'

/** What the page asks its worker to read. */
export type AuditJob = {
  /** Where the ids of the books of the library are told. */
  books: string
  database: File
  wal: File | null
  /** The names and sizes of the files of books, and the file that names the firmware, where the drive was given. */
  listing: readonly Listed[] | null
  version: File | null
  /** When it was copied, epoch ms, where somebody says so. */
  takenAt: number | null
}

/** What the worker says: how far it is, at last what is to be sent, or why there is nothing. */
export type AuditAnswer = { progress: string } | { body: string } | { failed: string }
