import type { Holding } from './holding.ts'
import { isNewer, type Denial, type Proof } from './sign.ts'

/** How a book stands with a device, in one word. */
export const STATUSES = [
  'not-wanted',
  'excluded',
  'preparing',
  'waiting',
  'offered',
  'entitled',
  'on-device',
  'doubtful',
  'missing',
  'leaving',
  'orphan',
  'foreign',
] as const

export type Status = (typeof STATUSES)[number]

/** What people look for among the books of a device, and the statuses that it means. */
export const FILTERS = {
  missing: ['missing'],
  doubtful: ['doubtful'],
  extra: ['orphan', 'foreign'],
} as const satisfies Record<string, readonly Status[]>

export type Filter = keyof typeof FILTERS

/** Everything that the status of one book on one device follows from. */
export type Situation = {
  /** It is in the catalogue, or was. */
  ours: boolean
  /** On a shelf that the device carries, not deleted, not excluded. */
  wanted: boolean
  /** Its artifact is finished. */
  prepared: boolean
  holding: Pick<Holding, 'state' | 'file' | 'consent' | 'excluded'>
  /** The strongest proof of its stay. */
  proof: Proof | null
  /** The newest evidence against it that nothing has refuted. */
  denial: Denial | null
  /** A new of this stay that was not acknowledged; it is newer than the denial. */
  offered: boolean
}

/** The status: the first in this order that fits. */
export function statusOf(situation: Situation): Status {
  const { ours, wanted, prepared, holding } = situation
  const isHeld = holding.state === 'held'
  if (holding.excluded) return 'excluded'
  if (isMissing(situation)) return 'missing'
  if (isLeaving(situation)) return 'leaving'
  if (!ours) return 'foreign'
  if (isHeld && !wanted) return 'orphan'
  if (isDoubtful(situation)) return 'doubtful'
  if (isHeld && isThere(situation)) return 'on-device'
  if (isHeld) return 'entitled'
  if (wanted && (situation.offered || holding.state === 'offered')) return 'offered'
  if (wanted) return prepared ? 'waiting' : 'preparing'
  return 'not-wanted'
}

/** The owner, an audit or a list says that it is not there, and it was not sent since. */
function isMissing({ wanted, holding, denial, offered }: Situation): boolean {
  if (!wanted || offered) return false
  if (holding.consent === 'given') return true
  if (holding.state === 'none') return denial?.kind === 'audited' || denial?.kind === 'unlisted'
  const isGone = holding.state === 'unsure' && !holding.file
  return isGone && (denial?.kind === 'consent' || denial?.kind === 'epoch')
}

/**
 * A removal is offered or due and nothing shows that the book is there. What is still held and unwanted is an orphan until its removal
 * was offered. A wanted book leaves only when its owner wants it removed and sent anew.
 */
function isLeaving({ wanted, holding, denial }: Situation): boolean {
  if (wanted) return holding.state === 'unsure' && denial?.kind === 'retracted'
  return holding.state === 'offered' || holding.state === 'unsure'
}

/** What speaks against it is newer than what speaks for it. What an audit missed waits for heal, whatever was believed of its file. */
function isDoubtful({ wanted, holding, proof, denial }: Situation): boolean {
  if (!wanted || denial === null || !isNewer(denial, proof)) return false
  const isKnown = holding.state === 'held' || holding.state === 'unsure'
  return isKnown && (holding.file || denial.kind === 'row-missed' || denial.kind === 'file-missed')
}

/** That something was sent or acknowledged is no proof, and neither is a download that only began. */
function isThere({ holding, proof }: Situation): boolean {
  return holding.file && proof?.level === 'file'
}
