import type { Book } from '../../src/catalogue/book.ts'

/** A book of which nothing is known but these, as it is when it was just imported. */
export function bareBook(known: Pick<Book, 'id' | 'title' | 'file'> & Partial<Book>): Book {
  return {
    subtitle: null,
    contributors: [],
    series: null,
    language: null,
    publisher: null,
    published: null,
    publishedAt: null,
    isbn: null,
    identifiers: [],
    description: null,
    subjects: [],
    layout: 'reflowable',
    format: 'epub',
    cover: null,
    metaRev: 1,
    fileRev: 1,
    artifact: null,
    uploader: null,
    addedAt: 0,
    deletedAt: null,
    ...known,
  }
}
