import { numberPiece, openingSpan, SPAN_CLOSE } from './numbering.ts'
import type { Numbering } from './numbering.ts'
import { isBlank, splitSentences } from './sentences.ts'
import { countCharacters, escapeText } from './xml-text.ts'

/**
 * One text node as markup, a span around each of its sentences, and counts its characters. White space outside of
 * a paragraph gets no span; directly in a `p` it does.
 */
export function wrapText(text: string, inParagraph: boolean, numbering: Numbering): string {
  let markup = ''
  for (const piece of splitSentences(text)) {
    const written = escapeText(piece)
    if (!inParagraph && isBlank(piece)) markup += written
    else {
      numberPiece(numbering, numbering.characters)
      markup += openingSpan(numbering) + written + SPAN_CLOSE
    }
    numbering.characters += countCharacters(piece)
  }
  return markup
}
