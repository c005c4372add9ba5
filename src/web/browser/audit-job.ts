import type { Listed } from './kobo-folder.ts'

/** What the page asks its worker to read. */
export type AuditJob = {
  /** The ids of the books of the library. */
  books: ReadonlySet<string>
  database: File
  wal: File | null
  /** The names and sizes of the files of books, and the file that names the firmware, where the drive was given. */
  listing: readonly Listed[] | null
  version: File | null
  /** When it was copied, epoch ms, where somebody says so. */
  takenAt: number | null
}

/** What a job comes to: what is to be sent, or a sentence that says why there is nothing. */
export type AuditEnd = { body: string } | { failed: string }

/** What the worker says: how far it is, and at last what it came to. */
export type AuditAnswer = { progress: string } | AuditEnd
