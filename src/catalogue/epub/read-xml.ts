import { SaxesParser } from 'saxes'
import { Problem } from '../../problem.ts'

/** An opened tag: its local name and the local names of its attributes are lower-cased. */
export type XmlTag = { name: string; namespace: string; attributes: Map<string, string> }

/** What a reader does with a document; `stop` ends the reading early. */
export type XmlReader = {
  open: (tag: XmlTag) => 'stop' | undefined
  text?: (text: string) => void
  close?: () => void
}

/** Where an XML document first broke the rules; lines count from 1. */
export type XmlFault = { line: number; message: string }

/** The deepest nesting that is read: namespaces are looked up through all open tags. */
export const DEPTH_LIMIT = 256
/** The most elements, and attributes, of one document: a package document with 20,000 files has about half as many. */
export const ELEMENT_LIMIT = 100_000
export const ATTRIBUTE_LIMIT = 400_000
/** What is read of the value of one attribute, in UTF-16 units. */
export const VALUE_LIMIT = 200_000
/** A document with more faults than this is not read on. */
export const FAULT_LIMIT = 1_000

/**
 * Reads XML in one pass and tells its first fault, if any; reading goes on after a fault, because real books have many.
 * A DOCTYPE is skipped, so no declared entity is ever expanded: an unknown one stays as written. Throws a Problem past the limits
 * above, which bound the time that a document takes.
 */
export function readXml(text: string, reader: XmlReader): XmlFault | null {
  const parser = new SaxesParser({ xmlns: true, resolvePrefix: unboundPrefix })
  Object.assign(parser.ENTITIES, COMMON_ENTITIES)
  let first: XmlFault | null = null
  let faults = 0
  let depth = 0
  let elements = 0
  let attributeCount = 0
  parser.on('error', (error) => {
    first ??= { line: parser.line, message: error.message }
    faults += 1
    if (faults > FAULT_LIMIT) throw new Stop()
  })
  parser.on('attribute', () => {
    attributeCount += 1
    if (attributeCount > ATTRIBUTE_LIMIT) throw tooMuch(ATTRIBUTE_LIMIT, 'attributes')
  })
  parser.on('opentag', (tag) => {
    elements += 1
    if (elements > ELEMENT_LIMIT) throw tooMuch(ELEMENT_LIMIT, 'elements')
    depth += 1
    if (depth > DEPTH_LIMIT) parser.fail('too deeply nested')
    const attributes = new Map<string, string>()
    for (const { prefix, local, value } of Object.values(tag.attributes)) {
      const name = local.toLowerCase()
      if (prefix === '' || !attributes.has(name)) attributes.set(name, value.slice(0, VALUE_LIMIT))
    }
    const wish = reader.open({ name: tag.local.toLowerCase(), namespace: tag.uri, attributes })
    if (wish === 'stop' || depth > DEPTH_LIMIT) throw new Stop()
  })
  parser.on('text', (text) => reader.text?.(text))
  parser.on('cdata', (text) => reader.text?.(text))
  parser.on('closetag', () => {
    depth -= 1
    reader.close?.()
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
  }
  return first
}

function tooMuch(limit: number, of: string): Problem {
  return new Problem(
    'invalid',
    `This EPUB cannot be read: one of its documents has more than ${limit} ${of}.`,
  )
}

/**
 * The text of an XML document: its byte order mark decides the encoding, then what its first character looks like (XML 1.0,
 * appendix F), then its declaration, then UTF-8.
 */
export function decodeXml(bytes: Buffer): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0 && bytes[1] === LESS_THAN) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes[0] === LESS_THAN && bytes[1] === 0) return new TextDecoder('utf-16le').decode(bytes)
  const declared = DECLARED_ENCODING.exec(bytes.toString('latin1', 0, 200))?.[1]
  // A declaration that can be read as it stands is not in UTF-16, whatever it says.
  if (declared === undefined || isUtf8(bytes) || /^utf-?16/iu.test(declared))
    return new TextDecoder().decode(bytes)
  return decodeAs(declared, bytes)
}

const LESS_THAN = 0x3c

const DECLARED_ENCODING = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/u

/** Ends a reading from inside the parser. */
class Stop extends Error {}

/** Named entities that books use without declaring them. None of them expands to another. */
const COMMON_ENTITIES = {
  nbsp: '\u00A0',
  copy: '©',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
}

/** Books forget to declare prefixes; the usual ones are known all the same. */
function unboundPrefix(prefix: string): string {
  if (prefix === '') return ''
  if (prefix === 'dc') return 'http://purl.org/dc/elements/1.1/'
  if (prefix === 'opf') return 'http://www.idpf.org/2007/opf'
  return `unbound:${prefix}`
}

function isUtf8(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function decodeAs(label: string, bytes: Buffer): string {
  try {
    return new TextDecoder(label).decode(bytes)
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder().decode(bytes)
    throw error
  }
}
