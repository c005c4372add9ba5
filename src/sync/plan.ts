import type { Holding } from './holding.ts'
import type { Operation, Verb } from './log.ts'

/** Everything the plan needs to know of one book and one device. */
export type Pair = {
  book: string
  holding: Holding
  /** On a shelf this device carries, not excluded, not deleted. */
  wanted: boolean
  /** When it was last put on such a shelf, epoch ms. */
  shelvedAt: number
  /** The book as it is now; `stateRev` 0 when nothing was read; `artifact` null while none is finished. */
  metaRev: number
  fileRev: number
  stateRev: number
  artifact: string | null
  /** Complete syncs since the book became unsure. */
  completesSinceDoubt: number
}

/** After so many complete syncs without proof, a removal that was offered is finished. */
const SYNCS_UNTIL_FINISHED = 2

/** Each operation with the pair it is about, in the order in which it is sent. */
export type Due = { operation: Operation; pair: Pair }

/**
 * A wanted book of which nobody can tell whether its file is there, because the device or the server went back in time. Neither
 * silence nor more syncs settle it: a person must be asked.
 */
export function isInQuestion({ wanted, holding }: Pair): boolean {
  return (
    wanted &&
    holding.state === 'unsure' &&
    holding.file &&
    (holding.why === 'restored' || holding.why === 'rolled-back')
  )
}

/** What to send: a pure function of what the device should hold and what the log says it holds. In the order of sending. `brake`: removals that a machine caused wait for a person. */
export function plan(pairs: readonly Pair[], brake = false): Due[] {
  const moving = brake ? pairs.filter((pair) => !isHeldBack(pair)) : pairs
  const due = moving.flatMap((pair) =>
    operationsFor(pair).map((operation) => ({ operation, pair })),
  )
  return due.sort(
    (a, b) =>
      ORDER[a.operation.verb] - ORDER[b.operation.verb] ||
      b.pair.shelvedAt - a.pair.shelvedAt ||
      (a.pair.book < b.pair.book ? -1 : a.pair.book > b.pair.book ? 1 : 0),
  )
}

/**
 * A book that a machine took off the shelves and that the device would have to remove. While the brake is on, because a machine took
 * many, such removals wait for a person's answer.
 */
export function isHeldBack({ wanted, holding }: Pair): boolean {
  return !wanted && holding.byMachine && holding.state !== 'none'
}

/** Whether the next syncs may have something to do for this pair, now or after some silence. Such pairs stay due. */
export function staysDue(pair: Pair): boolean {
  return operationsFor(pair).length > 0 || (pair.wanted && pair.holding.state === 'unsure')
}

/**
 * The answer to a sync without a token of ours is never empty while a wanted book is held: the device would keep no token and
 * have amnesia for ever. With nothing due, the metadata of one held book carries the token; a device that does not know the
 * book drops it. Undefined when no book can carry it.
 */
export function carrier(pairs: readonly Pair[]): Due | undefined {
  const pair = pairs.find((each) => each.wanted && each.holding.state === 'held' && announced(each))
  return pair && { operation: operation(pair, 'metadata'), pair }
}

const ORDER: Record<Verb, number> = { new: 0, file: 1, metadata: 2, removal: 3, state: 4 }

function operationsFor(pair: Pair): Operation[] {
  const { holding, wanted } = pair
  if (!wanted) return holding.state === 'none' ? [] : [operation(pair, 'removal')]
  if (holding.consent || (holding.state !== 'held' && !holding.file))
    return announced(pair) ? [operation(pair, 'new')] : []
  if (holding.state === 'unsure') return mayFinishRemoval(pair) ? [operation(pair, 'removal')] : []
  const due: Operation[] = []
  if (holding.metaRev !== pair.metaRev && announced(pair)) due.push(operation(pair, 'metadata'))
  if (pair.stateRev > 0 && holding.stateRev !== pair.stateRev) due.push(operation(pair, 'state'))
  return due
}

/** An unsure book whose file may be there: only an offered removal is settled by silence, never a journey back in time. */
function mayFinishRemoval({ holding, completesSinceDoubt }: Pair): boolean {
  if (holding.why === 'retracted') return true
  return holding.why === 'removal' && completesSinceDoubt >= SYNCS_UNTIL_FINISHED
}

function operation(pair: Pair, verb: Verb): Operation {
  const { book, metaRev, stateRev, holding } = pair
  if (verb === 'removal')
    return {
      verb,
      book,
      metaRev,
      fileRev: holding.fileRev ?? pair.fileRev,
      stateRev,
      artifact: null,
    }
  // A device keeps the artifact it was announced, and the revision with it; a new stay gets today's.
  const kept = keepsArtifact(pair)
  return {
    verb,
    book,
    metaRev,
    stateRev,
    fileRev: kept ? (holding.fileRev ?? pair.fileRev) : pair.fileRev,
    artifact: announced(pair),
  }
}

/** The artifact to announce; null while there is none. */
function announced(pair: Pair): string | null {
  return keepsArtifact(pair) ? pair.holding.artifact : pair.artifact
}

function keepsArtifact({ holding }: Pair): boolean {
  const inStay = holding.state === 'held' || holding.state === 'offered'
  return inStay && !holding.consent && holding.artifact !== null
}
