import { cleanLine } from './clean-text.ts'
import type { Metadata } from './metadata.ts'

const SERIES_LIMIT = 500

/**
 * The series and the place in it: an EPUB 3 collection of the type `series`, otherwise calibre's own metas. The place
 * may have a fraction; a place of several levels (`2.1.3`) keeps its first two.
 */
export function readSeries(metadata: Metadata): { name: string; index: number | null } | null {
  for (const collection of metadata.metas('belongs-to-collection')) {
    const name = cleanLine(collection.value, SERIES_LIMIT)
    const isSeries = metadata.refinements(collection, 'collection-type').includes('series')
    if (name === null || !isSeries) continue
    return { name, index: place(metadata.refinements(collection, 'group-position')[0]) }
  }
  const name = cleanLine(metadata.metas('calibre:series')[0]?.value, SERIES_LIMIT)
  if (name === null) return null
  return { name, index: place(metadata.metas('calibre:series_index')[0]?.value) }
}

function place(text: string | undefined): number | null {
  const number = /^\s*(-?\d{1,9}(?:[.,]\d{1,9})?)(?![\d])/u.exec(text ?? '')?.[1]
  return number === undefined ? null : Number(number.replace(',', '.'))
}
