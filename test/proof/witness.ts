import type { Kobo } from '../../src/simulator/kobo.ts'
import type { Snapshot } from '../../src/simulator/snapshot.ts'
import type { Copy } from './audits.ts'

/** A Kobo of a schedule with what an honest witness knows of it. */
export type Witnessed = {
  kobo: Kobo
  drive: string
  /** Its id at the server. */
  device: string
  policy: 'keep-off' | 'bring-back' | 'unshelve'
  paused: boolean
  /** Books that its reader removed, until they are shelved anew or brought back. */
  removed: Set<string>
  /** Books that were wanted on it so far, and those that were to leave it at any time since. */
  wanted: Set<string>
  unwanted: Set<string>
  /** Books of which no server can know the truth: silent losses, and backups that nothing told of. */
  exempt: Set<string>
  /** Books that a backup of its own changed, as long as no token told of it. */
  untold: Set<string>
  /** How often its owner let a book be sent anew although it may be there. */
  consents: Map<string, number>
  flips: Map<string, number>
  /** When it was reset, and put back without a token, by the clock of the house. */
  resets: number[]
  restores: number[]
  snapshot: Snapshot | undefined
  /** A copy of its database that waits to be audited. */
  copy: Copy | undefined
  /** Books that were found without their file, or with another, and are taken back by heal to be sent anew. */
  takenBack: Set<string>
  /** Highlights that it told the server of in a sync without faults. */
  told: Set<string>
  /** Books whose announcement it ever took in. */
  announced: Set<string>
  /** It was put into another state than syncs alone would leave. */
  isDisturbed: boolean
  seenEvents: number
  /** Something went wrong with one of its exchanges, or it was sent what its owner wanted sent anew. */
  isTroubled: boolean
}

/** Somebody who has seen nothing of a Kobo yet. */
export function witnessed(kobo: Kobo, drive: string, device: string): Witnessed {
  return {
    kobo,
    drive,
    device,
    policy: 'keep-off',
    paused: false,
    removed: new Set(),
    wanted: new Set(),
    unwanted: new Set(),
    exempt: new Set(),
    untold: new Set(),
    consents: new Map(),
    flips: new Map(),
    resets: [],
    restores: [],
    snapshot: undefined,
    copy: undefined,
    takenBack: new Set(),
    told: new Set(),
    announced: new Set(),
    isDisturbed: false,
    seenEvents: 0,
    isTroubled: false,
  }
}

/** The Kobo's token tells nothing of an earlier restore any more. */
export function loseSight(witness: Witnessed): void {
  for (const book of witness.untold) witness.exempt.add(book)
  witness.untold.clear()
  witness.isDisturbed = true
}
