import { convertDocument, readSpans } from './document.ts'
import type { ConvertedDocument } from './document.ts'
import type { ContentDocument } from './documents.ts'
import { DOCUMENT_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'
import { emptySpanMap } from './span-map.ts'
import type { SpanMap } from './span-map.ts'
import { deflated } from './zip-write.ts'
import type { NewEntry } from './zip-write.ts'
import { readEntry } from './zip-read.ts'
import type { ZipArchive } from './zip-read.ts'

/** A document that is to be converted. */
export interface Task {
  entry: ContentDocument['entry']
  /** It alone has a fixed layout, and is not converted. */
  fixed: boolean
  /** Its path in the book. */
  path: string
}

/** What became of one document. */
export interface DocumentResult {
  /** The document as it is written, or undefined when its entry stays as it is. */
  written: NewEntry | undefined
  spans: SpanMap
  path: ConvertedDocument['path']
  /** It held spans before. */
  hadSpans: boolean
  /** Why it could not be converted. */
  failure: string | undefined
  /** Its size before, in bytes. */
  size: number
}

/** A result whose document may still be compressed on the pool. */
export type BegunResult = Omit<DocumentResult, 'written'> & {
  written: NewEntry | Promise<NewEntry> | undefined
}

/** The result, once its document is compressed. */
export function finished(begun: BegunResult): DocumentResult | Promise<DocumentResult> {
  const { written } = begun
  if (!(written instanceof Promise)) return { ...begun, written }
  return written.then((entry) => ({ ...begun, written: entry }))
}

/** Converts one document of an archive. One that cannot be converted stays as it is. */
export function convertOne(
  archive: Pick<ZipArchive, 'file'>,
  { entry, fixed, path }: Task,
): BegunResult {
  const kept = { written: undefined, path: 'kept', hadSpans: false, size: entry.size } as const
  try {
    const bytes = readEntry(archive, entry, DOCUMENT_LIMIT)
    if (fixed) return { ...kept, spans: readSpans(bytes), failure: undefined }
    const converted = convertDocument(bytes)
    return {
      written: converted.path === 'kept' ? undefined : deflated(path, converted.bytes),
      spans: converted.spans,
      path: converted.path,
      hadSpans: bytes.includes('koboSpan'),
      failure: undefined,
      size: bytes.length,
    }
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error
    return { ...kept, spans: emptySpanMap(0), failure: error.reason }
  }
}
