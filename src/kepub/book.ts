import { readContainer, XML_LIMIT } from './container.ts'
import type { Container } from './container.ts'
import { decodeText } from './decode-text.ts'
import { contentDocuments } from './documents.ts'
import type { ContentDocument } from './documents.ts'
import { folderOf } from './entry-path.ts'
import { DOCUMENT_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'
import { readPackage } from './package-document.ts'
import type { PackageDocument } from './package-document.ts'
import { refuseProtected } from './protection.ts'
import { readEntry } from './zip-read.ts'
import type { ZipArchive, ZipEntry } from './zip-read.ts'

/** A book that is open for converting. */
export interface Book {
  archive: ZipArchive
  container: Container
  package: PackageDocument
  /** The folder of the package document, with its slash. */
  folder: string
  documents: ContentDocument[]
  /** The path of an entry in the book: its name without the folder that the whole book sits in. */
  pathOf: (entry: ZipEntry) => string
}

/** Reads how a book is made up. Throws NotConvertible for what is no EPUB, and for a book that is protected. */
export function openBook(archive: ZipArchive): Book {
  const container = readContainer(archive)
  const { root, lookUp, packageEntry } = container
  const pathOf = (entry: ZipEntry): string => entry.name.slice(root.length)
  const bytes = readEntry(archive, packageEntry, XML_LIMIT)
  const folder = folderOf(pathOf(packageEntry))
  const read = readPackage(bytes)
  const documents = contentDocuments(read, (href) => lookUp(folder, href))
  if (documents.length === 0)
    throw new NotConvertible('None of the pages that the book lists is in its archive.')
  refuseProtected({
    read: (path) => textOf(archive, lookUp('', path)),
    documents: new Set(documents.map(({ entry }) => pathOf(entry))),
    firstDocument: () => contentOf(archive, documents[0]?.entry),
  })
  return { archive, container, package: read, folder, documents, pathOf }
}

/** The text of an entry, or undefined when there is none or it cannot be read. */
export function textOf(archive: ZipArchive, entry: ZipEntry | undefined): string | undefined {
  const bytes = contentOf(archive, entry)
  return bytes && decodeText(bytes)
}

function contentOf(archive: ZipArchive, entry: ZipEntry | undefined): Buffer | undefined {
  if (entry === undefined) return undefined
  try {
    return readEntry(archive, entry, DOCUMENT_LIMIT)
  } catch (error) {
    if (error instanceof NotConvertible) return undefined
    throw error
  }
}
