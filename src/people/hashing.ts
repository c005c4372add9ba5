import { availableParallelism } from 'node:os'
import { Problem } from '../problem.ts'

/** So many passwords are hashed at once: each takes 19 MB and a processor, and Kobos need one as well. */
const AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2))
/** So many wait for their turn; more are turned away unheard. */
const WAITING = 20

/** How long a place rests after each hash while others wait, in parts of the time that it took. */
const REST = 2

let underWay = 0
const waiting: (() => void)[] = []

/**
 * Does work that hashes a password, when it is its turn. `first`: before all others, and also when too many wait, for somebody who is
 * known. Throws `Problem('too_many')` when many wait already.
 */
export async function inTurn<T>(work: () => Promise<T>, first = false): Promise<T> {
  if (underWay >= AT_ONCE) {
    if (!first && waiting.length >= WAITING)
      throw new Problem('too_many', 'Too many people sign in at this moment. Please try again.')
    // Whoever ends hands its place on, so that nobody comes between.
    await new Promise<void>(
      (resolve) => void (first ? waiting.unshift(resolve) : waiting.push(resolve)),
    )
  } else underWay += 1
  const began = performance.now()
  try {
    return await work()
  } finally {
    // While others wait, the processor is left to Kobos for twice as long as it was used.
    if (waiting.length === 0) handOn()
    else setTimeout(handOn, REST * (performance.now() - began)).unref()
  }
}

function handOn(): void {
  const next = waiting.shift()
  if (next) next()
  else underWay -= 1
}
