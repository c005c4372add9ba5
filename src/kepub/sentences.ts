/**
 * Cuts text after every `.`, `!` or `?` that at most one closing quote or ellipsis and then ASCII white space follow;
 * the white space stays with the sentence before. The pieces joined are the text; an empty text has none. The rule is
 * that of kepubify v4 and belongs to ID_SCHEME: `Mr. ` ends a piece, a no-break space or `。` does not.
 */
export function splitSentences(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  for (const { index, 0: ending } of text.matchAll(SENTENCE_END)) {
    pieces.push(text.slice(from, index + ending.length))
    from = index + ending.length
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}

/** Whether `text` is Unicode white space and nothing else. A byte order mark is none, unlike in `\s`. */
export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

const SENTENCE_END = /[.!?]['"”’“…]?[\t\n\f\r ]+/gu
const BLANK = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]*$/u
