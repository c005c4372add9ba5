import { posix } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { SaxesParser } from 'saxes'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/** A document of a book's spine, by its path in the archive, with the ids of its spans in order. */
export interface Chapter {
  document: string
  spans: string[]
}

export interface Inspection {
  /** In the order of the spine. */
  chapters: Chapter[]
  /** What is wrong with the file as a KEPUB, one short clause each. */
  complaints: string[]
}

/** Most bytes of a package or a document that are unpacked. */
const ENTRY_LIMIT = 64 * 1024 * 1024

/** What was found in files that were looked into lately, by their SHA-256: the same bytes say the same. */
const known = new Map<string, Inspection>()
const MOST_KNOWN = 200

/** Looks for the spans of a KEPUB (docs/protocol/downloads-and-covers.md). `sha256` is of the file. */
export async function inspectKepub(path: string, sha256: string): Promise<Inspection> {
  const before = known.get(sha256)
  if (before) return before
  const found = await inspect(path)
  const [oldest] = known.keys()
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  known.set(sha256, found)
  return found
}

async function inspect(path: string): Promise<Inspection> {
  let archive: ZipFile | undefined
  try {
    archive = await openPromise(path, { autoClose: false })
    return await inspectArchive(archive)
  } catch (error) {
    // yauzl, zlib and saxes speak of what is wrong with a file in plain errors; the disk has codes.
    if (!(error instanceof Error) || ('syscall' in error && error.syscall !== undefined))
      throw error
    return { chapters: [], complaints: [`the archive cannot be read (${error.message})`] }
  } finally {
    archive?.close()
  }
}

async function inspectArchive(archive: ZipFile): Promise<Inspection> {
  const entries = new Map<string, Entry>()
  for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry)
  const text = async (name: string) => {
    const entry = entries.get(name)
    if (!entry || entry.uncompressedSize > ENTRY_LIMIT) return undefined
    return (await buffer(await archive.openReadStreamPromise(entry))).toString('utf8')
  }
  const opf = rootfileOf((await text('META-INF/container.xml')) ?? '')
  const description = opf === undefined ? undefined : await text(opf)
  if (opf === undefined || description === undefined)
    return { chapters: [], complaints: ['the package document is missing'] }
  const chapters: Chapter[] = []
  const complaints: string[] = []
  for (const document of spineOf(description, opf)) {
    const xhtml = await text(document)
    if (xhtml === undefined) complaints.push(`the spine names ${document}, which is not there`)
    else chapters.push({ document, spans: spanIds(xhtml) })
  }
  return { chapters, complaints: [...complaints, ...complaintsAboutSpans(chapters)] }
}

function complaintsAboutSpans(chapters: readonly Chapter[]): string[] {
  if (chapters.every(({ spans }) => spans.length === 0)) return ['no document has a koboSpan']
  return chapters.flatMap(({ document, spans }) => {
    const twice = spans.find((id, n) => spans.indexOf(id) !== n)
    const odd = spans.find((id) => !/^kobo\.\d+\.\d+$/.test(id))
    return [
      ...(twice === undefined ? [] : [`${document} has the span ${twice} twice`]),
      ...(odd === undefined ? [] : [`${document} has a span of the name “${odd.slice(0, 40)}”`]),
    ]
  })
}

function rootfileOf(container: string): string | undefined {
  return elementsOf(container).find(({ name }) => name === 'rootfile')?.attributes['full-path']
}

/** The paths of the spine's documents in the archive, in order. */
function spineOf(description: string, opf: string): string[] {
  const elements = elementsOf(description)
  const hrefs = new Map(
    elements
      .filter(({ name }) => name === 'item')
      .map(({ attributes }) => [attributes['id'] ?? '', attributes['href'] ?? '']),
  )
  return elements
    .filter(({ name }) => name === 'itemref')
    .flatMap(({ attributes }) => hrefs.get(attributes['idref'] ?? '') ?? [])
    .map((href) => posix.join(posix.dirname(opf), decodeURI(href.replace(/[#?].*$/, ''))))
}

/** The elements of an XML text by their local names. Throws when it is not well-formed. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    found.push({ name: name.slice(name.indexOf(':') + 1), attributes })
  })
  parser.on('error', (error) => {
    throw error
  })
  parser.write(xml).close()
  return found
}

function spanIds(xhtml: string): string[] {
  return [...xhtml.matchAll(/<span\b[^>]*\bkoboSpan\b[^>]*>/g)].flatMap(
    ([tag]) => /\bid\s*=\s*["']([^"']*)["']/.exec(tag)?.[1] ?? [],
  )
}
