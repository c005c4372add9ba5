import { isDeepStrictEqual } from 'node:util'
import type { Book, Contributor } from './book.ts'

/** What a person may change of a book. Absent fields stay; `authors` are names in the order of the title page. */
export type BookChanges = Partial<
  Pick<
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
    | 'subjects'
  > & { authors: string[] }
>

/** The book as it is after the changes; revisions and instants are not touched. */
export function withChanges(book: Book, { authors, ...changes }: BookChanges): Book {
  const changed = { ...book, ...changes }
  if (authors !== undefined) changed.contributors = withAuthors(book.contributors, authors)
  return changed
}

/** Whether a device would display the two differently. Subjects are shown by no device. */
export function displaysDifferently(before: Book, after: Book): boolean {
  return !isDeepStrictEqual(displayed(before), displayed(after))
}

/** Authors that stay keep their sort name; everybody else who is named stays as they are, after the authors. */
function withAuthors(contributors: Contributor[], names: string[]): Contributor[] {
  const authors = contributors.filter(({ role }) => role === 'aut')
  const others = contributors.filter(({ role }) => role !== 'aut')
  const kept = names.map(
    (name) =>
      authors.find((author) => author.name === name) ?? { name, sortName: null, role: 'aut' },
  )
  return [...kept, ...others]
}

function displayed(book: Book): unknown[] {
  const { title, subtitle, contributors, series, language, publisher, published } = book
  return [
    [title, subtitle, series, language, publisher, published, book.publishedAt, book.isbn],
    contributors.map(({ name, role }) => [name, role]),
    [book.description, book.cover],
  ]
}
