import { FIRST_SHELF, type FirstShelf } from '../../first-shelf.ts'

/** Offers a first shelf in the form in which a Kobo is connected. */
export function OfferFirstShelf({ first }: { first: FirstShelf }) {
  return (
    <p class="tick">
      <input type="checkbox" id="first" name="first" value="1" checked />{' '}
      <label for="first">
        Put {wordsFor(first)} on a first shelf, “{FIRST_SHELF}”
      </label>
    </p>
  )
}

function wordsFor({ books, isWhole }: FirstShelf): string {
  const [only] = books
  if (only && books.length === 1) return `“${only.title}”`
  return isWhole ? `all ${books.length} books` : `the ${books.length} books that came last`
}
