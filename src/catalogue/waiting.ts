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
      try {
        await home.db.transact((tx) => fileErratum(tx, erratum(cause), id, home.now()))
        told = cause
      } catch (error) {
        // The disk that is full may be that of the database. The log tells of the drops.
        if (!(error instanceof Problem)) throw error
      }
    },
    async over() {
      if (told === undefined) return
      await home.db.transact((tx) => closeErrataAbout(tx, kind, subject, OVER, home.now()))
      told = undefined
    },
  }
}

const OVER = 'Books are imported again.'
