import type { Book } from '../catalogue/book.ts'
import { booksByIds } from '../catalogue/catalogue.store.ts'
import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { conversionFailed, preparationFailed } from '../errata/import-errata.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { storageProblem } from '../storage-problem.ts'
import { finishArtifact } from './artifact.store.ts'
import {
  countFailure,
  leaseBooks,
  postpone,
  releaseLeases,
  type ToPrepare,
} from './preparation.store.ts'
import { makeArtifact, type Outcome } from './make-artifact.ts'
import type { Workers } from './workers.ts'

/** How long before another process may try a book that this one takes, in ms. This one knows what it has in hand. */
const LEASE = 60_000

/** How long a book that failed is left alone, in ms. */
const PAUSE = 60_000

/** By whom artifacts are made, and what tells to end. */
export type Preparing = {
  workers: Workers
  /** Gives up what is being made. */
  cancel: AbortSignal
  /** The books that were taken and that nobody works on yet. */
  unbegun: Set<string>
  /** Nothing more is begun. */
  closed: boolean
}

type Ended =
  | ({ book: Book } & Outcome)
  /** `isStorage`: the disk is at fault and not the book, which is tried for as long as it takes. */
  | { book: Book; cause: string; isStorage: boolean }

/** Makes the artifacts of those of these books that no other process makes, and enters together what came of them. */
export async function prepareBatch(home: Home, free: ToPrepare[], state: Preparing): Promise<void> {
  const ids = free.map(({ id }) => id)
  const now = home.now()
  const leased = new Set(await home.db.transact((tx) => leaseBooks(tx, ids, now, now + LEASE)))
  const books = await booksByIds(home.db.read, [...leased])
  const ended: Ended[] = []
  const untouched: string[] = []
  for (const { id, interrupted } of free.filter((each) => leased.has(each.id))) {
    const book = books.get(id)
    state.unbegun.delete(id)
    const tell = home.underWay.preparation.begin(book?.title ?? '', null)
    const end = book && !state.closed ? await attempt(home, book, interrupted, state) : undefined
    tell(end && 'cause' in end ? 'failed' : 'done')
    if (end) ended.push(end)
    else untouched.push(id)
  }
  await home.db.transact(async (tx) => {
    for (const end of ended) await enter(tx, home, end)
    await releaseLeases(tx, untouched)
  })
}

/** The end of one attempt, or undefined when it was given up. */
async function attempt(
  home: Home,
  book: Book,
  interrupted: number,
  { workers, cancel }: Preparing,
): Promise<Ended | undefined> {
  try {
    return { book, ...(await makeArtifact(home, book, { workers, cancel, interrupted })) }
  } catch (error) {
    if (cancel.aborted) return undefined
    // Whatever it was, it concerns this book: the others go on. A bug is told as one in the log.
    const storage = storageProblem(error)
    if (storage) return { book, cause: storage.message, isStorage: true }
    if (error instanceof Problem) return { book, cause: error.message, isStorage: false }
    home.log.error({ err: error, book: book.id }, 'A book could not be prepared.')
    const cause = 'Its file could not be read or written; the server’s log says why.'
    return { book, cause, isStorage: false }
  }
}

async function enter(tx: Tx, home: Home, end: Ended): Promise<void> {
  const { book } = end
  const now = home.now()
  if ('cause' in end) {
    if (end.isStorage) await postpone(tx, book.id, now + PAUSE)
    else await countFailure(tx, book.id, now + PAUSE)
    const erratum = preparationFailed({ book, cause: end.cause })
    await fileErratum(tx, erratum, randomId(home.random), now)
    return
  }
  await finishArtifact(tx, end.artifact, now)
  await closeErrataAbout(tx, 'preparation-failed', book.id, 'It was prepared.', now)
  if (end.unconverted === null)
    await closeErrataAbout(tx, 'conversion-failed', book.id, 'It was converted.', now)
  else {
    const erratum = conversionFailed({ book, cause: end.unconverted })
    await fileErratum(tx, erratum, randomId(home.random), now)
  }
}
