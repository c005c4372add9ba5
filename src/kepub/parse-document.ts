import { defaultTreeAdapter, parse } from 'parse5'
import type { DefaultTreeAdapterMap, DefaultTreeAdapterTypes, TreeAdapter } from 'parse5'
import { decodeText } from './decode-text.ts'
import { ELEMENT_LIMIT, PARSED_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'
import type { SpanMap } from './span-map.ts'
import { tidyMarkup } from './tidy-markup.ts'
import { writeDocument } from './write-document.ts'
import { STYLE_MARK } from './wrapping.ts'

type Element = DefaultTreeAdapterTypes.Element

/** What the careful reader made of a document. */
export interface ParsedDocument {
  /** The converted document, or undefined if it should stay as it is. */
  markup: string | undefined
  spans: SpanMap
}

/**
 * Reads a document as an HTML parser does, whatever its encoding and however broken it is, and writes it as
 * well-formed XHTML with spans. A document that is converted already stays as it is; one that has spans but no wrapper
 * gets the wrapper only. Undefined when it is no HTML: its root has a foreign prefix, or it is a frameset. Throws
 * NotConvertible for what is no text, and past the limits.
 */
export function parseDocument(
  bytes: Buffer,
  { addSpans = true }: { addSpans?: boolean } = {},
): ParsedDocument | undefined {
  const text = decodeText(bytes)
  if (!looksLikeText(text)) throw new NotConvertible('A document of the book is not text.')
  if (text.length > PARSED_LIMIT)
    throw new NotConvertible(
      `A document of the book is not well-formed, and too long to be mended: over ${PARSED_LIMIT / 1_000_000} million characters.`,
    )
  const tidied = tidyMarkup(text)
  if (tidied === undefined) return undefined
  const tree = parse(tidied.markup, { scriptingEnabled: true, treeAdapter: countingAdapter() })
  const html = childNamed(tree, 'html')
  const head = childNamed(html, 'head')
  const body = childNamed(html, 'body')
  if (html === undefined || head === undefined || body === undefined) return undefined
  const hasSpans = holdsSpan(body)
  const wrapped = isWrapped(body)
  const written = writeDocument(tree, {
    declared: tidied.declared,
    addSpans: addSpans && !hasSpans,
    wrap: !wrapped,
  })
  const done = wrapped && (hasSpans || isMarked(head))
  return { markup: done ? undefined : written.markup, spans: written.spans }
}

/** Encrypted or binary data is full of control characters; a broken book has a few at most. */
function looksLikeText(text: string): boolean {
  const controls = text.slice(0, 4_000).match(/[\0-\u0008\u000E-\u001A\u001C-\u001F]/gu)
  return (controls?.length ?? 0) <= 20
}

/** Builds the usual tree, up to a number of elements. */
function countingAdapter(): TreeAdapter<DefaultTreeAdapterMap> {
  let elements = 0
  return {
    ...defaultTreeAdapter,
    createElement(name: string, namespace: Element['namespaceURI'], attributes: Element['attrs']) {
      elements += 1
      if (elements > ELEMENT_LIMIT)
        throw new NotConvertible(`A document has more than ${ELEMENT_LIMIT} elements.`)
      return defaultTreeAdapter.createElement(name, namespace, attributes)
    },
  }
}

function childNamed(
  parent: DefaultTreeAdapterTypes.ParentNode | undefined,
  name: string,
): Element | undefined {
  return parent?.childNodes.find(
    (node): node is Element => 'tagName' in node && node.tagName === name,
  )
}

function holdsSpan(body: Element): boolean {
  const left: DefaultTreeAdapterTypes.ParentNode[] = [body]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    for (const child of node.childNodes) {
      if (!('tagName' in child)) continue
      if (attribute(child, 'class')?.split(/\s+/u).includes('koboSpan') === true) return true
      left.push('content' in child ? child.content : child)
    }
  }
  return false
}

function isWrapped(body: Element): boolean {
  const columns = body.childNodes.find((node) => attribute(node, 'id') === 'book-columns')
  if (columns === undefined || !('childNodes' in columns)) return false
  return columns.childNodes.some((node) => attribute(node, 'id') === 'book-inner')
}

function isMarked(head: Element): boolean {
  return head.childNodes.some(
    (node) =>
      'tagName' in node &&
      node.childNodes.some((text) => 'value' in text && text.value.includes(STYLE_MARK)),
  )
}

function attribute(node: DefaultTreeAdapterTypes.ChildNode, name: string): string | undefined {
  return 'attrs' in node ? node.attrs.find((attr) => attr.name === name)?.value : undefined
}
