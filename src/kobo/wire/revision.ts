import { uuid5 } from '../../uuid.ts'

/** A book's RevisionId: its own id for its first file, a UUID v5 of (book, file revision) for every later one. */
export function revisionId(book: string, fileRev: number): string {
  return fileRev <= 1 ? book : uuid5(book, String(fileRev))
}
