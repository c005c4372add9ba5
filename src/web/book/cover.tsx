import { authorsOf, type Book } from '../../catalogue/book.ts'
import { coverVersion } from '../../catalogue/crop.ts'
import { brokenInto } from '../../catalogue/placeholder.ts'
import { link } from '../paths.ts'

/** The widths in which covers are given out, in pixels: for spines and lists, for shelves of covers, and for the page of a book. */
export const WIDTHS = [120, 240, 480, 960] as const

type Width = (typeof WIDTHS)[number]

/** What a cover needs to know of its book. */
export type CoverOf = Pick<Book, 'id' | 'title' | 'contributors' | 'cover'>

/**
 * The cover of a book, `width` wide in CSS pixels at most; typeset where it has none. It says nothing of itself: the title stands beside it.
 * `eager` for those that are seen at once.
 */
export function Cover(props: {
  root: string
  book: CoverOf
  width: 60 | 120 | 240
  eager?: boolean
}) {
  const { root, book, width, eager } = props
  if (book.cover === null) return <TypesetCover book={book} />
  const v = coverVersion(book.cover).slice(0, 12)
  const at = (wide: Width) => link(root, 'coverImage', { id: book.id, width: String(wide) }, { v })
  const [once, twice] =
    width === 60
      ? ([120, 240] as const)
      : width === 120
        ? ([240, 480] as const)
        : ([480, 960] as const)
  return (
    <img
      class="cover"
      src={at(once)}
      srcset={width === 60 ? undefined : `${at(once)} 1.5x, ${at(twice)} 2.5x`}
      alt=""
      width={width}
      height={width * 1.5}
      loading={eager === true ? undefined : 'lazy'}
      decoding="async"
    />
  )
}

/** A cover of type alone: the title large, a rule, and the authors. Its words are in the font of the page. */
function TypesetCover({ book: { title, contributors } }: { book: CoverOf }) {
  const size = title.length > 60 ? 11 : title.length > 24 ? 13.5 : 17
  const lines = brokenInto(title, Math.floor(188 / size), 7)
  const authors = brokenInto(authorsOf({ contributors }).join(', '), 18, 2)
  const end = 40 + (lines.length - 1) * size * 1.18
  return (
    <svg class="cover typeset" viewBox="0 0 120 180" aria-hidden="true" focusable="false">
      <rect width="120" height="180" />
      <path d="M7.5 7.5h105v165h-105z" />
      {lines.map((line, index) => (
        <text x="60" y={String(round(40 + index * size * 1.18))} font-size={String(size)}>
          {line}
        </text>
      ))}
      <path d={`M50 ${round(end + 14)}h20`} />
      {authors.map((line, index) => (
        <text
          x="60"
          y={String(160 - (authors.length - 1 - index) * 11)}
          font-size="9.5"
          class="author"
        >
          {line}
        </text>
      ))}
    </svg>
  )
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}
