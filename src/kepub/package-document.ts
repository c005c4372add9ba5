import { decodeText } from './decode-text.ts'
import { NotConvertible } from './not-convertible.ts'
import { attribute, readReferences, xmlTags } from './xml-tags.ts'
import type { XmlTag } from './xml-tags.ts'

/** An entry of the manifest. */
export interface ManifestEntry {
  id: string
  href: string
  /** In lower case. */
  mediaType: string
  properties: string[]
  tag: XmlTag
}

/** A reference of the spine. */
export interface SpineEntry {
  idref: string
  linear: boolean
  /** This document alone has a fixed layout. */
  fixed: boolean
  tag: XmlTag
}

/** A package document: what converting needs of it, and its text for edits in place. */
export interface PackageDocument {
  /** In the text that XML 1.0 readers take: no byte order mark, nothing before the declaration, and no other encoding declared than UTF-8. */
  text: string
  /** The first major number of its version. */
  version: number
  title: string
  manifest: ManifestEntry[]
  spine: SpineEntry[]
  /** The whole book has a fixed layout. */
  fixedLayout: boolean
  /** What meta name=cover says: an id, or wrongly a reference. */
  coverName: string | undefined
  /** The reference of the guide to the cover. */
  coverGuide: string | undefined
  tags: XmlTag[]
}

/** Reads a package document in any encoding and of any XML version. Throws NotConvertible when it has no manifest. */
export function readPackage(bytes: Buffer): PackageDocument {
  const text = plainXml(bytes)
  const tags: XmlTag[] = []
  for (const tag of xmlTags(text)) {
    if (tags.push(tag) > TAG_LIMIT) throw new NotConvertible('The package document is too long.')
  }
  const read: PackageDocument = {
    text,
    version: 2,
    title: '',
    manifest: [],
    spine: [],
    fixedLayout: false,
    coverName: undefined,
    coverGuide: undefined,
    tags,
  }
  for (const tag of tags) if (tag.kind === 'open') takeTag(read, tag)
  if (read.manifest.length === 0)
    throw new NotConvertible('This is no EPUB: its package document lists nothing.')
  return read
}

/**
 * The text of an XML file as devices read it: XML 1.0 in UTF-8, and nothing before the declaration. A file that is so
 * already stays byte for byte.
 */
export function plainXml(bytes: Buffer): string {
  const decoded = decodeText(bytes)
  const trimmed = decoded.replace(/^[\uFEFF\s]+/u, '')
  const declaration = /^<\?xml\s[^>]*\?>/u.exec(trimmed)?.[0]
  if (declaration === undefined) return trimmed
  const told = declaration
    .replace(/(version\s*=\s*["'])1\.[1-9](?=["'])/u, '$11.0')
    .replace(/(encoding\s*=\s*["'])(?!utf-?8["'])[^"']*/iu, '$1UTF-8')
  return told + trimmed.slice(declaration.length)
}

/** The text of the element that `tag` opens, up to the next tag. */
export function textAfter(text: string, tag: XmlTag): string {
  if (tag.selfClosing) return ''
  const end = text.indexOf('<', tag.end)
  return readReferences(text.slice(tag.end, end === -1 ? text.length : end)).trim()
}

const TAG_LIMIT = 400_000

function takeTag(read: PackageDocument, tag: XmlTag): void {
  if (tag.name === 'package') read.version = Number.parseInt(attribute(tag, 'version') ?? '2', 10)
  else if (tag.name === 'title') read.title ||= textAfter(read.text, tag)
  else if (tag.name === 'meta') takeMeta(read, tag)
  else if (tag.name === 'item') takeManifestEntry(read, tag)
  else if (tag.name === 'itemref') {
    const idref = attribute(tag, 'idref')
    if (idref === undefined) return
    read.spine.push({
      idref,
      linear: attribute(tag, 'linear')?.toLowerCase() !== 'no',
      fixed: words(attribute(tag, 'properties')).includes('rendition:layout-pre-paginated'),
      tag,
    })
  } else if (tag.name === 'reference' && attribute(tag, 'type')?.toLowerCase() === 'cover')
    read.coverGuide ??= attribute(tag, 'href')
}

function takeMeta(read: PackageDocument, tag: XmlTag): void {
  const name = attribute(tag, 'name')?.toLowerCase()
  const content = attribute(tag, 'content')
  if (name === 'cover') read.coverName ??= content
  if (name === 'fixed-layout' && content?.toLowerCase() === 'true') read.fixedLayout = true
  const isLayout = attribute(tag, 'property') === 'rendition:layout'
  if (isLayout && attribute(tag, 'refines') === undefined)
    read.fixedLayout ||= textAfter(read.text, tag) === 'pre-paginated'
}

function takeManifestEntry(read: PackageDocument, tag: XmlTag): void {
  const href = attribute(tag, 'href')
  if (href === undefined) return
  read.manifest.push({
    id: attribute(tag, 'id') ?? '',
    href,
    mediaType: attribute(tag, 'media-type')?.toLowerCase() ?? '',
    properties: words(attribute(tag, 'properties')),
    tag,
  })
}

function words(text: string | undefined): string[] {
  return text?.split(/\s+/u).filter((word) => word !== '') ?? []
}
