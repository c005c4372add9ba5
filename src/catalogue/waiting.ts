import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { importsWaiting } from '../errata/import-errata.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'

/** The one erratum that drops wait for a disk. */
export type Waiting = {
  /** Drops wait, because of what this sentence says. */
  because(cause: string): Promise<void>
  /** A drop found its way in again. */
  over(): Promise<void>
}

/** Reads whether drops were waiting when the server was last up. */
export async function openWaiting(home: Home): Promise<Waiting> {
  let told: string | undefined
  if (await openErratum(home.db.read, KIND, SUBJECT)) told = 'by an earlier run'
  return {
    async because(cause) {
      if (told === cause) return
      const id = randomId(home.random)
      try {
        await home.db.transact((tx) => fileErratum(tx, importsWaiting(cause), id, home.now()))
        told = cause
      } catch (error) {
        // The disk that is full may be that of the database. The log tells of the drops.
        if (!(error instanceof Problem)) throw error
      }
    },
    async over() {
      if (told === undefined) return
      await home.db.transact((tx) => closeErrataAbout(tx, KIND, SUBJECT, OVER, home.now()))
      told = undefined
    },
  }
}

const { kind: KIND, subject: SUBJECT } = importsWaiting('')
const OVER = 'Books are imported again.'
