import { html as standard } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'
import { finishNumbering, NUMBERED_BLOCKS, numberImage, openingSpan } from './numbering.ts'
import { SPAN_CLOSE, startNumbering, UNCOUNTED, UNTOUCHED } from './numbering.ts'
import type { Numbering } from './numbering.ts'
import type { SpanMap } from './span-map.ts'
import { wrapText } from './wrap-text.ts'
import { STYLE, WRAPPER_CLOSE, WRAPPER_OPEN } from './wrapping.ts'
import { isRemoved, isVoid, openingTag, startPrefixes } from './write-tag.ts'
import type { Prefixes } from './write-tag.ts'
import { countCharacters, escapeText, isXmlName, rawText, safeComment } from './xml-text.ts'

type Element = DefaultTreeAdapterTypes.Element
type ParentNode = DefaultTreeAdapterTypes.ParentNode
type ChildNode = DefaultTreeAdapterTypes.ChildNode

export interface WriteOptions {
  /** Begin with an XML declaration. */
  declared: boolean
  /** Put spans around sentences and images; otherwise the spans that are there are recorded. */
  addSpans: boolean
  /** Put the wrapper around what body holds. */
  wrap: boolean
}

/** Writes a tree as well-formed XHTML in UTF-8. It keeps its own stack, so that no nesting is too deep for it. */
export function writeDocument(
  tree: DefaultTreeAdapterTypes.Document,
  options: WriteOptions,
): { markup: string; spans: SpanMap } {
  const writing: Writing = {
    ...options,
    out: options.declared ? ['<?xml version="1.0" encoding="utf-8"?>\n'] : [],
    numbering: startNumbering(),
    prefixes: startPrefixes(),
    inBody: false,
    untouched: 0,
    uncounted: 0,
  }
  const open: Open[] = [{ node: tree, next: 0, leave: () => {} }]
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = childrenOf(top.node)[top.next]
    top.next += 1
    if (child === undefined) {
      top.leave()
      open.pop()
    } else if ('tagName' in child) {
      if (!isRemoved(child)) open.push({ node: child, next: 0, leave: enter(writing, child) })
    } else writeLeaf(writing, child, top.node)
  }
  return { markup: writing.out.join(''), spans: finishNumbering(writing.numbering) }
}

interface Open {
  node: ParentNode
  next: number
  leave: () => void
}

interface Writing extends WriteOptions {
  out: string[]
  numbering: Numbering
  prefixes: Prefixes
  inBody: boolean
  /** How many open elements allow no spans inside, and how many hold text that does not count. */
  untouched: number
  uncounted: number
}

function childrenOf(node: ParentNode): ChildNode[] {
  return 'content' in node ? node.content.childNodes : node.childNodes
}

/** Writes an element up to its content, and returns what to do at its end. */
function enter(writing: Writing, element: Element): () => void {
  const { out, numbering, prefixes } = writing
  const name = element.tagName
  const isBody = name === 'body' && !writing.inBody
  if (isBody) writing.inBody = true
  const spans = writing.inBody && writing.addSpans && writing.untouched === 0
  const image = spans && isHtml(element) && name === 'img'
  if (image) {
    numberImage(numbering)
    out.push(openingSpan(numbering))
  }
  if (spans && NUMBERED_BLOCKS.has(name)) numbering.pending = true
  if (writing.inBody && !writing.addSpans) recordSpan(numbering, element)
  const named = isXmlName(name)
  const leavePrefixes = named ? prefixes.enter(element) : undefined
  if (named) out.push(openingTag(element, prefixes))
  if (isBody && writing.wrap) out.push(WRAPPER_OPEN)
  const untouched = UNTOUCHED.has(name) ? 1 : 0
  const uncounted = UNCOUNTED.has(name) ? 1 : 0
  writing.untouched += untouched
  writing.uncounted += uncounted
  return () => {
    writing.untouched -= untouched
    writing.uncounted -= uncounted
    if (name === 'head' && !writing.inBody) out.push(STYLE)
    if (isBody) {
      if (writing.wrap) out.push(WRAPPER_CLOSE)
      writing.inBody = false
    }
    leavePrefixes?.()
    if (named && !isVoid(element)) out.push(`</${name}>`)
    if (image) out.push(SPAN_CLOSE)
  }
}

function isHtml(element: Element): boolean {
  return element.namespaceURI === standard.NS.HTML
}

/** Records a span that a document came with. One whose id is not of the usual kind cannot be looked for. */
function recordSpan(numbering: Numbering, element: Element): void {
  const attribute = (name: string) => element.attrs.find((attr) => attr.name === name)?.value ?? ''
  if (element.tagName !== 'span' || !/(?:^|\s)koboSpan(?:\s|$)/u.test(attribute('class'))) return
  const [, para, seg] = /^kobo\.(\d{1,9})\.(\d{1,9})$/u.exec(attribute('id')) ?? []
  if (para === undefined || seg === undefined) return
  if (element.childNodes.some((node) => 'tagName' in node && node.tagName === 'img'))
    numbering.images.push(numbering.paras.length)
  numbering.offsets.push(numbering.characters)
  numbering.paras.push(Number(para))
  numbering.segs.push(Number(seg))
}

function writeLeaf(writing: Writing, node: ChildNode, parent: ParentNode): void {
  if ('value' in node) writing.out.push(textOf(writing, node.value, parent))
  else if ('data' in node) writing.out.push(commentOf(node.data, parent))
  else if ('publicId' in node) writing.out.push(doctypeOf(node))
}

function textOf(writing: Writing, text: string, parent: ParentNode): string {
  const element = 'tagName' in parent ? parent : undefined
  const html = element !== undefined && isHtml(element)
  if (html && (element.tagName === 'style' || element.tagName === 'script')) return rawText(text)
  if (!writing.inBody) return escapeText(text)
  const { numbering } = writing
  const before = numbering.characters
  let markup: string
  if (writing.addSpans && writing.untouched === 0)
    markup = wrapText(text, html && element.tagName === 'p', numbering)
  else {
    markup = escapeText(text)
    numbering.characters += countCharacters(text)
  }
  if (writing.uncounted > 0) numbering.characters = before
  return markup
}

/** HTML reads an instruction as a comment. A style sheet before the root is worth keeping as what it was. */
function commentOf(data: string, parent: ParentNode): string {
  if (/^\?xml\s/iu.test(data)) return ''
  if (parent.nodeName === '#document' && STYLESHEET.test(data)) return `<${data}>\n`
  return `<!--${safeComment(data)}-->`
}

const STYLESHEET = /^\?xml-stylesheet [^?<>\0-\u001F\uFFFE\uFFFF]*\?$/u

function doctypeOf({ publicId, systemId }: DefaultTreeAdapterTypes.DocumentType): string {
  if (!/^[^"<>[\]\0-\u001F\uFFFE\uFFFF]+$/u.test(systemId)) return '<!DOCTYPE html>\n'
  if (publicId === '') return `<!DOCTYPE html SYSTEM "${systemId}">\n`
  if (!/^[-A-Za-z0-9 ()+,./:=?;!*#@$_%']+$/u.test(publicId)) return '<!DOCTYPE html>\n'
  return `<!DOCTYPE html PUBLIC "${publicId}" "${systemId}">\n`
}
