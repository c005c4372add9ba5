import { html as standard } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'
import { escapeAttribute, isXmlName } from './xml-text.ts'

type Element = DefaultTreeAdapterTypes.Element

/** The namespace prefixes that the open elements declare. */
export interface Prefixes {
  has: (prefix: string) => boolean
  /** The namespace of the innermost open element, to tell whether a child leaves it. */
  namespaces: string[]
  /** Takes in what `element` declares, and returns how to forget it again. */
  enter: (element: Element) => () => void
}

/** XML knows one prefix by itself. */
export function startPrefixes(): Prefixes {
  const counts = new Map([['xml', 1]])
  const namespaces: string[] = ['']
  return {
    has: (prefix) => (counts.get(prefix) ?? 0) > 0,
    namespaces,
    enter(element) {
      const declared = element.attrs.map(declaredPrefix).filter((prefix) => prefix !== undefined)
      if (element.tagName === 'svg' && element.namespaceURI === standard.NS.SVG)
        declared.push('xlink')
      for (const prefix of declared) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
      namespaces.push(element.namespaceURI)
      return () => {
        for (const prefix of declared) counts.set(prefix, (counts.get(prefix) ?? 0) - 1)
        namespaces.pop()
      }
    },
  }
}

/** Whether an element is left out: locks of a shop that no longer fit, and empty marks of a word processor. */
export function isRemoved(element: Element): boolean {
  const name = element.tagName
  if (name === 'meta') return /^adept\.(?:expected\.)?resource$/iu.test(valueOf(element, 'name'))
  return element.childNodes.length === 0 && (name === 'o:p' || name.startsWith('st1:'))
}

/** Whether an element has no content and so no end tag. */
export function isVoid(element: Element): boolean {
  return element.namespaceURI === standard.NS.HTML && VOID.has(element.tagName)
}

/**
 * The start tag of an element, after `prefixes.enter`. Every attribute has a value; names that XML does not allow are left
 * out; namespaces are declared where they change, and prefixes where nothing else declares them.
 */
export function openingTag(element: Element, prefixes: Prefixes): string {
  const { tagName: name, namespaceURI: namespace } = element
  const needed = new Set<string>()
  const svg = name === 'svg' && namespace === standard.NS.SVG
  const attributes = attributesOf(element)
  let tag = `<${name}`
  if (namespace !== prefixes.namespaces.at(-2) || name === 'svg' || name === 'math')
    tag += ` xmlns="${namespace}"`
  if (svg) tag += ` xmlns:xlink="${standard.NS.XLINK}"`
  if (name.includes(':')) needed.add(name.slice(0, name.indexOf(':')))
  for (const [attribute, value] of attributes) {
    if (svg && attribute === 'xmlns:xlink') continue
    if (attribute.includes(':')) needed.add(attribute.slice(0, attribute.indexOf(':')))
    tag += ` ${attribute}="${escapeAttribute(value)}"`
  }
  for (const prefix of needed) {
    if (prefix !== 'xmlns' && !prefixes.has(prefix))
      tag += ` xmlns:${prefix}="${NAMESPACES.get(prefix) ?? `urn:undeclared:${prefix}`}"`
  }
  return isVoid(element) ? `${tag}/>` : `${tag}>`
}

const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'.split(
    ' ',
  ),
)

const NAMESPACES = new Map<string, string>([
  ['epub', 'http://www.idpf.org/2007/ops'],
  ['xlink', standard.NS.XLINK],
])

/** The attributes to write, by name. A document that was made UTF-8 says so. */
function attributesOf(element: Element): Map<string, string> {
  const written = new Map<string, string>()
  for (const attribute of element.attrs) {
    const { prefix, name, value } = attribute
    const full = prefix === undefined || prefix === '' ? name : `${prefix}:${name}`
    if (full === 'xmlns' || !isXmlName(full) || written.has(full)) continue
    if (full.startsWith('xmlns:') && declaredPrefix(attribute) === undefined) continue
    written.set(full, value)
  }
  if (element.namespaceURI !== standard.NS.HTML) return written
  if (element.tagName === 'meta') sayUtf8(written)
  if (element.tagName === 'style' && !written.has('type')) written.set('type', 'text/css')
  if (element.tagName === 'script' && !written.has('type')) written.set('type', 'text/javascript')
  return written
}

function sayUtf8(attributes: Map<string, string>): void {
  if (attributes.has('charset')) attributes.set('charset', 'utf-8')
  const content = attributes.get('content')
  if (content === undefined || attributes.get('http-equiv')?.toLowerCase() !== 'content-type')
    return
  const type = /^[^;]*/u.exec(content)?.[0].trim()
  attributes.set(
    'content',
    `${type === undefined || type === '' ? 'text/html' : type}; charset=utf-8`,
  )
}

/** The prefix that an attribute declares as XML allows it. */
function declaredPrefix({ prefix, name, value }: Element['attrs'][number]): string | undefined {
  const full = prefix === undefined || prefix === '' ? name : `${prefix}:${name}`
  if (!full.startsWith('xmlns:') || !isXmlName(full)) return undefined
  const declared = full.slice('xmlns:'.length)
  const reserved = declared === 'xml' || declared === 'xmlns'
  return reserved || RESERVED.has(value) || value === '' ? undefined : declared
}

/** What no prefix may be bound to. */
const RESERVED = new Set(['http://www.w3.org/XML/1998/namespace', 'http://www.w3.org/2000/xmlns/'])

function valueOf(element: Element, name: string): string {
  return element.attrs.find((attribute) => attribute.name === name)?.value ?? ''
}
