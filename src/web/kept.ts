import type { Database } from '../db/open.ts'

/** How long something is kept at most, in ms: what is told of it may depend on the time as well. */
const LONGEST = 30_000

/** How many are kept at most: their names may hold what a request said, such as its host. */
const MOST = 200

/**
 * Keeps what is read, by its name, until anything is written to the database, and half a minute at most by `now` (epoch ms): then it is read
 * anew. For what costs as much as there are books, and is asked for again and again. Those that ask at once share one reading.
 */
export function keeping<Value>(
  db: Pick<Database, 'commits'>,
  now: () => number,
): (name: string, read: () => Promise<Value>) => Promise<Value> {
  const kept = new Map<string, { value: Promise<Value>; at: number }>()
  let written: number | undefined
  return (name, read) => {
    const commits = db.commits()
    if (commits !== written) kept.clear()
    written = commits
    const known = kept.get(name)
    if (known && Math.abs(now() - known.at) < LONGEST) return known.value
    const reading = { value: read(), at: now() }
    // Behind the others, where the newest stands.
    kept.delete(name)
    kept.set(name, reading)
    const [oldest] = kept.keys()
    if (oldest !== undefined && kept.size > MOST) kept.delete(oldest)
    // A failure is told to those who asked, and to nobody later.
    reading.value.catch(() => {
      if (kept.get(name) === reading) kept.delete(name)
    })
    return reading.value
  }
}
