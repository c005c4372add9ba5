import { knownLine } from './clean-text.ts'
import { checkedIsbn } from './isbn.ts'
import type { Metadata } from './metadata.ts'

const IDENTIFIER_LIMIT = 100
const VALUE_LIMIT = 500
const SCHEME_LIMIT = 50

/** One identifier; schemes are lower case: `isbn`, `uuid`, `uri`, `doi` …, and `other` for what names none. */
export type Identifier = { scheme: string; value: string }

/** The identifiers of the book in document order, each once. */
export function readIdentifiers(metadata: Metadata): Identifier[] {
  const all = metadata.elements('identifier').flatMap((element) => {
    const text = knownLine(element.text, VALUE_LIMIT)
    if (text === null) return []
    const type = metadata.refinements(element, 'identifier-type')[0]
    return [identifier(text, element.attributes.get('scheme') ?? ONIX_CODES.get(type ?? ''))]
  })
  const distinct = new Map(all.map((one) => [`${one.scheme} ${one.value}`, one]))
  return [...distinct.values()].slice(0, IDENTIFIER_LIMIT)
}

/** The book's ISBN: the first ISBN-13 with a right check digit, otherwise the first such ISBN-10. */
export function readIsbn(identifiers: Identifier[]): string | null {
  const valid = identifiers.flatMap(({ scheme, value }) => {
    const isbn = checkedIsbn(value)
    // Ten digits of another scheme pass the check of an ISBN-10 once in eleven times.
    if (isbn === null || (isbn.length === 10 && scheme !== 'isbn')) return []
    return [isbn]
  })
  return valid.find((isbn) => isbn.length === 13) ?? valid[0] ?? null
}

/** Codes of ONIX list 5 that EPUB 3 books use as identifier-type. */
const ONIX_CODES = new Map([
  ['02', 'isbn'],
  ['06', 'doi'],
  ['15', 'isbn'],
])

function identifier(text: string, scheme: string | undefined): Identifier {
  const urn = /^urn:([a-z0-9][a-z0-9-]*):(.+)$/iu.exec(text)
  if (urn !== null) return { scheme: lower(urn[1]), value: urn[2] ?? text }
  const named = lower(scheme?.trim())
  if (named !== '') return { scheme: named, value: withoutPrefix(text, named) }
  if (/^https?:\/\//iu.test(text)) return { scheme: 'uri', value: text }
  const prefixed = /^([a-z][a-z0-9_.-]*):(?!\/\/)\s*(.+)$/iu.exec(text)
  if (prefixed !== null) return { scheme: lower(prefixed[1]), value: prefixed[2] ?? text }
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text)) {
    return { scheme: 'uuid', value: text }
  }
  return { scheme: checkedIsbn(text)?.length === 13 ? 'isbn' : 'other', value: text }
}

function lower(scheme: string | undefined): string {
  return (scheme ?? '').toLowerCase().slice(0, SCHEME_LIMIT)
}

/** `isbn:978…` under the scheme ISBN says its scheme twice. */
function withoutPrefix(text: string, scheme: string): string {
  return text.toLowerCase().startsWith(`${scheme}:`) ? text.slice(scheme.length + 1).trim() : text
}
