import type { ReadBook } from './reading.ts'

/** A book without a row, of which nothing else is known yet. */
export function rowless(id: string): ReadBook {
  const nothing = { size: null, percent: null, finished: false, highlights: 0, markup: 0 }
  return { id, row: 'none', downloaded: false, ...nothing, doubles: 0 }
}
