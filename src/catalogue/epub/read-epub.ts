import { Problem } from '../../problem.ts'
import { TEXT_LIMIT, XML_LIMIT, openArchive } from './archive.ts'
import type { Archive } from './archive.ts'
import { cleanLine } from './clean-text.ts'
import { readCover } from './cover.ts'
import type { Cover } from './cover.ts'
import { safeDescription } from './description.ts'
import { refuseProtected, refuseScrambled } from './protection.ts'
import { CONTAINER_PATH, packagePaths } from './read-container.ts'
import { readOpf } from './read-opf.ts'
import type { PackageDocument } from './read-opf.ts'
import { decodeXml } from './read-xml.ts'
import { TITLE_LIMIT } from './titles.ts'

/** A book as its EPUB tells it. Instants are epoch ms. */
export type Publication = Pick<
  PackageDocument,
  | 'subtitle'
  | 'contributors'
  | 'series'
  | 'language'
  | 'publisher'
  | 'published'
  | 'publishedAt'
  | 'identifiers'
  | 'isbn'
  | 'subjects'
  | 'layout'
> & {
  title: string
  /** Safe HTML. */
  description: string | null
  cover: Cover | null
  /** `kepub`: already prepared for Kobo's own renderer, so it is not converted again. */
  format: 'epub' | 'kepub'
}

/**
 * Reads an EPUB, at a path or in memory. A book without a title gets `fallbackTitle`, a file name whose ending is dropped; a name
 * that ends in `.kepub.epub` also tells the format. Throws a Problem that says why a file is refused.
 */
export async function readEpub(
  source: string | Buffer,
  fallbackTitle: string,
): Promise<Publication> {
  const archive = await openArchive(source)
  try {
    const opf = await readPackage(archive)
    const pages = opf.spine.map((page) => page.path)
    await refuseProtected(archive, pages)
    const names = typeof source === 'string' ? [source, fallbackTitle] : [fallbackTitle]
    const isNamedKepub = names.some((name) => /\.kepub\.epub$/iu.test(name))
    const hasSpans = await sniffPages(archive, pages)
    return {
      title: opf.title ?? titleOfFile(fallbackTitle),
      subtitle: opf.subtitle,
      contributors: opf.contributors,
      series: opf.series,
      language: opf.language,
      publisher: opf.publisher,
      published: opf.published,
      publishedAt: opf.publishedAt,
      identifiers: opf.identifiers,
      isbn: opf.isbn,
      description: opf.description === null ? null : safeDescription(opf.description),
      subjects: opf.subjects,
      cover: await readCover(archive, opf.covers),
      format: isNamedKepub || hasSpans ? 'kepub' : 'epub',
      layout: opf.layout,
    }
  } finally {
    archive.close()
  }
}

async function readPackage(archive: Archive): Promise<PackageDocument> {
  const container = await archive.read(CONTAINER_PATH, XML_LIMIT)
  if (container === undefined) {
    throw new Problem('invalid', 'This is not an EPUB: it has no META-INF/container.xml.')
  }
  const stray = archive.names.filter((name) => /\.opf$/iu.test(name))
  for (const path of [...packagePaths(decodeXml(container)), ...stray]) {
    const bytes = await archive.read(path, XML_LIMIT)
    if (bytes !== undefined) return readOpf(decodeXml(bytes), path)
  }
  throw new Problem('invalid', 'This EPUB cannot be read: its package document is missing.')
}

/** Whether one of the first pages holds Kobo's spans. Throws a Problem when no page is there or none can be read. */
async function sniffPages(archive: Archive, pages: string[]): Promise<boolean> {
  const present = pages.filter((page) => archive.has(page)).slice(0, SNIFFED_PAGES)
  if (present.length === 0) {
    throw new Problem('invalid', 'This EPUB cannot be read: none of its pages are in the archive.')
  }
  for (const [index, page] of present.entries()) {
    const bytes = (await archive.read(page, TEXT_LIMIT)) ?? Buffer.alloc(0)
    if (index === 0) await refuseScrambled(archive, bytes)
    if (bytes.includes('koboSpan') && KOBO_SPAN.test(bytes.toString('latin1'))) return true
  }
  return false
}

/** Covers, title pages and dedications come first and may have no text. */
const SNIFFED_PAGES = 10

const KOBO_SPAN = /<span\b[^<>]{0,200}\bclass\s*=\s*["'][^"'<>]{0,200}\bkoboSpan\b/u

function titleOfFile(name: string): string {
  const bare = name.replace(/^.*[/\\]/su, '').replace(/(?:\.kepub)?\.epub$|\.kepub$/iu, '')
  return cleanLine(bare, TITLE_LIMIT) ?? 'Untitled'
}
