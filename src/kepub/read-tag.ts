/** What a tag is made of, read as the HTML standard's tokenizer reads it. */
export interface Tag {
  /** Where the name ends. */
  nameEnd: number
  /** The offset after the closing `>`, or that of the end of the text. */
  end: number
  /** How many attributes it has. */
  attributes: number
  /** It ends in `/>`. */
  selfClosing: boolean
  /** Every attribute has a value in quotes, as XML wants it. */
  quoted: boolean
}

/** Reads the tag whose name begins at `at` of `text`. */
export function readTag(text: string, at: number): Tag {
  const tag: Tag = {
    nameEnd: at,
    end: text.length,
    attributes: 0,
    selfClosing: false,
    quoted: true,
  }
  while (tag.nameEnd < text.length && !NAME_END.has(text[tag.nameEnd] ?? '')) tag.nameEnd += 1
  let next = tag.nameEnd
  while (next < text.length) {
    const character = text[next] ?? ''
    if (character === '>') return { ...tag, end: next + 1 }
    if (character === '/') {
      if (text[next + 1] === '>') return { ...tag, end: next + 2, selfClosing: true }
      next += 1
    } else if (SPACE.has(character)) next += 1
    else next = readAttribute(text, next, tag)
  }
  return tag
}

const SPACE = new Set(['\t', '\n', '\f', '\r', ' '])
const NAME_END = new Set([...SPACE, '/', '>'])
const ATTRIBUTE_END = new Set([...NAME_END, '='])

/** Reads one attribute, and returns the offset after it. Its first character belongs to its name, whatever it is. */
function readAttribute(text: string, at: number, tag: Tag): number {
  tag.attributes += 1
  let next = at + 1
  while (next < text.length && !ATTRIBUTE_END.has(text[next] ?? '')) next += 1
  const nameEnd = next
  next = skipSpace(text, next)
  if (text[next] !== '=') {
    tag.quoted = false
    return nameEnd
  }
  next = skipSpace(text, next + 1)
  const quote = text[next] ?? ''
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, next + 1)
    return close === -1 ? text.length : close + 1
  }
  tag.quoted = false
  while (next < text.length && text[next] !== '>' && !SPACE.has(text[next] ?? '')) next += 1
  return next
}

function skipSpace(text: string, at: number): number {
  let next = at
  while (SPACE.has(text[next] ?? '')) next += 1
  return next
}
