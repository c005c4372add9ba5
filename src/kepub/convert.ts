import { closeSync, fstatSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { arrange } from './arrange.ts'
import { openBook } from './book.ts'
import type { Book } from './book.ts'
import { convertDocuments } from './convert-documents.ts'
import type { DocumentResult } from './convert-one.ts'
import type { ConvertedDocument } from './document.ts'
import { windowOf } from './file-window.ts'
import type { FileWindow } from './file-window.ts'
import { NotConvertible } from './not-convertible.ts'
import { checkOutput } from './self-check.ts'
import type { SpanMap } from './span-map.ts'
import { openZip } from './zip-read.ts'
import { planZip, writeZip } from './zip-write.ts'
import type { PlannedZip } from './zip-write.ts'

/** What became of a book. */
export interface Conversion {
  /** A ready-made KEPUB passes through, and a fixed layout is never converted: then the output is the input, byte for byte. */
  kind: 'converted' | 'passed-through' | 'fixed-layout'
  /** Of the output, in bytes. */
  size: number
  /** Of the output, in hexadecimal. */
  sha256: string
  /** Its documents: those of the spine in reading order, then those that are not in it. None for a fixed layout. */
  documents: ConvertedPart[]
  /** Sentences for people. */
  warnings: string[]
  /** The rules by which the ids of spans are given; another number means other ids. */
  scheme: 1
}

/** One document of the output. */
export interface ConvertedPart {
  /** Its name in the archive. */
  name: string
  /** Whether it is part of what is read from beginning to end, and counts for how far one has read. */
  linear: boolean
  spans: SpanMap
  path: ConvertedDocument['path']
}

/** How to convert. */
export interface ConvertOptions {
  /** Reads the output again, and throws an ordinary error if it is not what it should be. */
  selfCheck?: boolean
}

/**
 * Converts the EPUB at `input` into a KEPUB at `output`, which is made anew. The same input always gives the same
 * bytes. A document that cannot be converted stays as it is, with a warning. Throws NotConvertible for what is no
 * EPUB, is protected, or fails for the most part; then there is no output.
 */
export async function convertEpub(
  input: string,
  output: string,
  { selfCheck = false }: ConvertOptions = {},
): Promise<Conversion> {
  const fd = openSync(input, 'r')
  try {
    const file = windowOf(fd, fstatSync(fd).size)
    const { zip, ...conversion } = await plan(file)
    const done = { ...conversion, size: zip.size, sha256: await write(output, zip, fd) }
    if (selfCheck) checkOutput(output, done)
    return done
  } finally {
    closeSync(fd)
  }
}

/** Documents larger than this, in bytes, have crashed devices. */
const LARGE_DOCUMENT = 2_000_000

type Plan = Omit<Conversion, 'size' | 'sha256'> & { zip: PlannedZip }

async function plan(file: FileWindow): Promise<Plan> {
  const book = openBook(openZip(file))
  const unchanged: PlannedZip = { size: file.size, pieces: [{ offset: 0, length: file.size }] }
  if (book.package.fixedLayout)
    return { kind: 'fixed-layout', documents: [], warnings: [], scheme: 1, zip: unchanged }
  const results = await convertDocuments(book.archive, book.documents, ({ entry }) =>
    book.pathOf(entry),
  )
  const documents = partsOf(book, results)
  if (isReadyMade(results))
    return { kind: 'passed-through', documents, warnings: [], scheme: 1, zip: unchanged }
  refuseFailed(results)
  const warnings = warningsOf(book, results)
  const { entries, firstPage } = await arrange(book, results)
  if (firstPage !== undefined) documents.unshift(firstPage)
  return { kind: 'converted', documents, warnings, scheme: 1, zip: planZip(entries) }
}

/** A book with spans is a KEPUB, unless more of it is without. */
function isReadyMade(results: readonly DocumentResult[]): boolean {
  const filled = results.filter(({ spans }) => spans.offsets.length > 0)
  const before = filled.filter(({ hadSpans }) => hadSpans).length
  return before > 0 && before * 2 >= filled.length
}

function refuseFailed(results: readonly DocumentResult[]): void {
  const failed = results.filter(({ failure }) => failure !== undefined)
  if (failed.length * 2 <= results.length) return
  throw new NotConvertible(
    `${failed.length} of ${results.length} pages of the book cannot be converted. ${failed[0]?.failure ?? ''}`.trim(),
  )
}

function partsOf(book: Book, results: readonly DocumentResult[]): ConvertedPart[] {
  return book.documents.flatMap(({ entry, linear }, index) => {
    const result = results[index]
    if (result === undefined) return []
    return [{ name: book.pathOf(entry), linear, spans: result.spans, path: result.path }]
  })
}

function warningsOf(book: Book, results: readonly DocumentResult[]): string[] {
  const warnings = book.archive.doubled.map(
    (name) => `“${name}” is in the archive more than once; the last one counts.`,
  )
  for (const [index, { failure, size }] of results.entries()) {
    const entry = book.documents[index]?.entry
    const name = entry === undefined ? '' : book.pathOf(entry)
    if (failure !== undefined) warnings.push(`“${name}” was left as it is. ${failure}`)
    if (size > LARGE_DOCUMENT)
      warnings.push(
        `“${name}” has ${(size / 1_000_000).toFixed(1)} MB, which some devices cannot show.`,
      )
  }
  return warnings
}

async function write(output: string, zip: PlannedZip, source: number): Promise<string> {
  try {
    return await writeZip(output, zip, source)
  } catch (error) {
    await rm(output, { force: true })
    throw error
  }
}
