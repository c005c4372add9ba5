import type { Artifact } from '../../artifacts/artifact.ts'
import { authorsOf, type Book } from '../../catalogue/book.ts'
import { coverVersion } from '../../catalogue/crop.ts'
import { uuid5 } from '../../uuid.ts'
import { cutHtml, cutText } from './cut-html.ts'
import { revisionId } from './revision.ts'
import { formatTimestamp } from './timestamp.ts'

/** Characters of a description that a Kobo is sent: no single operation may come near the limit of a page. */
export const DESCRIPTION_LIMIT = 20_000

/** Authors that a Kobo is sent, and characters of a name, a title and the like. */
export const AUTHORS_LIMIT = 30
export const NAME_LIMIT = 200
export const TITLE_LIMIT = 1_000

/** What a device may download: the artifact it was announced, and where. */
export type Download = { artifact: Artifact; url: string }

/**
 * The BookMetadata of a book, with every field that working servers send (docs/protocol/library-sync.md). `fileRev` is the
 * file revision that the device was announced. Stable: the same arguments always give the same text.
 */
export function encodeBookMetadata(book: Book, fileRev: number, download: Download | null): object {
  const authors = authorsOf(book)
    .slice(0, AUTHORS_LIMIT)
    .map((name) => line(name, NAME_LIMIT))
    .filter((name) => name !== '')
  return {
    ...ids(book.id, fileRev),
    CoverImageId: coverImageId(book),
    Title: line(book.title, TITLE_LIMIT) || book.id,
    ...(book.subtitle !== null && { SubTitle: line(book.subtitle, TITLE_LIMIT) }),
    // A Kobo keeps an old description when the new one is empty; a single space clears it.
    Description: cutHtml(plain(book.description ?? ''), DESCRIPTION_LIMIT) || ' ',
    Language: languageOf(book),
    ...(book.isbn !== null && { Isbn: line(book.isbn, NAME_LIMIT) }),
    Contributors: authors,
    ContributorRoles: authors.map((name) => ({ Name: name })),
    ...(book.publisher !== null && {
      Publisher: { Name: line(book.publisher, NAME_LIMIT), Imprint: '' },
    }),
    ...(book.publishedAt !== null && { PublicationDate: formatTimestamp(book.publishedAt) }),
    ...encodeSeries(book.series),
    Categories: [NO_CATEGORY],
    Genre: NO_CATEGORY,
    CurrentDisplayPrice: { CurrencyCode: 'USD', TotalAmount: 0 },
    CurrentLoveDisplayPrice: { TotalAmount: 0 },
    ExternalIds: [],
    PhoneticPronunciations: {},
    IsEligibleForKoboLove: false,
    IsInternetArchive: false,
    IsPreOrder: false,
    IsSocialEnabled: true,
    DownloadUrls: download === null ? [] : [encodeDownload(download)],
  }
}

/** The metadata of a removal: a stub, without which some firmware ignores it. */
export function encodeRemovedMetadata(book: string, fileRev: number): object {
  return { ...ids(book, fileRev), Title: book, DownloadUrls: [] }
}

/** The id of a book's cover. A Kobo keeps a cover for ever, so another image, or another crop of it, has another id. */
export function coverImageId(book: Pick<Book, 'id' | 'cover'>): string {
  return book.cover === null ? book.id : `${book.id}-${coverVersion(book.cover).slice(0, 8)}`
}

const NO_CHARACTER = /[^\P{Cc}\t\n\r]/gu
const NO_CATEGORY = '00000000-0000-0000-0000-000000000001'
const SERIES_NAMESPACE = '7d1dd3a5-1c2a-4a6c-9a35-0f2c1c0b7d5e'

function ids(book: string, fileRev: number): object {
  return {
    EntitlementId: book,
    RevisionId: revisionId(book, fileRev),
    CrossRevisionId: book,
    WorkId: book,
  }
}

/** The language without region and script: Kobos are known to understand two and three letters. */
function languageOf(book: Book): string {
  return /^[a-z]{2,3}(?=$|[-_])/i.exec(book.language ?? '')?.[0].toLowerCase() ?? 'en'
}

function encodeSeries(series: Book['series']): object {
  const name = line(series?.name ?? '', TITLE_LIMIT)
  if (!series || name === '') return {}
  const { index } = series
  return {
    Series: {
      Id: uuid5(SERIES_NAMESPACE, series.name.normalize('NFC')),
      Name: name,
      ...(index !== null &&
        Number.isFinite(index) && { Number: String(index), NumberFloat: index }),
    },
  }
}

/** One line of text, cut where it is longer than any real one. */
function line(text: string, limit: number): string {
  return cutText(plain(text), limit)
}

/** Text without what is no character: halves of pairs, and controls other than tab and line end. */
function plain(text: string): string {
  return text.toWellFormed().replaceAll(NO_CHARACTER, '')
}

/** There is always exactly one: which of several a Kobo takes is not certain. */
function encodeDownload({ artifact, url }: Download): object {
  return {
    Format: artifact.format,
    Size: artifact.size,
    Url: url,
    Platform: 'Generic',
    DrmType: 'None',
  }
}
