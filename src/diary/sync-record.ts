import type { Entry, Foretold } from '../sync/log.ts'

/** What the log has of one sync: a session's entries, up to the next session. */
export type SyncRecord = {
  /** The place of the session's first entry in the log; it names the sync. */
  seq: number
  /** Epoch ms. */
  startedAt: number
  entries: readonly Entry[]
  /** The pages that the entries name, and at least one that was issued before them, if there was any; in the order of issue. */
  pages: readonly IssuedPage[]
  /** What somebody was told last, after the session before, that it would do; null when nobody was told. */
  foretold: readonly Foretold[] | null
  /** No other session has begun since. */
  isLast: boolean
  /** Where the log says last which token the device came with. A page that was not taken until then is lost. */
  lastHeard: number
}

/** A page: its place in the log, when it was issued (epoch ms), and whether its token ever came back. */
export type IssuedPage = { id: string; seq: number; at: number; taken: boolean }
