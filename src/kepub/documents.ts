import { NotConvertible } from './not-convertible.ts'
import type { ManifestEntry, PackageDocument } from './package-document.ts'
import type { ZipEntry } from './zip-read.ts'

/** A content document of a book. */
export interface ContentDocument {
  entry: ZipEntry
  /** Whether it is part of what is read from beginning to end. */
  linear: boolean
  /** It alone has a fixed layout, and is not converted. */
  fixed: boolean
}

/**
 * The content documents of a book: those of the spine in reading order, then those that only the manifest lists, such
 * as the navigation document. `find` answers the entry of a manifest's reference.
 */
export function contentDocuments(
  { manifest, spine }: PackageDocument,
  find: (href: string) => ZipEntry | undefined,
): ContentDocument[] {
  const byId = new Map(manifest.toReversed().map((listed) => [listed.id, listed]))
  const documents = new Map<ZipEntry, ContentDocument>()
  function add(listed: ManifestEntry | undefined, linear: boolean, fixed: boolean): void {
    const entry = listed && isContent(listed) ? find(listed.href) : undefined
    if (entry !== undefined && !documents.has(entry)) documents.set(entry, { entry, linear, fixed })
  }
  for (const { idref, linear, fixed } of spine) add(byId.get(idref), linear, fixed)
  for (const listed of manifest) add(listed, false, false)
  if (documents.size > DOCUMENT_COUNT_LIMIT)
    throw new NotConvertible(`The book has more than ${DOCUMENT_COUNT_LIMIT} documents.`)
  return [...documents.values()]
}

/** Whether a manifest lists a content document: by its media type, or else by the end of its name. */
export function isContent({ mediaType, href }: ManifestEntry): boolean {
  return CONTENT_TYPES.has(mediaType) || /\.x?html?(?:[#?].*)?$/iu.test(href)
}

const CONTENT_TYPES = new Set(['application/xhtml+xml', 'text/html'])
const DOCUMENT_COUNT_LIMIT = 10_000
