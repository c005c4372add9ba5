import type { BookEntry } from './book-entry.ts'
import type { Entry } from './log.ts'

/** Whether an entry shows that the file of a book was on the device. */
export function isFileProof(entry: Entry | BookEntry): boolean {
  return (
    entry.kind === 'download-begun' ||
    entry.kind === 'download-completed' ||
    entry.kind === 'state' ||
    entry.kind === 'annotation' ||
    entry.kind === 'listed' ||
    (entry.kind === 'base' && entry.proven)
  )
}
