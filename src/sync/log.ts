import type { Stay } from './stay.ts'

/** What the device is told about a book. `file` is a new with another revision, at the owner's wish. */
export type Verb = 'new' | 'file' | 'metadata' | 'removal' | 'state'

/** One operation of a page: the verb, the book and exactly what was announced of it. */
export type Operation = {
  verb: Verb
  book: string
  metaRev: number
  fileRev: number
  stateRev: number
  /** Hash of the artifact announced; null for removals, and for states of books that have none. */
  artifact: string | null
}

/** An operation that somebody was told to expect. */
export type Foretold = Pick<Operation, 'verb' | 'book'>

/** A place in a device's log and the arrival in epoch ms. */
export type Mark = { seq: number; at: number }

/** What the device did or sent about one book. Row proofs show that it knows the book, file proofs that its file is there. */
export type BookFact =
  | { kind: 'metadata-asked' | 'cover-asked' | 'tagged' }
  /** `number`: that of the media key it came with, which tells on which side of a sync without a token it was announced. */
  | { kind: 'download-begun' | 'download-completed'; number?: number }
  /** A delivery of the file broke off before its last byte. */
  | { kind: 'download-cut'; number?: number }
  /** A reading state; `rev` is the revision that the device now shares with us, null when ours differs. */
  | { kind: 'state'; instant: number; rev: number | null }
  | { kind: 'annotation'; instant: number }
  | { kind: 'annotations-asked' }
  | { kind: 'listed' }
  /** Missing from an inventory though it was listed in this stay. */
  | { kind: 'unlisted' }
  /** `repeat`: the same DELETE again, which changes nothing. `exclude`: the policy keeps the book off. */
  | { kind: 'delete'; repeat: boolean; exclude: boolean }
  /** The book went from absent to present on a shelf the device carries, or the other way. `shelf`: the one it was taken off by a machine. */
  | { kind: 'shelved' | 'unshelved'; cause: 'person' | 'machine'; shelf?: string }
  | { kind: 'bring-back' }
  /** The owner consents to a New although the file may be there. */
  | { kind: 'consent' }
  /** The owner wants it removed and offered anew. */
  | { kind: 'retract' }
  /**
   * The device's own database said so: `row` whether it knows the book, `file` whether the file is there. `current`: it
   * knows the same past as the ledger, so that what is known of the revisions there stays true. `copied`: the time of which it
   * speaks, epoch ms; that of its arrival unless given.
   */
  | { kind: 'audited'; row: boolean; file: boolean; current?: true; copied?: number }
  /**
   * The device's own database lacked it (`row` false), or its file. Nothing follows from it before somebody says that it is to be healed.
   */
  | { kind: 'missed'; row: boolean; copied: number }

/**
 * What the oldest entries about a book come to, which went. `touched`: the place of the newest of them that put the book there or took
 * it away. `proven`: one of them showed that the file was there.
 */
export type Base = { kind: 'base'; stay: Stay; touched: number | null; proven: boolean }

/** What concerns the whole device. */
export type DeviceFact =
  | { kind: 'session' }
  | { kind: 'tokenless' }
  | { kind: 'activation' }
  | { kind: 'complete' }
  | { kind: 'returned'; page: string; opened: boolean }
  /** Nothing is known to be there. It begins at entry `from`, which may be earlier than where it was concluded. */
  | { kind: 'epoch'; from: number; consent: boolean }
  /** The device was restored from a backup of its own: `page` is what it returned, entries from `from` on are void. */
  | { kind: 'restored'; page: string; from: number; issued: number }
  /**
   * The server was put back in time: its log has forgotten what the device remembers. `page` is the one that the device returned,
   * null when it was told by whoever put the server back. `was`: the ledger that the device's tokens name, where it is another
   * than today's: its pages are known to be of the other past from here on.
   */
  | { kind: 'rolled-back'; page: string | null; was: string | null }
  /** A list of books arrived: whether it may be read as complete, and whether it named any book that was ever listed before. */
  | { kind: 'list'; inventory: boolean; known: boolean }
  /** A person says what became of the library of a device that lost its token. `from`: the question; null when nobody had asked yet. */
  | { kind: 'answered'; from: number | null; library: 'empty' | 'kept' }

/** An entry of a device's log: a page of operations as it was issued, or a fact as it arrived. */
export type Entry = Mark &
  (
    | { kind: 'page'; page: string; parent: string | null; operations: Operation[] }
    | ((BookFact | Base) & { book: string })
    | DeviceFact
  )

/** The facts about the whole device that bear on every book of it. */
export type SweepingFact = Extract<
  DeviceFact,
  { kind: 'tokenless' | 'activation' | 'epoch' | 'restored' | 'rolled-back' }
>

const SWEEPING = new Set<string>([
  'tokenless',
  'activation',
  'epoch',
  'restored',
  'rolled-back',
] satisfies SweepingFact['kind'][])

/** Whether an entry of this kind bears on every book of the device. */
export function isSweeping<Any extends Mark & { kind: string }>(
  entry: Any,
): entry is Any & SweepingFact {
  return SWEEPING.has(entry.kind)
}
