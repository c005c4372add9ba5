const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A column: what it is called, in words for a table, and how many there are. */
export type Bucket = { label: string; words: string; count: number }

type Bound = readonly [upTo: number, label: string, words: string]

/** In whole days that have passed: what is six days and some hours old has passed six. */
const AGES: readonly Bound[] = [
  [0, 'day', 'within a day'],
  [6, 'week', 'within a week'],
  [29, 'month', 'within a month'],
  [90, 'quarter', 'within three months'],
  [364, 'year', 'within a year'],
  [Infinity, 'older', 'longer ago'],
]

const WAITS: readonly Bound[] = [
  [10 * MINUTE, '10 min', 'within ten minutes'],
  [HOUR, 'hour', 'within an hour'],
  [6 * HOUR, '6 hours', 'within six hours'],
  [DAY, 'day', 'within a day'],
  [7 * DAY, 'week', 'within a week'],
  [Infinity, 'longer', 'longer'],
]

/**
 * Books by how old the proof is that they are there; `ages` in whole days that have passed, each with how many books, and null for those
 * without proof. Pure.
 */
export function bucketsOfAges(
  ages: readonly (readonly [days: number | null, books: number])[],
): Bucket[] {
  const known = ages.flatMap(([days, books]) => (days === null ? [] : [[days, books] as const]))
  const none = ages.filter(([days]) => days === null)
  return [
    ...bucketsOf(AGES, known),
    {
      label: 'none',
      words: 'no proof yet',
      count: none.reduce((sum, [, books]) => sum + books, 0),
    },
  ]
}

/** Books by how long each took to arrive, in ms. Pure. */
export function bucketsOfWaits(waits: readonly number[]): Bucket[] {
  return bucketsOf(
    WAITS,
    waits.map((wait) => [wait, 1] as const),
  )
}

function bucketsOf(
  bounds: readonly Bound[],
  values: readonly (readonly [value: number, count: number])[],
): Bucket[] {
  let above = -Infinity
  return bounds.map(([upTo, label, words]) => {
    const from = above
    above = upTo
    const within = values.filter(([value]) => value > from && value <= upTo)
    return { label, words, count: within.reduce((sum, [, count]) => sum + count, 0) }
  })
}

/** The value below which a part of the numbers lies, such as half of them (0.5); undefined when there are none. Pure. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}
