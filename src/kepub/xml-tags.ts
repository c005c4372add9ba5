import { decodeHTMLStrict } from 'entities'

/** A tag of a document, with where it stands in the text. */
export interface XmlTag {
  kind: 'open' | 'close'
  /** In lower case and without its prefix. */
  name: string
  /** The prefix with its colon, or nothing. */
  prefix: string
  start: number
  /** The offset after its `>`. */
  end: number
  selfClosing: boolean
  attributes: XmlAttribute[]
}

/** An attribute of a tag. */
export interface XmlAttribute {
  /** As it is written, prefix and all. */
  name: string
  /** In lower case and without its prefix. */
  localName: string
  /** With its references read. */
  value: string
  /** Where its value stands in the text, without quotes. */
  start: number
  end: number
}

/**
 * The tags of an XML or HTML document in order, and nothing of comments, CDATA sections, instructions and the
 * document type. Tolerant: what is no tag is passed over, and nothing needs to match.
 */
export function* xmlTags(text: string): Generator<XmlTag, void, undefined> {
  let at = text.indexOf('<')
  while (at !== -1) {
    const skipped = asideEnd(text, at)
    if (skipped === undefined) {
      const tag = readTag(text, at)
      if (tag !== undefined) yield tag
      at = text.indexOf('<', tag?.end ?? at + 1)
    } else at = text.indexOf('<', skipped)
  }
}

/** The value of the first attribute called `name`, whatever its prefix and case. */
export function attribute(tag: XmlTag, name: string): string | undefined {
  return attributeNamed(tag, name)?.value
}

/** The first attribute called `name`, whatever its prefix and case. */
export function attributeNamed(tag: XmlTag, name: string): XmlAttribute | undefined {
  return tag.attributes.find(({ localName }) => localName === name)
}

/** Text with its references read. */
export function readReferences(text: string): string {
  return text.includes('&') ? decodeHTMLStrict(text) : text
}

const OPEN = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[\s/>])/uy
const CLOSE = /<\/([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)\s*>/uy
const ATTRIBUTE = /\s*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/uy
const TAG_END = /[\s/]*>/uy
/** More attributes than any tag has: what follows is no tag. */
const ATTRIBUTE_LIMIT = 1_000

/** Where a comment, a section, an instruction or a document type that begins at `at` ends. */
function asideEnd(text: string, at: number): number | undefined {
  if (text.startsWith('<!--', at)) return endOf(text, '-->', at + 4)
  if (text.startsWith('<![CDATA[', at)) return endOf(text, ']]>', at + 9)
  if (text.startsWith('<?', at)) return endOf(text, '?>', at + 2)
  if (!text.startsWith('<!', at)) return undefined
  const end = endOf(text, '>', at)
  const subset = text.indexOf('[', at)
  return subset === -1 || subset > end ? end : endOf(text, ']>', subset)
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found + mark.length
}

function readTag(text: string, start: number): XmlTag | undefined {
  CLOSE.lastIndex = start
  const close = CLOSE.exec(text)
  if (close !== null)
    return {
      kind: 'close',
      name: (close[2] ?? '').toLowerCase(),
      prefix: close[1] ?? '',
      start,
      end: CLOSE.lastIndex,
      selfClosing: false,
      attributes: [],
    }
  OPEN.lastIndex = start
  const open = OPEN.exec(text)
  if (open === null) return undefined
  const attributes: XmlAttribute[] = []
  let at = OPEN.lastIndex
  for (;;) {
    TAG_END.lastIndex = at
    const ended = TAG_END.exec(text)
    if (ended !== null)
      return {
        kind: 'open',
        name: (open[2] ?? '').toLowerCase(),
        prefix: open[1] ?? '',
        start,
        end: TAG_END.lastIndex,
        selfClosing: text[TAG_END.lastIndex - 2] === '/',
        attributes,
      }
    ATTRIBUTE.lastIndex = at
    const found = ATTRIBUTE.exec(text)
    if (found === null || attributes.length > ATTRIBUTE_LIMIT) return undefined
    at = ATTRIBUTE.lastIndex
    attributes.push(attributeOf(found, at))
  }
}

function attributeOf(found: RegExpExecArray, end: number): XmlAttribute {
  const value = found[2] ?? found[3] ?? found[4]
  const isQuoted = found[2] !== undefined || found[3] !== undefined
  const valueEnd = isQuoted ? end - 1 : end
  const name = found[1] ?? ''
  return {
    name,
    localName: name.slice(name.indexOf(':') + 1).toLowerCase(),
    value: readReferences(value ?? '').trim(),
    start: valueEnd - (value?.length ?? 0),
    end: valueEnd,
  }
}
