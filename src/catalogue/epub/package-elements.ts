import { archivePath } from './archive-path.ts'
import { readXml } from './read-xml.ts'
import type { XmlFault, XmlTag } from './read-xml.ts'

/** One element of the metadata of a package document, as written. */
export type MetadataElement = { name: string; attributes: Map<string, string>; text: string }

/** One file that the manifest lists; `path` is the name of its entry in the archive. */
export type ManifestEntry = { id: string; path: string; mediaType: string; properties: string[] }

/** A package document taken apart, before anything is understood. */
export type PackageElements = {
  version: string
  direction: string
  metadata: MetadataElement[]
  manifest: ManifestEntry[]
  /** The manifest ids of the pages in reading order. */
  spine: string[]
  guide: { type: string; path: string }[]
  /** Whether a `package` element was there at all. */
  isPackage: boolean
  fault: XmlFault | null
}

const METADATA_LIMIT = 2_000
const MANIFEST_LIMIT = 20_000
const GUIDE_LIMIT = 200
const TEXT_LENGTH_LIMIT = 200_000

/** Takes the package document at `opfPath` apart in one pass. Sections past their limits are left out. */
export function packageElements(xml: string, opfPath: string): PackageElements {
  const elements: PackageElements = {
    version: '',
    direction: '',
    metadata: [],
    manifest: [],
    spine: [],
    guide: [],
    isPackage: false,
    fault: null,
  }
  let depth = 0
  let section = ''
  let current: { element: MetadataElement; depth: number } | undefined

  elements.fault = readXml(xml, {
    open(tag) {
      depth += 1
      if (depth === 1) openPackage(elements, tag)
      else if (depth === 2) {
        section = tag.name
        elements.direction ||= tag.attributes.get('page-progression-direction')?.trim() ?? ''
      } else if (section === 'manifest') addManifestEntry(elements, tag, opfPath)
      else if (section === 'spine') addPage(elements, tag)
      else if (section === 'guide') addReference(elements, tag, opfPath)
      else if (section === 'metadata') {
        if (current !== undefined) append(current.element, '\n')
        else if (!WRAPPERS.has(tag.name) && isKnownNamespace(tag.namespace)) {
          current = { element: metadataElement(tag), depth }
        }
      }
      return undefined
    },
    text(text) {
      if (current !== undefined) append(current.element, text)
    },
    close() {
      if (current?.depth === depth) {
        if (elements.metadata.length < METADATA_LIMIT) elements.metadata.push(current.element)
        current = undefined
      } else if (current !== undefined) append(current.element, '\n')
      depth -= 1
    },
  })
  return elements
}

/** OEB 1 and early EPUB 2 wrap their metadata once more. */
const WRAPPERS = new Set(['dc-metadata', 'x-metadata'])

/** Metadata is told by local names, but an element of a foreign vocabulary may not pass for a title. */
function isKnownNamespace(namespace: string): boolean {
  return namespace === '' || /\/dc\/elements\/|idpf\.org|openebook\.org/u.test(namespace)
}

function openPackage(elements: PackageElements, tag: XmlTag): void {
  if (tag.name !== 'package') return
  elements.isPackage = true
  elements.version = tag.attributes.get('version')?.trim() ?? ''
}

function addManifestEntry(elements: PackageElements, tag: XmlTag, opfPath: string): void {
  const path = archivePath(opfPath, tag.attributes.get('href') ?? '')
  if (tag.name !== 'item' || path === undefined) return
  if (elements.manifest.length >= MANIFEST_LIMIT) return
  elements.manifest.push({
    id: tag.attributes.get('id')?.trim() ?? '',
    path,
    mediaType: tag.attributes.get('media-type')?.trim().toLowerCase() ?? '',
    properties: (tag.attributes.get('properties') ?? '').split(/\s+/u).filter(Boolean),
  })
}

function addPage(elements: PackageElements, tag: XmlTag): void {
  const id = tag.attributes.get('idref')?.trim()
  if (tag.name !== 'itemref' || !id || elements.spine.length >= MANIFEST_LIMIT) return
  elements.spine.push(id)
}

function addReference(elements: PackageElements, tag: XmlTag, opfPath: string): void {
  const path = archivePath(opfPath, tag.attributes.get('href') ?? '')
  if (tag.name !== 'reference' || path === undefined) return
  if (elements.guide.length >= GUIDE_LIMIT) return
  elements.guide.push({ type: tag.attributes.get('type')?.trim().toLowerCase() ?? '', path })
}

function metadataElement({ name, attributes }: XmlTag): MetadataElement {
  return { name, attributes, text: '' }
}

function append(element: MetadataElement, text: string): void {
  if (element.text.length >= TEXT_LENGTH_LIMIT) return
  element.text += text.slice(0, TEXT_LENGTH_LIMIT - element.text.length)
}
