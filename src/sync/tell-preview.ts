import { bytesInWords } from '../bytes-in-words.ts'
import type { Preview } from './preview.ts'

/** What the next sync will do, in one sentence, and another for what arrives in bytes. Pure. */
export function tellPreview({ operations, bytes }: Preview): string {
  const books = new Map<Preview['operations'][number]['verb'], Set<string>>()
  for (const { verb, bookId } of operations)
    books.set(verb, (books.get(verb) ?? new Set()).add(bookId))
  const parts = IN_BRIEF.flatMap(([verb, one, many]) => {
    const count = books.get(verb)?.size ?? 0
    return count === 0 ? [] : [count === 1 ? one : `${count} ${many}`]
  })
  if (parts.length === 0) return 'The next sync has nothing to do.'
  const last = parts.pop() ?? ''
  const list = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`
  return `At the next sync ${list}.${bytes > 0 ? ` ${bytesInWords(bytes)} arrive.` : ''}`
}

const IN_BRIEF = [
  ['add', 'one book arrives', 'books arrive'],
  ['file', 'one book arrives as another file', 'books arrive as other files'],
  ['metadata', 'one book gets its new title and details', 'books get their new titles and details'],
  ['remove', 'one book leaves', 'books leave'],
  ['state', 'one book gets your place in it', 'books get your place in them'],
] as const satisfies [Preview['operations'][number]['verb'], string, string][]

/** What happens to one book. Pure. */
export function tellOperation(
  { verb, bookId }: Preview['operations'][number],
  titleOf: (book: string) => string | undefined,
): string {
  return `“${titleOf(bookId) ?? bookId}” ${WORDS[verb]}.`
}

const WORDS: Record<Preview['operations'][number]['verb'], string> = {
  add: 'arrives',
  file: 'arrives as another file',
  metadata: 'gets its new title and details',
  remove: 'leaves',
  state: 'gets your place in it',
}

/** What it costs, a sentence for each kind of cost; none when it costs nothing. Pure. */
export function tellCost({ cost }: Preview): string[] {
  const sentences: string[] = []
  if (cost.refetch > 0)
    sentences.push(
      `Downloaded books that may have to be fetched again: ${cost.refetch} (${bytesInWords(cost.bytes)}).`,
    )
  if (cost.unsavedHighlights > 0)
    sentences.push(
      `Books that have highlights which may not be stored here: ${cost.unsavedHighlights}.`,
    )
  return sentences
}
