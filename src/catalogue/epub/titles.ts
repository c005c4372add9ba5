import { cleanLine } from './clean-text.ts'
import type { Metadata } from './metadata.ts'

/** The longest title or subtitle, in UTF-16 units. */
export const TITLE_LIMIT = 1_000

/**
 * The main title: the one that EPUB 3 marks as `main`, otherwise the first that is neither a subtitle nor empty.
 * The subtitle: the one EPUB 3 marks, otherwise what calibre keeps in a column of that name.
 */
export function readTitles(metadata: Metadata): { title: string | null; subtitle: string | null } {
  const titles = metadata.elements('title').flatMap((element) => {
    const text = cleanLine(element.text, TITLE_LIMIT)
    const type = metadata.refinements(element, 'title-type')[0]
    return text === null ? [] : [{ text, type }]
  })
  const main =
    titles.find(({ type }) => type === 'main') ??
    titles.find(({ type }) => type === undefined) ??
    titles.find(({ type }) => type !== 'subtitle') ??
    titles[0]
  const subtitle = titles.find((title) => title.type === 'subtitle' && title !== main)
  return { title: main?.text ?? null, subtitle: subtitle?.text ?? calibreSubtitle(metadata) }
}

function calibreSubtitle(metadata: Metadata): string | null {
  const plain = metadata.metas('calibre:subtitle')[0]
  const column = metadata.metas('calibre:user_metadata:#subtitle')[0]
  return cleanLine(plain?.value ?? columnValue(column?.value ?? ''), TITLE_LIMIT)
}

/** calibre writes a column of its own as JSON, with the value under `#value#`. */
function columnValue(json: string): string | undefined {
  try {
    const column: unknown = JSON.parse(json)
    if (typeof column !== 'object' || column === null || !('#value#' in column)) return undefined
    const value = column['#value#']
    return typeof value === 'string' ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
