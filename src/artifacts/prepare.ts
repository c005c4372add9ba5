import type { Home } from '../home.ts'
import {
  booksToPrepare,
  countToPrepare,
  countInterruptions,
  releaseLeases,
  type ToPrepare,
} from './preparation.store.ts'
import { prepareBatch, type Preparing } from './prepare-batch.ts'
import { sweepUnfinished, unfinishedBooks } from './sweep.ts'
import type { Workers } from './workers.ts'

/** The making of artifacts in the background. The queue is derived: every wanted book without a finished artifact. */
export type Preparation = {
  /** Looks for work: something was shelved, imported or carried. Cheap, and never throws. */
  kick(): void
  /** Resolves when nothing is left to do. A book that failed and waits for its next try does not count. */
  quiet(): Promise<void>
  /** Finishes what is being made, if that is soon, gives the rest back, and takes nothing new. */
  close(): Promise<void>
}

/** A lane takes at most this many books, or this many bytes, at a time: what it finishes together becomes known together. */
const BATCH = { books: 40, bytes: 8 * 1024 * 1024 }

/** How long an end waits for the book that is being made, in ms. */
const FAREWELL = 5000

/** How long before it looks for work by itself, in ms: pauses and leases of others end. */
const LOOK_AGAIN = 30_000

/**
 * Opens the preparation of artifacts, which begins at once: as many lanes as there are workers. Only one process per library opens
 * it. `others` is how often it looks whether another process has committed, in ms.
 */
export function openPreparation(home: Home, workers: Workers, { others = 1000 } = {}): Preparation {
  const cancel = new AbortController()
  const state: State = {
    workers,
    cancel: cancel.signal,
    inHand: new Set(),
    unbegun: new Set(),
    left: undefined,
    closed: false,
    again: true,
    running: undefined,
    seen: home.db.commits(),
    looked: home.now(),
  }
  const kick = (): void => {
    if (state.closed) return
    state.again = true
    state.left = undefined
    state.looked = home.now()
    state.running ??= run(home, state)
  }
  const lookAround = (): void => {
    const now = home.db.commits()
    if (now === state.seen && home.now() - state.looked < LOOK_AGAIN) return
    state.seen = now
    kick()
  }
  const timer = setInterval(lookAround, others).unref()
  state.running = tidyUp(home).then(() => run(home, state))
  return {
    kick,
    async quiet() {
      kick()
      while (state.running) await state.running
    },
    async close() {
      state.closed = true
      clearInterval(timer)
      const farewell = setTimeout(() => cancel.abort(), FAREWELL)
      while (state.running) await state.running
      clearTimeout(farewell)
    },
  }
}

type State = Preparing & {
  /** The books that the lanes have taken. */
  inHand: Set<string>
  /** How many more wait that no lane has taken; undefined while nobody has counted them since more may have come. */
  left: number | undefined
  /** There may be work that the lanes have not seen. */
  again: boolean
  running: Promise<void> | undefined
  /** What `commits` said last, and when work was last looked for (epoch ms). */
  seen: number
  looked: number
}

/** Runs the lanes until there is no more work. */
async function run(home: Home, state: State): Promise<void> {
  while (state.again && !state.closed) {
    state.again = false
    const lanes = Array.from({ length: state.workers.count }, () => lane(home, state))
    for (const ended of await Promise.allSettled(lanes))
      // The next kick or the next look begins anew, and nothing that was finished is lost.
      if (ended.status === 'rejected')
        home.log.error({ err: ended.reason }, 'The preparation of books was interrupted.')
  }
  home.underWay.preparation.wait(0)
  state.running = undefined
}

/** What a process that died has left: its leases, and files it had not finished. */
async function tidyUp(home: Home): Promise<void> {
  try {
    const interrupted = await unfinishedBooks(home)
    await home.db.transact(async (tx) => {
      await releaseLeases(tx)
      await countInterruptions(tx, interrupted)
    })
    await sweepUnfinished(home)
  } catch (error) {
    home.log.error({ err: error }, 'What an earlier run left unfinished could not be tidied up.')
  }
}

/** Takes batch after batch until nothing is left to take. */
async function lane(home: Home, state: State): Promise<void> {
  const { count } = state.workers
  const looksAt = BATCH.books * count
  while (!state.closed) {
    const waiting = await booksToPrepare(home.db.read, home.now(), looksAt)
    const unclaimed = waiting.filter(({ id }) => !state.inHand.has(id))
    // As many are left for each of the other lanes.
    const free = batch(unclaimed.slice(0, Math.ceil(unclaimed.length / count)))
    if (free.length === 0) return
    for (const { id } of free) {
      state.inHand.add(id)
      state.unbegun.add(id)
    }
    // Few are counted as they were found. More than a lane looks at are counted apart, and not again before more may have come.
    const few = waiting.length < looksAt ? unclaimed.length : undefined
    const counted = few ?? state.left ?? (await countToPrepare(home.db.read, home.now()))
    state.left = Math.max(0, (few ?? state.left ?? counted) - free.length)
    home.underWay.preparation.wait(state.left + state.unbegun.size)
    try {
      await prepareBatch(home, free, state)
    } finally {
      for (const { id } of free) {
        state.inHand.delete(id)
        state.unbegun.delete(id)
      }
    }
  }
}

function batch(waiting: ToPrepare[]): ToPrepare[] {
  let bytes = 0
  return waiting.filter((book, index) => {
    bytes += book.bytes
    return index === 0 || bytes <= BATCH.bytes
  })
}
