import { decodeHTMLStrict } from 'entities'

/**
 * Text as it is written into XHTML: `&`, `<`, `>`, the no-break space, and CR as references; what XML does not allow,
 * and U+FFFD, left out.
 */
export function escapeText(text: string): string {
  return text.replace(TEXT_SPECIAL, escapeOne)
}

/** The value of an attribute as it is written between double quotes. */
export function escapeAttribute(value: string): string {
  return value.replace(ATTRIBUTE_SPECIAL, escapeOne)
}

/** How many characters of `text` count for a span map; see SpanMap. */
export function countCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code <= 0x20 || code >= 0xfffd) count -= 1
  }
  return count
}

/**
 * Text with its references read as HTML reads them. Undefined when an `&` begins none, when a name is unknown or lacks
 * its semicolon, and when a reference stands for a character that XML does not allow.
 */
export function decodeReferences(text: string): string | undefined {
  let known = true
  const decoded = text.replace(REFERENCE, (reference) => {
    const character = COMMON.get(reference) ?? decodeHTMLStrict(reference)
    if (character === reference || NOT_XML.test(character)) known = false
    return character
  })
  return known ? decoded : undefined
}

/** Whether `name` may name an element or an attribute in XML with namespaces. */
export function isXmlName(name: string): boolean {
  return XML_NAME.test(name)
}

/** A comment's text that is safe between `<!--` and `-->`. */
export function safeComment(text: string): string {
  return text
    .replace(NOT_XML_ALL, '')
    .replace(/-(?=-)/gu, '- ')
    .replace(/-$/u, '- ')
}

/** The text of a script or style element: as it is if XML reads it without fault, else with its `&` and `<` escaped. */
export function rawText(text: string): string {
  const allowed = text.replace(NOT_XML_ALL, '')
  if (!/[<&]|\]\]>/u.test(allowed) || isWellFormedRaw(allowed)) return allowed
  return allowed
    .replace(/&(?!(?:amp|lt|gt|quot|apos);)/gu, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(']]>', ']]&gt;')
}

const TEXT_SPECIAL = /[\0-\u0008\u000B\u000C\r\u000E-\u001F&<>\u00A0\uFFFD-\uFFFF]/gu
const ATTRIBUTE_SPECIAL = /[\0-\u001F&<>"\u00A0\uFFFE\uFFFF]/gu
const NOT_XML = /[\0-\u0008\u000B\u000C\u000E-\u001F\uFFFD-\uFFFF\uD800-\uDFFF]/u
const NOT_XML_ALL = /[\0-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu
const REFERENCE = /&(?:(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]*);)?/gu
const XML_NAME =
  /^[A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u3001-\uD7FF][-.\d\u00B7A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u037D\u037F-\u1FFF\u3001-\uD7FF]*(?::[A-Z_a-z][-.\w]*)?$/u
const COMMON = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&nbsp;', '\u00A0'],
  ['&#160;', '\u00A0'],
])

function escapeOne(character: string): string {
  if (character === '&') return '&amp;'
  if (character === '<') return '&lt;'
  if (character === '>') return '&gt;'
  if (character === '"') return '&quot;'
  if (character === '\u00A0') return '&#160;'
  if (character === '\t' || character === '\n' || character === '\r')
    return `&#${character.charCodeAt(0)};`
  return ''
}

/** True when all that needs escaping stands in closed CDATA sections and harmless comments. */
function isWellFormedRaw(text: string): boolean {
  let at = 0
  for (;;) {
    const open = text.indexOf('<', at)
    const plain = text.slice(at, open === -1 ? text.length : open)
    if (/&(?!(?:amp|lt|gt|quot|apos);)|\]\]>/u.test(plain)) return false
    if (open === -1) return true
    if (text.startsWith('<![CDATA[', open)) {
      const close = text.indexOf(']]>', open)
      if (close === -1) return false
      at = close + 3
    } else if (text.startsWith('<!--', open)) {
      const close = text.indexOf('--', open + 4)
      if (close === -1 || text[close + 2] !== '>') return false
      at = close + 3
    } else return false
  }
}
