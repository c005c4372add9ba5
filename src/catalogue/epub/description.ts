import sanitize from 'sanitize-html'

/** The most bytes (UTF-8) of a description. */
export const DESCRIPTION_BYTES = 100_000

/**
 * A description made safe to show: paragraphs, emphasis, lists, quotations, small headings and links to http(s)
 * addresses are kept; of everything else only the text. Plain text becomes paragraphs. Null when nothing is left.
 */
export function safeDescription(raw: string): string | null {
  for (let length = DESCRIPTION_BYTES; length > 0; length = Math.floor(length / 2)) {
    const html = inParagraphs(clean(withParagraphs(raw.slice(0, length).toWellFormed())))
    if (html === '') return null
    if (Buffer.byteLength(html) <= DESCRIPTION_BYTES) return html
  }
  return null
}

const TAG = /<\/?[a-z][^<>]*>/iu

function withParagraphs(raw: string): string {
  if (TAG.test(raw)) return raw.replace(/<(\/?)div\b[^<>]*>/giu, '<$1p>')
  return paragraphs(raw.replace(/\r\n?/gu, '\n'))
    .map((paragraph) => `<p>${paragraph.replaceAll('<', '&lt;')}</p>`)
    .join('')
}

/** Blank lines part paragraphs. Single line ends do too, unless the text was wrapped to the width of a page. */
function paragraphs(text: string): string[] {
  const isWrapped = text.split('\n').every((line) => line.length <= WRAPPED_WIDTH)
  return text
    .split(isWrapped ? /\n\s*\n/u : /\n/u)
    .map((paragraph) => paragraph.replace(/\s+/gu, ' ').trim())
    .filter(Boolean)
}

const WRAPPED_WIDTH = 100

function clean(html: string): string {
  return sanitize(html, {
    allowedTags: ALLOWED_TAGS,
    allowedAttributes: { a: ['href', 'rel'] },
    allowedSchemes: ['http', 'https'],
    allowProtocolRelative: false,
    nestingLimit: 30,
    transformTags: {
      a: (tagName, { href }) => ({
        tagName,
        attribs: /^https?:\/\//iu.test(href ?? '') ? { href: href ?? '', rel: LINK_REL } : {},
      }),
    },
    exclusiveFilter: ({ tag, text }) => tag === 'p' && text.trim() === '',
  })
    .replace(/\s+/gu, ' ')
    .trim()
}

const ALLOWED_TAGS = 'p br em i strong b ul ol li blockquote a h1 h2 h3 h4'.split(' ')
const LINK_REL = 'noopener noreferrer nofollow'

function inParagraphs(html: string): string {
  return html === '' || /<(?:p|ul|ol|blockquote|h[1-4])>/u.test(html) ? html : `<p>${html}</p>`
}
