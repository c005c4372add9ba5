import { takeInternalSubset } from './internal-subset.ts'
import { ATTRIBUTE_LIMIT, NESTING_LIMIT, NESTING_WORK_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'
import { readTag } from './read-tag.ts'
import type { Tag } from './read-tag.ts'

/** Markup that an HTML parser reads as its author meant it. */
export interface Tidied {
  markup: string
  /** The source has an XML declaration. */
  declared: boolean
}

/**
 * Makes XHTML safe for an HTML parser, which knows neither CDATA nor declared entities, prefixes, or elements that
 * close themselves. In a document whose tags are balanced every self-closing element is closed; in any other, only
 * those that kepubify closes, so that the ids stay the same, and those of raw text. Undefined for a root with a prefix
 * that does not mean XHTML. Throws NotConvertible past the limits on attributes and nesting, which bound the work of
 * the parser.
 */
export function tidyMarkup(source: string): Tidied | undefined {
  const unix = source.replace(/\r\n?/gu, '\n')
  const bare = unix.replace(XML_DECLARATION, '')
  const { text, expand } = takeInternalSubset(bare)
  const { balanced, root } = surveyMarkup(text)
  const prefix = rootPrefix(root)
  if (prefix === undefined) return undefined
  const out: string[] = []
  const watch = watchNesting(balanced)
  walkMarkup(text, (part, from, to, tag) => {
    const whole = text.slice(from, to)
    if (tag !== undefined) {
      watch(part, tag)
      out.push(tidyTag(expand(whole), part, tag, balanced, prefix))
    } else if (part === 'cdata') out.push(escapeCdata(whole))
    else out.push(part === 'other' ? whole : expand(whole))
  })
  return { markup: out.join(''), declared: bare.length < unix.length }
}

type Part = 'text' | 'start' | 'end' | 'cdata' | 'raw' | 'other'
interface NamedTag extends Tag {
  name: string
  /** It stands inside svg or math. */
  foreign: boolean
}
type Visit = (part: Part, from: number, to: number, tag: NamedTag | undefined) => void

const XML_DECLARATION = /^\s*<\?xml\s[^>]*>/u
const RAW = new Set(
  'script style title textarea xmp iframe noembed noframes noscript plaintext'.split(' '),
)
const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'.split(
    ' ',
  ),
)
/** What kepubify closes, and what would else take the rest of the document for its text. */
const ALWAYS_CLOSED = new Set([...'title script a span p div'.split(' '), ...RAW])
/** Elements that HTML closes by itself: left open, they do not nest. */
const CLOSED_BY_NEXT = new Set('p li dd dt tr td th tbody thead tfoot colgroup'.split(' '))

/** Whether the tags are balanced as in XML, every attribute in quotes, and what the first start tag is. */
function surveyMarkup(text: string): { balanced: boolean; root: string } {
  const open: string[] = []
  let balanced = true
  let root: string | undefined
  walkMarkup(text, (part, from, to, tag) => {
    if (tag === undefined) return
    if (part === 'start') root ??= text.slice(from, Math.min(to, from + 10_000))
    if (!balanced) return
    if (!tag.quoted) balanced = false
    else if (part === 'end') balanced = open.pop() === tag.name
    else if (!tag.selfClosing) open.push(tag.name)
  })
  return { balanced: balanced && open.length === 0, root: root ?? '' }
}

/** The prefix of the root with its colon, or nothing. Undefined if it has a prefix that does not mean XHTML. */
function rootPrefix(root: string): string | undefined {
  const prefix = /^<([^\s/>:]*:)/u.exec(root)?.[1]
  if (prefix === undefined) return ''
  const declared = root.split(`xmlns:${prefix.slice(0, -1)}=`)[1]
  return declared?.slice(1).startsWith('http://www.w3.org/1999/xhtml') === true ? prefix : undefined
}

/** Goes through the tokens of markup in order; together they are all of the text. */
function walkMarkup(text: string, visit: Visit): void {
  let at = 0
  let foreign = 0
  let cdata = true
  while (at < text.length) {
    const open = text.indexOf('<', at)
    const textEnd = open === -1 ? text.length : open
    if (textEnd > at) visit('text', at, textEnd, undefined)
    if (open === -1) return
    const second = text[open + 1] ?? ''
    const closing = second === '/'
    if (isLetter(closing ? (text[open + 2] ?? '') : second)) {
      const nameStart = open + (closing ? 2 : 1)
      const tag = readTag(text, nameStart)
      const name = text.slice(nameStart, tag.nameEnd)
      const lower = name.toLowerCase()
      const isForeign = lower === 'svg' || lower === 'math'
      if (closing && isForeign) foreign = Math.max(0, foreign - 1)
      visit(closing ? 'end' : 'start', open, tag.end, { ...tag, name, foreign: foreign > 0 })
      if (!closing && isForeign && !tag.selfClosing) foreign += 1
      at = tag.end
      if (!closing && !tag.selfClosing && foreign === 0 && RAW.has(lower)) {
        const end = rawEnd(text, at, lower)
        if (end > at) visit('raw', at, end, undefined)
        at = end
      }
    } else if (cdata && text.startsWith('<![CDATA[', open)) {
      const close = text.indexOf(']]>', open)
      cdata = close !== -1
      if (cdata) visit('cdata', open, close + 3, undefined)
      at = cdata ? close + 3 : open
    } else {
      at = otherEnd(text, open, second)
      visit(second === '!' || second === '?' || closing ? 'other' : 'text', open, at, undefined)
    }
  }
}

function isLetter(character: string): boolean {
  return /^[A-Za-z]$/u.test(character)
}

function rawEnd(text: string, from: number, name: string): number {
  const end = new RegExp(`</${name}[\\t\\n\\f\\r />]`, 'giu')
  end.lastIndex = from
  return end.exec(text)?.index ?? text.length
}

/** The end of a comment, a declaration, or an instruction, which HTML reads as a comment up to `>`. */
function otherEnd(text: string, open: number, second: string): number {
  if (text.startsWith('<!--', open)) {
    const abrupt = /^<!--(?:>|->)/u.exec(text.slice(open, open + 6))
    if (abrupt !== null) return open + abrupt[0].length
    COMMENT_END.lastIndex = open + 4
    const found = COMMENT_END.exec(text)
    return found === null ? text.length : found.index + found[0].length
  }
  if (second !== '!' && second !== '?' && second !== '/') return open + 1
  const close = text.indexOf('>', open)
  return close === -1 ? text.length : close + 1
}

const COMMENT_END = /--!?>/gu

/** Throws NotConvertible when tags would cost the parser too much. */
function watchNesting(balanced: boolean): (part: Part, tag: NamedTag) => void {
  let depth = 0
  let work = 0
  return (part, tag) => {
    if (tag.attributes > ATTRIBUTE_LIMIT)
      throw new NotConvertible(
        `An element of a document has more than ${ATTRIBUTE_LIMIT} attributes.`,
      )
    const lower = tag.name.toLowerCase()
    if (tag.foreign || (!VOID.has(lower) && !CLOSED_BY_NEXT.has(lower))) {
      if (part === 'end') depth = Math.max(0, depth - 1)
      else if (!tag.selfClosing || !(balanced || tag.foreign || ALWAYS_CLOSED.has(lower)))
        depth += 1
    }
    work += depth
    if (depth > NESTING_LIMIT || work > NESTING_WORK_LIMIT)
      throw new NotConvertible('The elements of a document are nested far too deep.')
  }
}

function tidyTag(
  whole: string,
  part: Part,
  tag: NamedTag,
  balanced: boolean,
  prefix: string,
): string {
  const prefixed = prefix !== '' && tag.name.startsWith(prefix)
  const name = prefixed ? tag.name.slice(prefix.length) : tag.name
  const lower = name.toLowerCase()
  if (part === 'end') {
    if (balanced && VOID.has(lower) && !tag.foreign) return ''
    return prefixed ? whole.replace(prefix, '') : whole
  }
  const start = prefixed ? whole.replace(prefix, '') : whole
  if (!tag.selfClosing || tag.foreign || VOID.has(lower) || lower === 'svg' || lower === 'math')
    return start
  return balanced || ALWAYS_CLOSED.has(lower) ? `${start.slice(0, -2)}></${name}>` : start
}

function escapeCdata(section: string): string {
  return section.slice('<![CDATA['.length, -3).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
