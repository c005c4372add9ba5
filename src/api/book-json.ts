import { z } from '@hono/zod-openapi'
import { preparingAmong } from '../artifacts/preparation.store.ts'
import { authorsOf, type Book } from '../catalogue/book.ts'
import { KeptCrop } from '../catalogue/crop.ts'
import type { Db } from '../db/schema.ts'

/** A crop as the API tells of it and takes it. */
export const CropShape = z
  .object(KeptCrop.shape)
  .describe('Fractions of the width and height of the picture, as it is seen.')
  .openapi('Crop')

/** A book as the API tells of it. */
export const BookShape = z
  .object({
    id: z.string(),
    title: z.string(),
    subtitle: z.string().nullable(),
    authors: z.array(z.string()),
    series: z.object({ name: z.string(), index: z.number().nullable() }).nullable(),
    language: z.string().nullable(),
    publisher: z.string().nullable(),
    published: z.string().nullable().describe('As the book says it.'),
    description: z.string().nullable().describe('Safe HTML.'),
    subjects: z.array(z.string()),
    isbn: z.string().nullable(),
    metaRev: z.number().int(),
    fileRev: z.number().int(),
    preparing: z.boolean().describe('A device wants it and what it downloads is still being made.'),
    cover: z.boolean(),
    coverCrop: CropShape.nullable().describe('What its cover shows of the picture; null for all.'),
    addedAt: z.number().int().describe('Epoch ms.'),
  })
  .openapi('Book')

/** These books in their order, each with whether it is being prepared. */
export async function booksJson(db: Db, books: Book[]): Promise<z.infer<typeof BookShape>[]> {
  const preparing = await preparingAmong(
    db,
    books.filter((book) => book.artifact === null).map((book) => book.id),
  )
  return books.map((book) => toJson(book, preparing.has(book.id)))
}

/** One book. */
export async function bookJson(db: Db, book: Book): Promise<z.infer<typeof BookShape>> {
  const preparing = await preparingAmong(db, book.artifact === null ? [book.id] : [])
  return toJson(book, preparing.has(book.id))
}

function toJson(book: Book, preparing: boolean): z.infer<typeof BookShape> {
  return {
    id: book.id,
    title: book.title,
    subtitle: book.subtitle,
    authors: authorsOf(book),
    series: book.series,
    language: book.language,
    publisher: book.publisher,
    published: book.published,
    description: book.description,
    subjects: book.subjects,
    isbn: book.isbn,
    metaRev: book.metaRev,
    fileRev: book.fileRev,
    preparing,
    cover: book.cover !== null,
    coverCrop: book.cover?.crop ?? null,
    addedAt: book.addedAt,
  }
}
