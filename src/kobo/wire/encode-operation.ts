import type { Artifact } from '../../artifacts/artifact.ts'
import type { Book } from '../../catalogue/book.ts'
import type { ReadingState } from '../../reading/reading-state.ts'
import type { Operation } from '../../sync/log.ts'
import { encodeBookMetadata, encodeRemovedMetadata, type Download } from './book-metadata.ts'
import { encodeEntitlement } from './entitlement.ts'
import { encodeState } from './encode-state.ts'

/**
 * One operation as a Kobo reads it: an object with a single key. `artifact` and `downloadUrl` are those of the operation's own
 * artifact, so that RevisionId and Size are the announced ones. A new book without an artifact, or a state operation without a
 * state, is a bug of the caller.
 */
export function encodeOperation(
  operation: Operation,
  about: {
    book: Book
    artifact: Artifact | null
    state: ReadingState | null
    downloadUrl: string | null
  },
): object {
  const { book, state } = about
  const { fileRev, verb } = operation
  if (verb === 'removal')
    return {
      ChangedEntitlement: {
        BookEntitlement: encodeEntitlement(book, { fileRev, removed: true }),
        BookMetadata: encodeRemovedMetadata(book.id, fileRev),
        ReadingState: null,
      },
    }
  if (verb === 'metadata')
    return {
      ChangedProductMetadata: {
        BookEntitlement: encodeEntitlement(book, { fileRev, removed: false }),
        BookMetadata: encodeBookMetadata(book, fileRev, downloadOf(about)),
      },
    }
  if (verb === 'state') {
    if (!state) throw new Error(`A state of the book ${book.id} is announced but there is none.`)
    return { ChangedReadingState: { ReadingState: encodeState(state) } }
  }
  const download = downloadOf(about)
  if (!download) throw new Error(`The book ${book.id} is announced without an artifact.`)
  return {
    NewEntitlement: {
      BookEntitlement: encodeEntitlement(book, { fileRev, removed: false }),
      BookMetadata: encodeBookMetadata(book, fileRev, download),
      ...(state !== null && { ReadingState: encodeState(state) }),
    },
  }
}

function downloadOf(about: {
  artifact: Artifact | null
  downloadUrl: string | null
}): Download | null {
  const { artifact, downloadUrl } = about
  return artifact && downloadUrl !== null ? { artifact, url: downloadUrl } : null
}
