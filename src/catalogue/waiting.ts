import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import type { NewErratum } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'

/** The one erratum that drops wait, for a disk or for the inbox itself. */
export type Waiting = {
  /** Drops wait, because of what this sentence says. */
  because(cause: string): Promise<void>
  /** They do not wait any more. */
  over(): Promise<void>
}

/** Reads whether drops were waiting when the server was last up. `erratum` tells of it, with a sentence about its cause. */
export async function openWaiting(
  home: Home,
  erratum: (cause: string) => NewErratum,
): Promise<Waiting> {
  const { kind, subject } = erratum('')
  let told: string | undefined
  if (await openErratum(home.db.read, kind, subject)) told = 'by an earlier run'
  return {
    async because(cause) {
      if (told === cause) return
      const id = randomId(home.random)
      if (await canWrite((tx) => fileErratum(tx, erratum(cause), id, home.now()))) told = cause
    },
    async over() {
      if (told === undefined) return
      const at = home.now()
      if (await canWrite((tx) => closeErrataAbout(tx, kind, subject, OVER, at))) told = undefined
    },
  }

  /** The disk that is full may be that of the database: then it is written another time. The log tells of the drops. */
  async function canWrite(work: (tx: Tx) => Promise<unknown>): Promise<boolean> {
    try {
      await home.db.transact(work)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return false
    }
  }
}

const OVER = 'Books are imported again.'
