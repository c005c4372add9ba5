import type { Crop } from './crop.ts'

/** A person named by a book, with the MARC relator code of what they did; authors are `aut`. */
export type Contributor = { name: string; sortName: string | null; role: string }

/** A book of the catalogue. */
export type Book = {
  /** UUID v5 of the first imported bytes: the entitlement id on the wire, for ever the same. */
  id: string
  title: string
  subtitle: string | null
  contributors: Contributor[]
  series: { name: string; index: number | null } | null
  language: string | null
  publisher: string | null
  /** The date of publication as the book says it, and as an instant (ms) where it can be read as one. */
  published: string | null
  publishedAt: number | null
  isbn: string | null
  identifiers: { scheme: string; value: string }[]
  /** Sanitized HTML. */
  description: string | null
  subjects: string[]
  layout: 'reflowable' | 'fixed'
  format: 'epub' | 'kepub'
  /** SHA-256 of the original bytes of the cover's picture, their media type, and which part of it is shown; null for all of it. */
  cover: { hash: string; type: string; crop: Crop | null } | null
  metaRev: number
  fileRev: number
  file: { hash: string; size: number; path: string }
  /** The hash of the finished artifact that devices are offered. */
  artifact: string | null
  uploader: string | null
  addedAt: number
  deletedAt: number | null
}

/** The names of a book's authors, in the order of its title page. */
export function authorsOf(book: Pick<Book, 'contributors'>): string[] {
  return book.contributors
    .filter((contributor) => contributor.role === 'aut')
    .map((author) => author.name)
}
