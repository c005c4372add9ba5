import type { MetadataElement } from './package-elements.ts'

/** One `meta` element, in the EPUB 2 spelling (name, content) or that of EPUB 3 (property, text). */
export type Meta = { name: string; value: string; id: string }

/** The metadata of a package document, ready to be asked by name. */
export type Metadata = {
  /** The Dublin Core elements of one name, in document order. */
  elements: (name: string) => MetadataElement[]
  /** The `meta` elements of one name or property that speak of the whole book. */
  metas: (name: string) => Meta[]
  /** The values of one property that refine `element` (EPUB 3.3, 5.5.2, the refines attribute). */
  refinements: (element: MetadataElement | Meta, property: string) => string[]
}

/** Sorts the metadata elements of a package document by what they are about. */
export function readMetadata(elements: MetadataElement[]): Metadata {
  const plain = Map.groupBy(elements, (element) => element.name)
  const metas = (plain.get('meta') ?? []).map((element) => ({
    about: element.attributes.get('refines')?.trim().replace(/^#/u, '') ?? '',
    id: idOf(element),
    name: (element.attributes.get('name') ?? element.attributes.get('property') ?? '').trim(),
    value: (element.attributes.get('content') ?? element.text).trim(),
  }))
  const refining = Map.groupBy(metas, (meta) => `${meta.about} ${meta.name}`)
  return {
    elements: (name) => plain.get(name) ?? [],
    metas: (name) => refining.get(` ${name}`) ?? [],
    refinements(element, property) {
      const id = 'id' in element ? element.id : idOf(element)
      if (id === '') return []
      return (refining.get(`${id} ${property}`) ?? []).map((meta) => meta.value)
    },
  }
}

function idOf(element: MetadataElement): string {
  return element.attributes.get('id')?.trim() ?? ''
}
