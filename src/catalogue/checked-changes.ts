import { Problem } from '../problem.ts'
import type { Book } from './book.ts'
import type { BookChanges } from './change.ts'
import { safeDescription } from './epub/description.ts'
import { checkedIsbn } from './epub/isbn.ts'
import { parseInstant } from './epub/published.ts'

/** What somebody asks to be changed of a book, in words as they typed them: only what is given is asked for. */
export type ToldChanges = {
  title?: string | undefined
  subtitle?: string | null | undefined
  authors?: string[] | undefined
  series?: Book['series'] | undefined
  language?: string | null | undefined
  publisher?: string | null | undefined
  published?: string | null | undefined
  description?: string | null | undefined
  subjects?: string[] | undefined
  isbn?: string | null | undefined
}

/** The same in the words of the catalogue, and all of it checked. Throws `Problem('invalid')` for what is no ISBN. */
export function checkedChanges(body: ToldChanges): BookChanges {
  const changes: BookChanges = {}
  if (body.title !== undefined) changes.title = body.title
  if (body.subtitle !== undefined) changes.subtitle = body.subtitle
  if (body.authors !== undefined) changes.authors = body.authors
  if (body.series !== undefined) changes.series = body.series
  if (body.language !== undefined) changes.language = body.language || null
  if (body.publisher !== undefined) changes.publisher = body.publisher
  if (body.subjects !== undefined) changes.subjects = body.subjects
  if (body.description !== undefined)
    changes.description = body.description === null ? null : safeDescription(body.description)
  if (body.published !== undefined) {
    changes.published = body.published || null
    changes.publishedAt = body.published ? parseInstant(body.published) : null
  }
  if (body.isbn !== undefined) changes.isbn = body.isbn ? soundIsbn(body.isbn) : null
  return changes
}

function soundIsbn(text: string): string {
  const isbn = checkedIsbn(text)
  if (isbn === null) throw new Problem('invalid', `“${text}” is not a valid ISBN.`)
  return isbn
}
