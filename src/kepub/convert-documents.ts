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

/** What became of one document. */
export interface DocumentResult {
  /** The document as it is written, or undefined when its entry stays as it is. */
  written: Promise<NewEntry> | undefined
  spans: SpanMap
  path: ConvertedDocument['path']
  /** It held spans before. */
  hadSpans: boolean
  /** Why it could not be converted. */
  failure: string | undefined
  /** Its size before, in bytes. */
  size: number
}

/**
 * Converts the documents of an archive, and compresses each while the next is converted: large ones first, since they
 * are compressed longest, and all others in the order in which they stand in the file. A document that cannot be
 * converted stays as it is.
 */
export async function convertDocuments(
  archive: ZipArchive,
  documents: readonly ContentDocument[],
  pathOf: (document: ContentDocument) => string,
): Promise<DocumentResult[]> {
  const results: DocumentResult[] = []
  const order = documents
    .map((document, index) => ({ document, index }))
    .sort((one, other) => rank(one.document) - rank(other.document))
  let waiting: Promise<NewEntry>[] = []
  let backlog = 0
  for (const { document, index } of order) {
    const result = convertOne(archive, document, pathOf(document))
    results[index] = result
    if (result.written === undefined) continue
    waiting.push(result.written)
    backlog += result.size
    if (backlog < BACKLOG) continue
    await Promise.all(waiting)
    waiting = []
    backlog = 0
  }
  await Promise.all(waiting)
  return results
}

/** From this size on a document goes before smaller ones, in bytes. */
const LARGE = 500_000

function rank({ entry }: ContentDocument): number {
  return entry.size >= LARGE ? -entry.size : entry.dataOffset
}

/** How many bytes of documents may wait to be compressed. */
const BACKLOG = 8_000_000

function convertOne(
  archive: ZipArchive,
  { entry, fixed }: ContentDocument,
  path: string,
): DocumentResult {
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
