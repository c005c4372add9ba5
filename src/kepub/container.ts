import { decodeText } from './decode-text.ts'
import { cleanPath, percentDecoded } from './entry-path.ts'
import { lookUpIn } from './look-up.ts'
import type { LookUp } from './look-up.ts'
import { NotConvertible } from './not-convertible.ts'
import { escapeAttribute } from './xml-text.ts'
import { attribute, attributeNamed, xmlTags } from './xml-tags.ts'
import { readEntry } from './zip-read.ts'
import type { ZipArchive, ZipEntry } from './zip-read.ts'

/** Where the parts of a book are in its archive. */
export interface Container {
  /** The folder of the archive that the whole book sits in, with its slash; nothing for most. */
  root: string
  lookUp: LookUp
  /** META-INF/container.xml, or undefined when it is missing. */
  entry: ZipEntry | undefined
  packageEntry: ZipEntry
}

/** The largest XML file of a book's own accounts that is read, in bytes. */
export const XML_LIMIT = 20_000_000

/**
 * Finds the package document: as container.xml says, else the only `.opf` there is. A book that sits in a folder of
 * its archive, container.xml and all, is found there. Throws NotConvertible when there is none.
 */
export function readContainer(archive: ZipArchive): Container {
  const entry = containerEntry(archive)
  const root = entry?.name.slice(0, -CONTAINER_PATH.length) ?? ''
  const lookUp = lookUpIn(archive.entries, root)
  const named = entry && namedPackage(archive, entry, root, lookUp)
  const packageEntry = named ?? archive.entries.find(({ name }) => /\.opf$/iu.test(name))
  if (packageEntry === undefined)
    throw new NotConvertible('This is no EPUB: it has no package document.')
  return { root, lookUp, entry, packageEntry }
}

/** A container.xml that names the package document at `path`, made from the one that names it at `from`. */
export function renamePackage(xml: string, from: string, path: string): string {
  for (const tag of xmlTags(xml)) {
    const fullPath = tag.name === 'rootfile' ? attributeNamed(tag, 'full-path') : undefined
    if (fullPath === undefined || fullPath.value === path) continue
    const named = cleanPath(percentDecoded(fullPath.value)).toLowerCase()
    if (named !== '' && from.toLowerCase().endsWith(named))
      return xml.slice(0, fullPath.start) + escapeAttribute(path) + xml.slice(fullPath.end)
  }
  return xml
}

/** A container.xml for a book without one. */
export function containerFor(path: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="${escapeAttribute(path)}" media-type="${PACKAGE_TYPE}"/>
  </rootfiles>
</container>
`
}

/** Where every book names its package document (EPUB Open Container Format 3.3, 4.2.6.3.1). */
export const CONTAINER_PATH = 'META-INF/container.xml'

const PACKAGE_TYPE = 'application/oebps-package+xml'

function containerEntry({ entries }: ZipArchive): ZipEntry | undefined {
  const suffix = CONTAINER_PATH.toLowerCase()
  const found = entries.filter(({ name }) => `/${name.toLowerCase()}`.endsWith(`/${suffix}`))
  const atTop = found.find(({ name }) => name.length === suffix.length)
  return atTop ?? (found.length === 1 ? found[0] : undefined)
}

function namedPackage(
  archive: ZipArchive,
  entry: ZipEntry,
  root: string,
  lookUp: LookUp,
): ZipEntry | undefined {
  const files: { path: string; type: string | undefined }[] = []
  for (const tag of xmlTags(decodeText(readEntry(archive, entry, XML_LIMIT)))) {
    const path = tag.name === 'rootfile' ? attribute(tag, 'full-path') : undefined
    if (path !== undefined) files.push({ path, type: attribute(tag, 'media-type') })
  }
  const first = files.find(({ type }) => type === PACKAGE_TYPE) ?? files[0]
  if (first === undefined) return undefined
  // A book in a folder may still tell the path from the top.
  const inFolder = first.path.startsWith(root) ? first.path.slice(root.length) : first.path
  return lookUp('', first.path) ?? lookUp('', inFolder)
}
