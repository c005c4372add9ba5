import type { SyncCounts } from './count-sync.ts'

/** What a sync came to, in a few words: “3 new, 1 renamed, 2 places read”; nothing for one without any of it. Pure. */
export function inBrief(counts: SyncCounts): string {
  return WORDS.flatMap(([what, one, many]) => {
    const count = counts[what]
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  }).join(', ')
}

const WORDS = [
  ['added', 'new', 'new'],
  ['files', 'with another file', 'with other files'],
  ['metadata', 'renamed', 'renamed'],
  ['removed', 'taken off', 'taken off'],
  ['states', 'place sent', 'places sent'],
  ['downloads', 'downloaded', 'downloaded'],
  ['reports', 'place read', 'places read'],
  ['highlights', 'with highlights', 'with highlights'],
  ['deletions', 'removed on the Kobo', 'removed on the Kobo'],
] as const satisfies [keyof SyncCounts, string, string][]
