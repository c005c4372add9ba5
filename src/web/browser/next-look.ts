/**
 * What a look came to: something goes on there or has changed, nothing has, nobody answered, whoever looks is signed out or refused, or there
 * is nothing left to look for.
 */
export type Came = 'moving' | 'still' | 'away' | 'signed-out' | 'refused' | 'over'

/** How long after a look follows the next, in ms: while something moves, and at most. */
export type Pace = { first: number; slowest: number }

/** In how many ms is looked again, where it were `before` the last time; undefined when there is nothing left to look for. Pure. */
export function nextLook(before: number, came: Came, { first, slowest }: Pace): number | undefined {
  if (came === 'over') return undefined
  if (came === 'moving') return first
  if (came === 'still') return Math.min(slowest, Math.round(before * 1.5))
  if (came === 'away') return Math.min(slowest, before * 2)
  // Whoever is signed out or refused: only somebody who does something elsewhere changes that.
  return slowest
}
