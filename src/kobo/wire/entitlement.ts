import type { Book } from '../../catalogue/book.ts'
import { revisionId } from './revision.ts'
import { formatTimestamp } from './timestamp.ts'

/**
 * The BookEntitlement of a book, or of its removal. Its text is the same for ever: every moment in it is when the book was
 * added, for a device may take any other text for another book (docs/protocol/library-sync.md).
 */
export function encodeEntitlement(
  book: Pick<Book, 'id' | 'addedAt'>,
  announced: { fileRev: number; removed: boolean },
): object {
  const added = formatTimestamp(book.addedAt)
  return {
    Accessibility: 'Full',
    ActivePeriod: { From: added },
    Created: added,
    CrossRevisionId: book.id,
    Id: book.id,
    IsHiddenFromArchive: false,
    IsLocked: false,
    IsRemoved: announced.removed,
    LastModified: added,
    OriginCategory: 'Imported',
    RevisionId: revisionId(book.id, announced.fileRev),
    Status: 'Active',
  }
}
