import type { Contributor } from '../book.ts'
import { Problem } from '../../problem.ts'
import { cleanLine, cleanLines, knownLine } from './clean-text.ts'
import { readContributors } from './contributors.ts'
import { coverCandidates } from './cover-candidates.ts'
import type { CoverCandidate } from './cover-candidates.ts'
import { readIdentifiers, readIsbn } from './identifiers.ts'
import type { Identifier } from './identifiers.ts'
import { readMetadata } from './metadata.ts'
import type { Metadata } from './metadata.ts'
import { packageElements } from './package-elements.ts'
import type { ManifestEntry, PackageElements } from './package-elements.ts'
import { parseInstant } from './published.ts'
import { readSeries } from './series.ts'
import { readTitles } from './titles.ts'

/** What a package document says about its book. Instants are epoch ms. */
export type PackageDocument = {
  /** The version as written, such as `2.0` or `3.0`. */
  version: string
  title: string | null
  subtitle: string | null
  contributors: Contributor[]
  series: { name: string; index: number | null } | null
  language: string | null
  publisher: string | null
  published: string | null
  publishedAt: number | null
  modifiedAt: number | null
  identifiers: Identifier[]
  isbn: string | null
  /** As the book has it: plain text or HTML, not safe to show. */
  description: string | null
  subjects: string[]
  layout: 'reflowable' | 'fixed'
  direction: 'ltr' | 'rtl' | null
  manifest: ManifestEntry[]
  /** The pages in reading order; a reference that the manifest does not know is left out. */
  spine: ManifestEntry[]
  covers: CoverCandidate[]
}

/**
 * Reads a package document; `opfPath` is the name of its entry, from which its addresses count. Faults in the XML are
 * forgiven as long as the pages of the book can be told (EPUB 3.3, 5; OPF 2.0.1). Throws a Problem otherwise.
 */
export function readOpf(xml: string, opfPath: string): PackageDocument {
  const elements = packageElements(xml, opfPath)
  const ids = new Map(elements.manifest.toReversed().map((entry) => [entry.id, entry]))
  const spine = elements.spine.flatMap((id) => ids.get(id) ?? [])
  if (spine.length === 0) throw new Problem('invalid', whyUnreadable(elements))
  const metadata = readMetadata(elements.metadata)
  const identifiers = readIdentifiers(metadata)
  const published = readPublished(metadata)
  return {
    version: elements.version,
    ...readTitles(metadata),
    contributors: readContributors(metadata),
    series: readSeries(metadata),
    language: readLanguage(metadata),
    publisher: firstLine(metadata, 'publisher', LINE_LIMIT),
    published,
    publishedAt: published === null ? null : parseInstant(published),
    modifiedAt: parseInstant(metadata.metas('dcterms:modified')[0]?.value ?? ''),
    identifiers,
    isbn: readIsbn(identifiers),
    description: readDescription(metadata),
    subjects: readSubjects(metadata),
    layout: isFixed(metadata) ? 'fixed' : 'reflowable',
    direction:
      elements.direction === 'rtl' || elements.direction === 'ltr' ? elements.direction : null,
    manifest: elements.manifest,
    spine,
    covers: coverCandidates(elements, metadata),
  }
}

const LINE_LIMIT = 500
const DESCRIPTION_LIMIT = 100_000
const SUBJECT_LIMIT = 200
const SUBJECT_COUNT_LIMIT = 100

function whyUnreadable({ isPackage, fault }: PackageElements): string {
  if (fault !== null) {
    return `This EPUB cannot be read: its package document is not well-formed XML (line ${fault.line}).`
  }
  if (!isPackage) return 'This EPUB cannot be read: its package document holds no package.'
  return 'This EPUB cannot be read: its package document lists no pages.'
}

function firstLine(metadata: Metadata, name: string, limit: number): string | null {
  return (
    metadata
      .elements(name)
      .map((element) => knownLine(element.text, limit))
      .find((line) => line !== null) ?? null
  )
}

/** The first language that has the shape of a BCP 47 tag, as written. */
function readLanguage(metadata: Metadata): string | null {
  const tags = metadata.elements('language').map((element) => element.text.trim())
  return (
    tags.find((tag) => tag.length <= 35 && /^[a-z]{1,8}(?:[-_][a-z0-9]{1,8})*$/iu.test(tag)) ?? null
  )
}

/**
 * The date that tells most of when the text appeared: one without an event (all that EPUB 3 has), then that of
 * publication, then any other that is not about the making of the file.
 */
function readPublished(metadata: Metadata): string | null {
  const dates = metadata.elements('date').flatMap((element) => {
    const text = cleanLine(element.text, LINE_LIMIT)
    const event = element.attributes.get('event')?.trim().toLowerCase() ?? ''
    return text === null || text.startsWith(CALIBRE_UNKNOWN_DATE) ? [] : [{ text, event }]
  })
  const ranks = ['', 'publication', 'published', 'original-publication', 'ops-publication']
  for (const rank of ranks) {
    const date = dates.find(({ event }) => event === rank)
    if (date !== undefined) return date.text
  }
  return dates.find(({ event }) => !/modif|creat|conver/u.test(event))?.text ?? null
}

const CALIBRE_UNKNOWN_DATE = '0101-01-01'

function readDescription(metadata: Metadata): string | null {
  return (
    metadata
      .elements('description')
      .map((element) => cleanLines(element.text, DESCRIPTION_LIMIT))
      .find((text) => text !== null && text.toLowerCase() !== 'unknown') ?? null
  )
}

function readSubjects(metadata: Metadata): string[] {
  const subjects = new Map<string, string>()
  for (const element of metadata.elements('subject')) {
    const subject = cleanLine(element.text, SUBJECT_LIMIT)
    if (subject === null || subjects.has(subject.toLowerCase())) continue
    subjects.set(subject.toLowerCase(), subject)
    if (subjects.size === SUBJECT_COUNT_LIMIT) break
  }
  return [...subjects.values()]
}

/** EPUB 3 has rendition:layout; books for Kobo and Kindle of the time before it have fixed-layout. */
function isFixed(metadata: Metadata): boolean {
  return (
    metadata.metas('rendition:layout')[0]?.value === 'pre-paginated' ||
    metadata.metas('fixed-layout')[0]?.value === 'true'
  )
}
