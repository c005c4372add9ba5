import type { Book } from '../catalogue/book.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import type { Db } from '../db/schema.ts'
import { isUuid } from '../uuid.ts'
import { refiledBooks } from './revision.store.ts'
import { entitlementId } from './wire/decode-states.ts'
import { revisionId } from './wire/revision.ts'

/** The book that a Kobo names: by its entitlement id, or by the revision id of one of its files. A deleted book is still found. */
export async function findBook(db: Db, wireId: string): Promise<Book | undefined> {
  const id = entitlementId(wireId)
  if (!isUuid(id)) return undefined
  const book = await bookById(db, id)
  // Revision ids other than the book's own are UUIDs of version 5.
  if (book || id.charAt(14) !== '5') return book
  const refiled = (await refiledBooks(db)).find((one) => hasRevision(one, id))
  return refiled && (await bookById(db, refiled.id))
}

function hasRevision(book: { id: string; fileRev: number }, id: string): boolean {
  for (let rev = book.fileRev; rev > 1; rev -= 1) if (revisionId(book.id, rev) === id) return true
  return false
}
