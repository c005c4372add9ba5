import { Problem } from '../../problem.ts'
import type { Visit } from '../visit.ts'

/** So long after somebody signed in they may change how they do, in ms. */
export const FRESH = 30 * 60_000

/** Whether somebody signed in lately. Pure. */
export function isFresh({ now, beganAt }: Pick<Visit, 'now' | 'beganAt'>): boolean {
  return now - beganAt < FRESH
}

/** Whoever finds a browser that is signed in must not make a way in for themselves. Throws `Problem('forbidden')`. */
export function refuseStale(visit: Pick<Visit, 'now' | 'beganAt'>): void {
  if (!isFresh(visit))
    throw new Problem(
      'forbidden',
      'You signed in a while ago. Please sign out and in again: how you sign in is changed only in the first half hour.',
    )
}
