import type { Insertable, Selectable } from 'kysely'
import type { Schema } from '../db/schema.ts'
import type { Book } from './book.ts'
import { KeptCrop, type Crop } from './crop.ts'
import { sortTitle } from './sort-title.ts'

/** The parts of a book that are rows of their own. */
export type BookParts = Pick<Book, 'contributors' | 'identifiers' | 'subjects'>

/** The book that a row and its parts tell of. */
export function toBook(row: Selectable<Schema['book']>, parts: BookParts): Book {
  return {
    id: row.id,
    title: row.title,
    subtitle: row.subtitle,
    contributors: parts.contributors,
    series: row.series === null ? null : { name: row.series, index: row.series_index },
    language: row.language,
    publisher: row.publisher,
    published: row.published,
    publishedAt: row.published_at,
    isbn: row.isbn,
    identifiers: parts.identifiers,
    description: row.description,
    subjects: parts.subjects,
    layout: row.layout,
    format: row.format,
    cover:
      row.cover_hash === null || row.cover_type === null
        ? null
        : { hash: row.cover_hash, type: row.cover_type, crop: readCrop(row.cover_crop) },
    metaRev: row.meta_rev,
    fileRev: row.file_rev,
    file: { hash: row.file_hash, size: row.file_size, path: row.path },
    artifact: row.artifact,
    uploader: row.uploader,
    addedAt: row.added_at,
    deletedAt: row.deleted_at,
  }
}

/** The crop in the column `cover_crop`. */
export function readCrop(column: string | null): Crop | null {
  return column === null ? null : KeptCrop.parse(JSON.parse(column))
}

/** The columns that hold a cover. */
export function coverColumns(
  cover: Book['cover'],
): Pick<Insertable<Schema['book']>, 'cover_hash' | 'cover_type' | 'cover_crop'> {
  return {
    cover_hash: cover?.hash ?? null,
    cover_type: cover?.type ?? null,
    cover_crop: cover?.crop ? JSON.stringify(cover.crop) : null,
  }
}

/** The columns that hold what a book says of itself and a person may edit. */
export function describedColumns(
  book: Pick<
    Book,
    | 'title'
    | 'subtitle'
    | 'series'
    | 'language'
    | 'publisher'
    | 'published'
    | 'publishedAt'
    | 'isbn'
    | 'description'
  >,
): Pick<
  Insertable<Schema['book']>,
  | 'title'
  | 'subtitle'
  | 'sort_title'
  | 'series'
  | 'series_index'
  | 'language'
  | 'publisher'
  | 'published'
  | 'published_at'
  | 'isbn'
  | 'description'
> {
  return {
    title: book.title,
    subtitle: book.subtitle,
    sort_title: sortTitle(book.title, book.language),
    series: book.series?.name ?? null,
    series_index: book.series?.index ?? null,
    language: book.language,
    publisher: book.publisher,
    published: book.published,
    published_at: book.publishedAt,
    isbn: book.isbn,
    description: book.description,
  }
}
