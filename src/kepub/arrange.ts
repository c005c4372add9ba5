import { encodePath, packagePaths } from './package-paths.ts'
import type { PackagePaths } from './package-paths.ts'
import { textOf } from './book.ts'
import type { Book } from './book.ts'
import { CONTAINER_PATH, containerFor, renamePackage, XML_LIMIT } from './container.ts'
import type { DocumentResult } from './convert-one.ts'
import type { ConvertedPart } from './convert.ts'
import { coverOf } from './cover.ts'
import { convertDocument } from './document.ts'
import { editPackage } from './edit-package.ts'
import { baseName } from './entry-path.ts'
import { FIRST_PAGE_NAME, firstPage, needsFirstPage } from './first-page.ts'
import { isJunk } from './junk.ts'
import type { ManifestEntry } from './package-document.ts'
import { plainXml } from './package-document.ts'
import { readEntry } from './zip-read.ts'
import type { ZipEntry } from './zip-read.ts'
import { deflated, stored } from './zip-write.ts'
import type { NewEntry } from './zip-write.ts'

/** The entries of the output in order, and the page that was put before the others. */
export interface Arranged {
  entries: NewEntry[]
  firstPage: ConvertedPart | undefined
}

/** Puts the output together: the entries of the archive in their order, with what was changed in its place, and without junk. */
export async function arrange(book: Book, results: readonly DocumentResult[]): Promise<Arranged> {
  const changed = new Map<ZipEntry, NewEntry>()
  for (const [index, { entry }] of book.documents.entries()) {
    const written = results[index]?.written
    if (written !== undefined) changed.set(entry, named(book, entry, written))
  }
  const cover = coverOf(book.package, {
    folder: book.folder,
    lookUp: book.container.lookUp,
    pathOf: book.pathOf,
    read: (entry) => textOf(book.archive, entry),
  })
  const paths = pathsFor(book)
  const page = pageFor(book, paths, cover)
  const text = editPackage(book.package, {
    cover: cover?.properties.includes('cover-image') === true ? undefined : cover,
    firstPage: page && { id: page.id, href: baseName(page.name) },
    hrefFrom: paths.hrefFrom,
  })
  const { packageEntry } = book.container
  const packagePath = paths.folder + baseName(book.pathOf(packageEntry))
  changed.set(packageEntry, await deflated(packagePath, Buffer.from(text)))
  const container = await containerOf(book, packagePath)
  if (container !== undefined && book.container.entry !== undefined)
    changed.set(book.container.entry, container)
  const entries = [
    stored('mimetype', Buffer.from('application/epub+zip')),
    ...(book.container.entry === undefined && container !== undefined ? [container] : []),
    ...remaining(book).map((entry) => changed.get(entry) ?? raw(book, entry)),
  ]
  if (page === undefined) return { entries, firstPage: undefined }
  const { bytes, spans, path } = convertDocument(Buffer.from(page.markup))
  return {
    entries: [...entries, await deflated(page.name, bytes)],
    firstPage: { name: page.name, linear: true, spans, path },
  }
}

/** A package document stays where it is if its new place is taken. */
function pathsFor(book: Book): PackagePaths {
  const { manifest } = book.package
  const paths = packagePaths(
    book.folder,
    manifest.map(({ href }) => href),
  )
  const { packageEntry, lookUp } = book.container
  const there = lookUp(paths.folder, encodePath(baseName(book.pathOf(packageEntry))))
  if (there === undefined || there === packageEntry) return paths
  return { folder: book.folder, hrefFrom: (href) => href }
}

function pageFor(
  book: Book,
  { folder }: PackagePaths,
  cover: ManifestEntry | undefined,
): { id: string; name: string; markup: string } | undefined {
  const { title, version, manifest } = book.package
  const first = book.documents.find(({ linear }) => linear)
  const [firstReference] = book.package.spine.filter(({ linear }) => linear)
  const isFirst = manifest.some(
    ({ id, href }) =>
      id === firstReference?.idref && book.container.lookUp(book.folder, href) === first?.entry,
  )
  const markup = first && isFirst && !first.fixed ? textOf(book.archive, first.entry) : undefined
  if (first === undefined || markup === undefined) return undefined
  if (!needsFirstPage(book.pathOf(first.entry), markup)) return undefined
  const entry = cover && book.container.lookUp(book.folder, cover.href)
  const path = entry && book.pathOf(entry)
  const image = path?.startsWith(folder) ? encodePath(path.slice(folder.length)) : undefined
  const ids = new Set(manifest.map(({ id }) => id))
  let count = 1
  const suffixed = (): string => (count === 1 ? '' : `-${count}`)
  const nameNow = (): string => folder + FIRST_PAGE_NAME.replace('.', `${suffixed()}.`)
  while (
    ids.has(`holdfast-first-page${suffixed()}`) ||
    book.container.lookUp('', encodePath(nameNow()))
  )
    count += 1
  return {
    id: `holdfast-first-page${suffixed()}`,
    name: nameNow(),
    markup: firstPage({ title, image, version }),
  }
}

/** The container.xml of the output, or undefined when the book's own will do. */
async function containerOf(book: Book, packagePath: string): Promise<NewEntry | undefined> {
  const { entry, packageEntry } = book.container
  if (entry === undefined)
    return await deflated(CONTAINER_PATH, Buffer.from(containerFor(packagePath)))
  const xml = plainXml(readEntry(book.archive, entry, XML_LIMIT))
  const wanted = renamePackage(xml, packageEntry.name, packagePath)
  return wanted === xml ? undefined : await deflated(CONTAINER_PATH, Buffer.from(wanted))
}

/** The entries that belong to the book. Junk that the manifest lists is no junk. */
function remaining(book: Book): ZipEntry[] {
  const { root, lookUp } = book.container
  const listed = new Set(book.package.manifest.map(({ href }) => lookUp(book.folder, href)))
  return book.archive.entries.filter((entry) => {
    const path = book.pathOf(entry)
    if (!entry.name.startsWith(root) || path.toLowerCase() === 'mimetype') return false
    return listed.has(entry) || !isJunk(path)
  })
}

function raw(book: Book, entry: ZipEntry): NewEntry {
  const { isUtf8, method, crc, size, compressedSize, dataOffset } = entry
  const data = { offset: dataOffset }
  return named(book, entry, {
    rawName: entry.rawName,
    isUtf8,
    method,
    crc,
    size,
    compressedSize,
    data,
  })
}

/** The entry under the name that it has in the archive, byte for byte, without the folder of the whole book. */
function named(book: Book, entry: ZipEntry, written: NewEntry): NewEntry {
  const rawRoot = book.container.entry
  const cut = rawRoot === undefined ? 0 : rawRoot.rawName.length - CONTAINER_PATH.length
  return { ...written, rawName: entry.rawName.subarray(cut), isUtf8: entry.isUtf8 }
}
