import type { Entry } from '../../src/sync/log.ts'
import type { HarshKobo } from './harsh-kobo.ts'

/** An entry of the log in few words, for the story of a life. */
export function wordsOf(entry: Entry): string {
  if (entry.kind === 'page') {
    const operations = entry.operations.map(({ verb, book }) => `${verb} ${book}`)
    return `${entry.page}(${entry.parent})[${operations.join(', ')}]`
  }
  if (entry.kind === 'returned') return `<${entry.page}>`
  if (entry.kind === 'epoch' || entry.kind === 'restored') return `${entry.kind} from ${entry.from}`
  return 'book' in entry ? `${entry.kind} ${entry.book}` : entry.kind
}

/** What is on a device: `*` with its file, then the texts and the place that it shows. */
export function rowsIn({ rows }: HarshKobo): string {
  return [...rows]
    .map(([book, row]) => `${book}${row.file ? '*' : ''}m${row.meta}p${row.place}`)
    .join(' ')
}
