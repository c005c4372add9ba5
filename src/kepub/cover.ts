import { baseName, folderOf } from './entry-path.ts'
import type { LookUp } from './look-up.ts'
import type { ManifestEntry, PackageDocument } from './package-document.ts'
import { attribute, xmlTags } from './xml-tags.ts'
import type { ZipEntry } from './zip-read.ts'

/** Where a cover is looked for. */
export interface CoverFacts {
  /** The folder of the package document. */
  folder: string
  lookUp: LookUp
  /** The path of an entry, in the terms of `folder`. */
  pathOf: (entry: ZipEntry) => string
  /** The markup of an entry, or undefined when it cannot be read. */
  read: (entry: ZipEntry) => string | undefined
}

/**
 * The manifest's entry of the cover image: the one that is marked as such, that of meta name=cover (an id, or wrongly
 * a reference, or a page that shows it), that of the guide's page, or an image that is called cover.
 */
export function coverOf(book: PackageDocument, facts: CoverFacts): ManifestEntry | undefined {
  const { manifest, coverName, coverGuide } = book
  const marked = manifest.find((each) => isImage(each) && each.properties.includes('cover-image'))
  if (marked !== undefined) return marked
  for (const name of [coverName, coverGuide]) {
    if (name === undefined) continue
    const named =
      manifest.find(({ id }) => id === name) ?? listedAt(book, facts, facts.folder, name)
    const image = named && (isImage(named) ? named : imageOn(book, facts, named))
    if (image !== undefined) return image
  }
  const images = manifest.filter(isImage)
  return (
    images.find(({ id }) => /^cover/iu.test(id)) ??
    images.find(({ href }) => /^cover/iu.test(baseName(href))) ??
    images.find(({ id, href }) => /cover/iu.test(id) || /cover/iu.test(baseName(href)))
  )
}

function isImage({ mediaType }: ManifestEntry): boolean {
  return mediaType.startsWith('image/')
}

function listedAt(
  { manifest }: PackageDocument,
  { folder: packageFolder, lookUp }: CoverFacts,
  folder: string,
  href: string,
): ManifestEntry | undefined {
  const entry = lookUp(folder, href)
  return entry && manifest.find((each) => lookUp(packageFolder, each.href) === entry)
}

/** The first image on a page. */
function imageOn(
  book: PackageDocument,
  facts: CoverFacts,
  page: ManifestEntry,
): ManifestEntry | undefined {
  const entry = facts.lookUp(facts.folder, page.href)
  const markup = entry && facts.read(entry)
  if (entry === undefined || markup === undefined) return undefined
  for (const tag of xmlTags(markup)) {
    if (tag.kind === 'close') continue
    const isPicture = tag.name === 'img' || tag.name === 'image'
    const href = isPicture ? attribute(tag, tag.name === 'img' ? 'src' : 'href') : undefined
    const listed = href && listedAt(book, facts, folderOf(facts.pathOf(entry)), href)
    if (listed && isImage(listed)) return listed
  }
  return undefined
}
