import type { ManifestEntry, PackageDocument } from './package-document.ts'
import { attribute, attributeNamed } from './xml-tags.ts'
import type { XmlTag } from './xml-tags.ts'
import { escapeAttribute } from './xml-text.ts'

/** What changes in a package document. */
export interface PackageChanges {
  /** The image to mark as the cover, or undefined when it is marked or there is none. */
  cover: ManifestEntry | undefined
  /** A page to put before all others, by the id and the reference it gets. */
  firstPage: { id: string; href: string } | undefined
  /** A reference as it is written from now on. */
  hrefFrom: (href: string) => string
}

/** The text of a package document with the changes made in place: all that has nothing to do with them stays as it is. */
export function editPackage(book: PackageDocument, changes: PackageChanges): string {
  const edits = [
    ...book.tags.flatMap((tag, index) => tidied(book, tag, index)),
    ...book.tags.flatMap((tag) => rewritten(tag, changes.hrefFrom)),
    ...(changes.cover === undefined ? [] : [marked(changes.cover)]),
    ...(changes.firstPage === undefined ? [] : inserted(book, changes.firstPage)),
  ].sort((one, other) => one.start - other.start)
  let text = ''
  let done = 0
  for (const edit of edits) {
    if (edit.start < done) continue
    text += book.text.slice(done, edit.start) + edit.text
    done = edit.end
  }
  return text + book.text.slice(done)
}

interface Edit {
  start: number
  end: number
  text: string
}

const WITH_HREF = new Set(['item', 'reference', 'link'])

/** Takes out what says when and by which program a book was converted before. */
function tidied({ text, tags }: PackageDocument, tag: XmlTag, index: number): Edit[] {
  if (tag.kind === 'close') return []
  const isTimestamp = tag.name === 'meta' && attribute(tag, 'name') === 'calibre:timestamp'
  const isProducer = tag.name === 'contributor' && attribute(tag, 'role') === 'bkp'
  if (!isTimestamp && !isProducer) return []
  const id = attribute(tag, 'id')
  if (id !== undefined && tags.some((each) => attribute(each, 'refines') === `#${id}`)) return []
  const next = tags[index + 1]
  if (!tag.selfClosing && (next?.kind !== 'close' || next.name !== tag.name)) return []
  const end = tag.selfClosing ? tag.end : (next?.end ?? tag.end)
  const indent = /\r?\n[\t ]*$/u.exec(text.slice(Math.max(0, tag.start - 200), tag.start))
  return [{ start: tag.start - (indent?.[0].length ?? 0), end, text: '' }]
}

function rewritten(tag: XmlTag, hrefFrom: (href: string) => string): Edit[] {
  const href = WITH_HREF.has(tag.name) ? attributeNamed(tag, 'href') : undefined
  if (href === undefined) return []
  const wanted = hrefFrom(href.value)
  if (wanted === href.value) return []
  return [{ start: href.start, end: href.end, text: escapeAttribute(wanted) }]
}

function marked({ tag }: ManifestEntry): Edit {
  const properties = attributeNamed(tag, 'properties')
  if (properties !== undefined) {
    const text = escapeAttribute(`${properties.value} cover-image`.trim())
    return { start: properties.start, end: properties.end, text }
  }
  const at = nameEnd(tag)
  return { start: at, end: at, text: ' properties="cover-image"' }
}

function inserted(book: PackageDocument, page: { id: string; href: string }): Edit[] {
  const [listed] = book.manifest
  const [reference] = book.spine
  if (listed === undefined || reference === undefined) return []
  const href = escapeAttribute(page.href)
  return [
    before(
      book,
      listed.tag,
      `<${listed.tag.prefix}item id="${page.id}" href="${href}" media-type="application/xhtml+xml"/>`,
    ),
    before(book, reference.tag, `<${reference.tag.prefix}itemref idref="${page.id}"/>`),
  ]
}

/** Puts a tag before another, on a line of its own where that has one. */
function before({ text }: PackageDocument, tag: XmlTag, added: string): Edit {
  const indent = /\r?\n[\t ]*$/u.exec(text.slice(Math.max(0, tag.start - 200), tag.start))
  return { start: tag.start, end: tag.start, text: added + (indent?.[0] ?? '') }
}

function nameEnd(tag: XmlTag): number {
  return tag.start + 1 + tag.prefix.length + tag.name.length
}
