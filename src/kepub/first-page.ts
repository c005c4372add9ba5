import { baseName } from './entry-path.ts'
import { xmlTags } from './xml-tags.ts'
import { escapeAttribute, escapeText } from './xml-text.ts'

/** The name of the page that is put before a book which begins with text. */
export const FIRST_PAGE_NAME = 'holdfast-first-page.xhtml'

/**
 * Whether a book that begins with this document needs a page before it. A Kobo shows the first document as a cover,
 * over the whole screen, so that text loses its margins there.
 */
export function needsFirstPage(path: string, markup: string): boolean {
  if (/cover|title|holdfast-first-page/iu.test(baseName(path))) return false
  let paragraphs = 0
  let images = 0
  let words = 0
  let inside: string | undefined
  let textFrom = -1
  for (const tag of xmlTags(markup)) {
    const isBody = tag.name === 'body'
    if (textFrom !== -1 && inside === undefined)
      words += longWords(markup.slice(textFrom, tag.start))
    if (tag.kind === 'close') {
      if (isBody) break
      if (tag.name === inside) inside = undefined
    } else if (isBody) textFrom = tag.end
    else if (textFrom !== -1 && (inside === undefined || inside === 'p')) {
      if (tag.name === 'p') paragraphs += 1
      // A paragraph that is never closed ends where the next block begins.
      if (inside === 'p' && ENDS_PARAGRAPH.has(tag.name)) inside = undefined
      if (inside === undefined) {
        if (tag.name === 'img' || tag.name === 'svg') images += 1
        if (NOT_ENTERED.has(tag.name) && !tag.selfClosing) inside = tag.name
      }
    }
    if (textFrom !== -1) textFrom = tag.end
    if (paragraphs > 4 || words > 20) return true
  }
  return images > 4 || (images === 0 && words < 5)
}

/** What the page is made from. */
export interface FirstPageFacts {
  title: string
  /** The reference of the cover image from the page, or undefined for a book without one. */
  image: string | undefined
  /** The version of EPUB. */
  version: number
}

/** The page: the cover image, or nothing but a title in its head. */
export function firstPage({ title, image, version }: FirstPageFacts): string {
  const named = title === '' ? 'Cover' : title
  const shown =
    image === undefined
      ? '<div></div>'
      : `<div style="text-align: center"><img src="${escapeAttribute(image)}" alt="${escapeAttribute(named)}" style="max-width: 100%; max-height: 100%"/></div>`
  return `<?xml version="1.0" encoding="UTF-8"?>
${version >= 3 ? '<!DOCTYPE html>' : XHTML_1_1}
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title>${escapeText(named)}</title>
</head>
<body>
${shown}
</body>
</html>
`
}

const XHTML_1_1 =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
const NOT_ENTERED = new Set(['p', 'script', 'style', 'pre', 'audio', 'video', 'math', 'svg'])
const ENDS_PARAGRAPH = new Set(
  'p div section article blockquote ul ol dl table pre hr h1 h2 h3 h4 h5 h6'.split(' '),
)

/** How many words are longer than three bytes. */
function longWords(text: string): number {
  return text.split(/\s+/u).filter((word) => Buffer.byteLength(word) > 3).length
}
