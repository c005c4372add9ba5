import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './db/open.ts'
import type { UnderWay } from './under-way.ts'

/** What every acting part of the server needs: where things live, the database, the clock, randomness and the log. */
export type Home = {
  readonly config: Config
  readonly db: Database
  /** The server's secret key, 32 bytes: media keys, access tokens and sync tokens are signed with keys derived from it. */
  readonly key: Buffer
  /** Keys that the server had before: sync tokens that Kobos still keep are read with them, and nothing else is. */
  readonly formerKeys: readonly Buffer[]
  /** The id of this server's ledger, which every sync token names. */
  readonly ledger: string
  /** Now, in epoch ms. */
  readonly now: () => number
  /** This many random bytes. */
  readonly random: (bytes: number) => Buffer
  readonly log: Logger
  /** Long work of this process that pages tell of. */
  readonly underWay: UnderWay
}
