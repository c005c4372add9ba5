/** A sync as it is drawn: when it began (epoch ms), how it ended, and how many things it was sent. */
export type SyncMark = { id: string; at: number; end: SyncEnd; sent: number }

/** `whole`: it came to its end. `broken`: it was sent something and did not. `quiet`: it called, and never asked for its library. */
export type SyncEnd = 'whole' | 'broken' | 'quiet'

/** Where a mark stands: in percents from the left, and on which row from below. */
export type PlacedMark = SyncMark & { x: number; row: number }

/** Marks nearer than this stand above one another, in percents. */
const APART = 2.4

/** More rows than this are not drawn: marks then stand on one another. */
export const ROWS = 5

/**
 * Places the marks of the syncs between two instants, oldest first; marks of about the same time stand above one another. Those outside are
 * left out. Pure.
 */
export function placeMarks(
  marks: readonly SyncMark[],
  { from, to }: { from: number; to: number },
): PlacedMark[] {
  const last: number[] = []
  return marks
    .filter(({ at }) => at >= from && at <= to)
    .sort((one, other) => one.at - other.at)
    .map((mark) => {
      // A whole mark fits in at both ends.
      const x = 1.2 + ((mark.at - from) / (to - from)) * 97.6
      const free = Array.from({ length: ROWS }, (_, row) => row).find(
        (row) => x - (last[row] ?? -Infinity) >= APART,
      )
      const row = free ?? ROWS - 1
      last[row] = x
      return { ...mark, x, row }
    })
}

/** What is to be seen, in one sentence; `more`: within the span there were more than these. Pure. */
export function tellMarks(
  marks: readonly SyncMark[],
  { span, more }: { span: string; more: boolean },
): string {
  if (marks.length === 0) return `No sync in ${span}.`
  const count = (end: SyncEnd): number => marks.filter((mark) => mark.end === end).length
  const [broken, quiet] = [count('broken'), count('quiet')]
  const words = [
    ...(broken > 0 ? [`${broken} broke off`] : []),
    ...(quiet > 0 ? [`${quiet} never asked for its library`] : []),
  ]
  const syncs = marks.length === 1 ? 'One sync' : `${marks.length} syncs`
  const these = more ? `The newest ${marks.length} syncs of ${span}` : `${syncs} in ${span}`
  return `${these}; ${words.length > 0 ? words.join(', ') : 'none broke off'}.`
}
