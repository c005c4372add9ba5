import { setImmediate as breathe } from 'node:timers/promises'
import type { Book } from '../catalogue/book.ts'
import { booksByIds } from '../catalogue/catalogue.store.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { preparationFailed } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { storageProblem } from '../storage-problem.ts'
import {
  booksToPrepare,
  countFailure,
  finishArtifact,
  leaseBooks,
  postpone,
  releaseLeases,
} from './artifact.store.ts'
import type { Artifact } from './artifact.ts'
import { makeArtifact } from './make-artifact.ts'
import { sweepUnfinished } from './sweep.ts'

/** The making of artifacts in the background. The queue is derived: every wanted book without a finished artifact. */
export type Preparation = {
  /** Looks for work: something was shelved, imported or carried. Cheap, and never throws. */
  kick(): void
  /** Resolves when nothing is left to do. A book that failed and waits for its next try does not count. */
  quiet(): Promise<void>
  /** Finishes what is being made, gives the rest back, and takes nothing new. */
  close(): Promise<void>
}

/** How many books are made at once. */
const LANES = 2

/** A lane takes this many books, or this many bytes, at a time: what it finishes together becomes known together. */
const BATCH = { books: 40, bytes: 32 * 1024 * 1024 }

/** How long a book may take before another process may try it, in ms. */
const LEASE = 60_000

/** How long a book that failed is left alone, in ms. */
const PAUSE = 60_000

/** How long before it looks for work by itself, in ms: pauses and leases of others end. */
const LOOK_AGAIN = 30_000

/**
 * Opens the preparation of artifacts, which begins at once. Only one process per library opens it. `others` is how often it looks
 * whether another process has committed, in ms.
 */
export function openPreparation(home: Home, { others = 1000 } = {}): Preparation {
  const state: State = {
    closed: false,
    again: true,
    running: undefined,
    seen: home.db.otherWriters(),
    looked: home.now(),
  }
  const kick = (): void => {
    if (state.closed) return
    state.again = true
    state.looked = home.now()
    state.running ??= run(home, state)
  }
  const lookAround = (): void => {
    const now = home.db.otherWriters()
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
      while (state.running) await state.running
    },
  }
}

type State = {
  closed: boolean
  /** There may be work that the lanes have not seen. */
  again: boolean
  running: Promise<void> | undefined
  /** What `otherWriters` said last, and when work was last looked for (epoch ms). */
  seen: number
  looked: number
}

/** Runs the lanes until there is no more work. */
async function run(home: Home, state: State): Promise<void> {
  while (state.again && !state.closed) {
    state.again = false
    const lanes = Array.from({ length: LANES }, () => lane(home, state))
    for (const ended of await Promise.allSettled(lanes))
      // The next kick or the next look begins anew, and nothing that was finished is lost.
      if (ended.status === 'rejected')
        home.log.error({ err: ended.reason }, 'The preparation of books was interrupted.')
  }
  state.running = undefined
}

/** What a process that died has left: its leases, and files it had not finished. */
async function tidyUp(home: Home): Promise<void> {
  try {
    await home.db.transact((tx) => releaseLeases(tx))
    await sweepUnfinished(home)
  } catch (error) {
    home.log.error({ err: error }, 'What an earlier run left unfinished could not be tidied up.')
  }
}

/** Takes batch after batch until nothing is left to take. */
async function lane(home: Home, state: State): Promise<void> {
  while (!state.closed) {
    const waiting = await booksToPrepare(home.db.read, home.now(), BATCH.books)
    if (waiting.length === 0) return
    const now = home.now()
    const mine = await home.db.transact((tx) => leaseBooks(tx, batch(waiting), now, now + LEASE))
    if (mine.length > 0) await prepareBatch(home, mine, state)
    else await breathe()
  }
}

function batch(waiting: { id: string; bytes: number }[]): string[] {
  let bytes = 0
  return waiting
    .filter((book, index) => {
      bytes += book.bytes
      return index === 0 || bytes <= BATCH.bytes
    })
    .map((book) => book.id)
}

type Outcome =
  | { book: Book; artifact: Artifact }
  /** `isStorage`: the disk is at fault and not the book, which is tried for as long as it takes. */
  | { book: Book; cause: string; isStorage: boolean }

async function prepareBatch(home: Home, ids: string[], state: State): Promise<void> {
  const books = await booksByIds(home.db.read, ids)
  const outcomes: Outcome[] = []
  const untouched: string[] = []
  for (const id of ids) {
    const book = books.get(id)
    if (!book || state.closed) untouched.push(id)
    else outcomes.push(await attempt(home, book))
  }
  const now = home.now()
  await home.db.transact(async (tx) => {
    for (const outcome of outcomes) {
      const { book } = outcome
      if ('artifact' in outcome) {
        await finishArtifact(tx, outcome.artifact, now)
        await closeErrataAbout(tx, 'preparation-failed', book.id, 'It was prepared.', now)
      } else {
        if (outcome.isStorage) await postpone(tx, book.id, now + PAUSE)
        else await countFailure(tx, book.id, now + PAUSE)
        const erratum = preparationFailed({ book, cause: outcome.cause })
        await fileErratum(tx, erratum, randomId(home.random), now)
      }
    }
    await releaseLeases(tx, untouched)
  })
}

async function attempt(home: Home, book: Book): Promise<Outcome> {
  try {
    return { book, artifact: await makeArtifact(home, book) }
  } catch (error) {
    // Whatever it was, it concerns this book: the others go on. A bug is told as one in the log.
    const storage = storageProblem(error)
    if (storage) return { book, cause: storage.message, isStorage: true }
    if (error instanceof Problem) return { book, cause: error.message, isStorage: false }
    home.log.error({ err: error, book: book.id }, 'A book could not be prepared.')
    const cause = 'Its file could not be read or written; the server’s log says why.'
    return { book, cause, isStorage: false }
  }
}
