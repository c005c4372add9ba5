import { authorsOf, type Book } from '../../catalogue/book.ts'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** What stands on a book's title page, each name a search for what else it has. */
export function TitlePage({ visit, book }: { visit: Visit; book: Book }) {
  const { title, subtitle, series, publisher, published, subjects, isbn } = book
  const find = (q: string) => link(visit.root, 'books', {}, { q })
  const imprint = [publisher, published?.slice(0, 4), languageOf(book.language)].filter(Boolean)
  const others = book.contributors.filter(({ role }) => role !== 'aut' && ROLES[role])
  return (
    <header class="title-page">
      {series !== null && (
        <p class="label">
          <a href={find(series.name)}>{series.name}</a>
          {series.index !== null && ` ${series.index}`}
        </p>
      )}
      <h1>{title}</h1>
      {subtitle !== null && <p class="subtitle">{subtitle}</p>}
      {authorsOf(book).length > 0 && (
        <p class="lead">
          {authorsOf(book).map((name, index) => (
            <>
              {index > 0 && ', '}
              <a href={find(name)}>{name}</a>
            </>
          ))}
        </p>
      )}
      {others.map(({ name, role }) => (
        <p class="soft">
          {ROLES[role]} {name}
        </p>
      ))}
      {imprint.length > 0 && <p class="soft">{imprint.join(', ')}</p>}
      {(subjects.length > 0 || isbn !== null) && (
        <p class="soft">
          {[...subjects.slice(0, 8), isbn && `ISBN ${isbn}`].filter(Boolean).join(' · ')}
        </p>
      )}
    </header>
  )
}

/** What others did for a book, by their MARC relator codes. */
const ROLES: Readonly<Record<string, string>> = {
  trl: 'Translated by',
  ill: 'Illustrated by',
  edt: 'Edited by',
  aui: 'Introduced by',
  nrt: 'Told by',
}

/** The name of a language in English; what is no tag of a language stays as it is. */
function languageOf(tag: string | null): string | undefined {
  if (tag === null || tag === 'und') return undefined
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag)
  } catch (error) {
    if (error instanceof RangeError) return tag
    throw error
  }
}
