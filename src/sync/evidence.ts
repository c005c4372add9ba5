import type { BookEntry } from './book-entry.ts'
import { foldStay } from './fold.ts'
import { NOTHING, type Holding } from './holding.ts'
import { isSweeping } from './log.ts'
import { isNewer, isStronger, type Denial, type Proof } from './sign.ts'
import { isLater, momentOf, NO_STAY, type Moment, type Stay } from './stay.ts'

/** What the log knows of one book on one device: the holding, and what it rests on. */
export type Evidence = {
  holding: Holding
  /** The strongest proof of this stay. */
  proof: Proof | null
  /** The newest evidence against it that nothing has refuted. */
  denial: Denial | null
  /** The newest new of this stay, and when the last byte of a download of this stay went out. Times in epoch ms. */
  offer: { at: number; place: number; acknowledged: boolean } | null
  downloadedAt: number | null
  /** The newest removal; when the reader removed it there, if nothing was sent of it since. */
  removal: { at: number; acknowledged: boolean } | null
  deletedAt: number | null
  /** When the device last gave a sign of this book. */
  lastSeenAt: number | null
  /** Every entry that is about the book, and those about the whole device that changed what it holds of it; oldest first. */
  trail: Trace[]
}

/** An entry on the trail. `at`: when it was so; `undone`: the device has forgotten it since. */
export type Trace = { entry: BookEntry; at: number; undone: boolean }

/** What the entries that bear on a book say of it, in the order of the log. Pure. */
export function readEvidence(entries: readonly BookEntry[]): Evidence {
  const found: Evidence = {
    holding: NOTHING,
    proof: null,
    denial: null,
    offer: null,
    downloadedAt: null,
    removal: null,
    deletedAt: null,
    lastSeenAt: null,
    trail: [],
  }
  let before: Readonly<Stay> = NO_STAY
  const stay = foldStay(entries, (entry, after, undone) => {
    if (!isSweeping(entry) || (!undone && isOtherwise(before, after)))
      found.trail.push({ entry, at: instantOf(entry), undone })
    if (SIGNS.has(entry.kind)) found.lastSeenAt = Math.max(found.lastSeenAt ?? 0, entry.at)
    // What the reader wished outlives a device that goes back in time.
    if (entry.kind === 'delete' && !entry.repeat) found.deletedAt = entry.at
    if (!undone) {
      forgetEnded(found, after)
      hearDenial(found, entry, before, after)
      hearProof(found, entry, after, entries)
    }
    before = { ...after }
  })
  const { since: _, filled: __, ...holding } = stay
  return { ...found, holding }
}

/** A stay that ended takes its proofs with it; what is known not to be there takes those of its file. */
function forgetEnded(found: Evidence, { state, file }: Stay): void {
  if (!file) {
    found.downloadedAt = null
    if (found.proof?.level !== 'row') found.proof = null
  }
  if (state !== 'none') return
  found.proof = null
  found.offer = null
}

function hearDenial(found: Evidence, entry: BookEntry, before: Stay, after: Stay): void {
  if (entry.kind === 'operation') return hearOperation(found, entry, before, after)
  if (entry.kind === 'delete' && !entry.repeat) found.denial = null
  if (entry.kind === 'audited' && entry.row) found.denial = null
  const kind = deniedBy(entry, before, after)
  if (kind) found.denial = { kind, at: instantOf(entry), place: entry.seq }
  if (kind === 'consent' || kind === 'epoch') found.proof = null
}

function deniedBy(entry: BookEntry, before: Stay, after: Stay): Denial['kind'] | undefined {
  const { kind } = entry
  const wasThere = before.state !== 'none'
  if (kind === 'unlisted') return wasThere ? kind : undefined
  if (kind === 'audited') return wasThere && !entry.row ? kind : undefined
  if (kind === 'missed' && wasThere) return entry.row ? 'file-missed' : 'row-missed'
  if (kind === 'epoch') return after.why === kind && before.why !== kind ? kind : undefined
  if (kind === 'restored') return beganWith(after, entry) ? kind : undefined
  if (kind === 'retract') return 'retracted'
  return kind === 'consent' || kind === 'rolled-back' ? kind : undefined
}

function hearOperation(
  found: Evidence,
  entry: Extract<BookEntry, { kind: 'operation' }>,
  before: Stay,
  after: Stay,
): void {
  const { at, seq: place, acknowledged, operation } = entry
  if (operation.verb === 'new' || operation.verb === 'file') {
    found.offer = { at, place, acknowledged }
    found.deletedAt = null
    if (after.state !== 'unsure' && beganWith(after, entry)) {
      found.denial = null
      found.proof = null
    }
  }
  if (operation.verb !== 'removal') return
  found.removal = { at, acknowledged }
  if (acknowledged) {
    found.denial = null
    found.deletedAt = null
  } else if (after.state === 'unsure') {
    const isRetracted = before.state === 'unsure' && found.denial?.kind === 'retracted'
    found.denial = { kind: isRetracted ? 'retracted' : 'removal', at, place }
  }
}

function beganWith({ since }: Stay, entry: BookEntry): boolean {
  return since !== 'open' && since?.seq === entry.seq
}

/** Only what is later than what began or ended the stay proves anything of it, as in the fold. */
function hearProof(
  found: Evidence,
  entry: BookEntry,
  stay: Stay,
  entries: readonly BookEntry[],
): void {
  const shown = shownBy(entry)
  if (!shown || stay.state !== 'held' || stay.consent !== null) return
  const at = instantOf(entry)
  const moment = momentIn(entry)
  // By a clock that is ahead of ours nothing can be put in order: it only tells of a book that is held.
  if (moment && !isLater(moment, stay.since) && entry.kind !== 'audited') return
  const undated = found.denial ? 0 : entry.seq
  const proof = { ...shown, at, place: moment ? placeOf(moment, entry, entries) : undated }
  if (entry.kind === 'download-completed') found.downloadedAt = at
  if (isStronger(proof, found.proof)) found.proof = proof
  if (found.denial && refutes(proof, found.denial)) found.denial = null
}

/** The file speaks against every doubt before it; a book that is known there was not removed, but may have lost its file. */
function refutes(proof: Proof, denial: Denial): boolean {
  if (!isNewer(proof, denial)) return false
  return proof.level === 'file' || ABOUT_ROWS.has(denial.kind)
}

/** Whoever knows the book refutes these, with its file or without. */
const ABOUT_ROWS: ReadonlySet<Denial['kind']> = new Set(['removal', 'retracted', 'row-missed'])

function shownBy(entry: BookEntry): Pick<Proof, 'kind' | 'level'> | undefined {
  const { kind } = entry
  if (kind === 'audited')
    return entry.row ? { kind, level: entry.file ? 'file' : 'row' } : undefined
  const file = FILE_PROOFS.find((each) => each === kind)
  if (file) return { kind: file, level: 'file' }
  const row = ROW_PROOFS.find((each) => each === kind)
  if (row) return { kind: row, level: 'row' }
  return kind === 'download-begun' ? { kind, level: 'begun' } : undefined
}

const FILE_PROOFS = ['download-completed', 'state', 'annotation', 'listed'] as const
const ROW_PROOFS = ['metadata-asked', 'cover-asked', 'annotations-asked', 'tagged'] as const

/** When what an entry tells was so, epoch ms: never after its arrival, whatever the device's clock says. */
function instantOf(entry: BookEntry): number {
  if (entry.kind === 'audited' || entry.kind === 'missed')
    return Math.min(entry.copied ?? entry.at, entry.at)
  return 'instant' in entry ? Math.min(entry.instant, entry.at) : entry.at
}

/** The time of which a proof speaks; null where no clock tells. */
function momentIn(entry: BookEntry): Moment | null {
  if (entry.kind === 'audited' && entry.copied !== undefined) return { instant: instantOf(entry) }
  return 'instant' in entry ? momentOf(entry) : entry
}

/** The last place in the log at which it was not later than the moment. */
function placeOf(moment: Moment, entry: BookEntry, entries: readonly BookEntry[]): number {
  if ('seq' in moment) return moment.seq
  const { instant } = moment
  return entries.findLast((each) => each.seq <= entry.seq && each.at <= instant)?.seq ?? 0
}

/** What only the device itself does with a book. */
const SIGNS = new Set<string>([...FILE_PROOFS, ...ROW_PROOFS, 'download-begun', 'delete'])

function isOtherwise(before: Stay, after: Stay): boolean {
  return before.state !== after.state || before.file !== after.file || before.why !== after.why
}
