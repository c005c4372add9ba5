import type { Base, BookFact, Mark, Operation, SweepingFact } from './log.ts'

/**
 * An operation as the fold sees it. `acknowledged`: its page is on the chain of the returned token. `taken`: the token of its page
 * came back at some time, also if it was lost since; so the device had applied all of the page then. `settled`: from where on proof
 * speaks about the time after it. For an acknowledged operation that is the first return of its token or a later one of the chain; for
 * another the end of the session in which it was offered; null while neither came, for until then the reader may have read on.
 */
export type OfferedOperation = {
  kind: 'operation'
  operation: Operation
  acknowledged: boolean
  taken: boolean
  settled: Mark | null
}

/** One entry of the log that bears on a book: an operation, a fact about it, or a fact about the whole device. */
export type BookEntry = Mark & (OfferedOperation | BookFact | Base | SweepingFact)
