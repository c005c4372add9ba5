import { isFileProof } from './file-proof.ts'
import type { Entry } from './log.ts'
import { newestReturn, replayStays, unnamed } from './replay.ts'
import type { Stay } from './stay.ts'

/**
 * What a sync without a token of ours came to: the library is *there*, it is *gone* (a new epoch begins at `from`), or nobody
 * can tell and its person must be *asked*. `from` is the first of the syncs that are one question; it names the question.
 */
export type Judgement = { verdict: 'there' | 'gone' | 'ask'; from: number }

/**
 * Judges the session that began with the entry at `session` once it is over. A factory reset, a sign-out, an update of the
 * firmware, a day with Kobo's own store and a lost token look alike, and announcing everything to a library that is there
 * turns downloads into placeholders. `open`: the question that is still open from before, if any; a later sign that the library
 * is there closes it. Undefined when there is nothing to judge.
 */
export function judgeAmnesia(
  log: readonly Entry[],
  session: number,
  open: number | null,
): Judgement | undefined {
  const during = log.filter((entry) => entry.seq >= session)
  const isTokenless = during.some((entry) => entry.kind === 'tokenless')
  const from = isTokenless ? firstOfQuestion(log, session) : open
  if (from === null) return undefined
  const before = log.filter((entry) => entry.seq < from)
  const then = replayStays(before, null)
  const mightBeThere = [...then.values()].some((stay) => stay.file) || unnamed(before).file
  if (!mightBeThere) return undefined
  if (isThere(log, from, then)) return { verdict: 'there', from }
  if (!isTokenless) return undefined
  const isGone =
    (wasActivated(log, from) || isEmptied(before, during)) && asksForCoversAgain(log, session, from)
  if (isGone) return { verdict: 'gone', from }
  if (neverGotAToken(log, from) || wasToldBefore(log, session, from)) return undefined
  return { verdict: 'ask', from }
}

/** The books that the question at `from` is about: their files may have been there before it. */
export function booksInQuestion(log: readonly Entry[], from: number): string[] {
  const then = replayStays(
    log.filter((entry) => entry.seq < from),
    null,
  )
  return [...then].flatMap(([book, stay]) => (stay.file ? [book] : []))
}

/** Syncs without a token, with no sign of life between them, are one question: the place of the first. Null for none. */
function firstOfQuestion(log: readonly Entry[], session: number): number | null {
  const life = log.findLast((entry) => entry.seq < session && isSignOfLife(entry))?.seq ?? 0
  return log.find((entry) => entry.seq > life && entry.kind === 'tokenless')?.seq ?? null
}

function isSignOfLife(entry: Entry): boolean {
  return (
    entry.kind === 'returned' ||
    entry.kind === 'list' ||
    entry.kind === 'audited' ||
    entry.kind === 'missed' ||
    (entry.kind === 'answered' && entry.from !== null) ||
    isFileProof(entry)
  )
}

/** Something that only a device with the file does, for a book whose file may have been there before, in the same stay. */
function isThere(log: readonly Entry[], from: number, then: ReadonlyMap<string, Stay>): boolean {
  const signs = log.filter(
    (entry) =>
      entry.seq > from &&
      (entry.kind === 'state' ||
        entry.kind === 'listed' ||
        entry.kind === 'annotation' ||
        entry.kind === 'annotations-asked'),
  )
  if (signs.length === 0) return false
  const now = replayStays(log, newestReturn(log))
  const anew = announcedSince(log, from)
  return signs.some(
    (entry) =>
      'book' in entry &&
      !anew.has(entry.book) &&
      then.get(entry.book)?.file &&
      beganBefore(now.get(entry.book), from),
  )
}

/** Books that were announced as new since: what is done with them says nothing of what was there before, taken or not. */
function announcedSince(log: readonly Entry[], from: number): Set<string> {
  const operations = log.flatMap((entry) =>
    entry.kind === 'page' && entry.seq > from ? entry.operations : [],
  )
  return new Set(
    operations.flatMap(({ verb, book }) => (verb === 'new' || verb === 'file' ? [book] : [])),
  )
}

function beganBefore(stay: Stay | undefined, seq: number): boolean {
  if (stay === undefined || stay.since === undefined) return true
  return stay.since !== 'open' && stay.since.seq < seq
}

/** The device was set up anew since its token last came. */
function wasActivated(log: readonly Entry[], from: number): boolean {
  const returned = log.findLast((entry) => entry.seq < from && entry.kind === 'returned')?.seq ?? 0
  return log.some((entry) => entry.seq > returned && entry.kind === 'activation')
}

/** An inventory names none of the books that lists used to name. */
function isEmptied(before: readonly Entry[], during: readonly Entry[]): boolean {
  return (
    before.some((entry) => entry.kind === 'listed') &&
    during.some((entry) => entry.kind === 'list' && entry.inventory && !entry.known)
  )
}

/**
 * A sign of emptiness that signing out does not give: the cover of a book that was never downloaded is asked for again. A Kobo
 * keeps covers for ever, and this one had it, since it went through later syncs without asking. What it had before it lost a token or went
 * back in time says nothing, and nor does the cover of a book that was told anew: it may be another one.
 */
function asksForCoversAgain(log: readonly Entry[], session: number, from: number): boolean {
  const turn = log.findLast((entry) => entry.seq < from && LOSES_SIGHT.has(entry.kind))?.seq ?? 0
  const lately = log.filter((entry) => entry.seq > turn && entry.seq < from)
  const asked = log.filter((entry) => entry.seq > session && entry.kind === 'cover-asked')
  return asked.some(
    (entry) =>
      'book' in entry &&
      !log.some(
        (past) =>
          past.seq < session && 'book' in past && past.book === entry.book && isFileProof(past),
      ) &&
      !wasChanged(log, entry.book) &&
      hadCover(lately, entry.book),
  )
}

const LOSES_SIGHT: ReadonlySet<string> = new Set(['tokenless', 'restored', 'rolled-back', 'epoch'])

function wasChanged(log: readonly Entry[], book: string): boolean {
  const told = log.flatMap((entry) =>
    entry.kind === 'page'
      ? entry.operations.filter((each) => each.book === book && each.verb !== 'removal')
      : [],
  )
  return new Set(told.map(({ metaRev }) => metaRev)).size > 1
}

/** Without a list at their end, so many complete syncs must have passed without the cover being asked for. */
const QUIET_SYNCS = 3

function hadCover(before: readonly Entry[], book: string): boolean {
  const asked = before.findLastIndex(
    (entry) => entry.kind === 'cover-asked' && 'book' in entry && entry.book === book,
  )
  if (asked < 0) return false
  let quiet = 0
  let isComplete = false
  let isLater = false
  for (const entry of before.slice(asked + 1)) {
    if (entry.kind === 'session') {
      isLater = true
      isComplete = false
    } else if (isLater && entry.kind === 'complete' && !isComplete) {
      isComplete = true
      quiet += 1
    } else if (isComplete && entry.kind === 'list') return true
  }
  return quiet >= QUIET_SYNCS
}

/** Nothing was sent since an earlier sync without a token, so the device has none to lose: that it comes without one is no news. */
function neverGotAToken(log: readonly Entry[], from: number): boolean {
  const last = log.findLast((entry) => entry.kind === 'tokenless' && entry.seq < from)
  return last !== undefined && !log.some((entry) => entry.kind === 'page' && entry.seq > last.seq)
}

/** How long it holds that its person said beforehand that the library is kept, in ms. */
const HOLDS = 24 * 60 * 60_000

/** Its person said a moment ago that the library is kept, nothing was heard since, and this is the first session since. */
function wasToldBefore(log: readonly Entry[], session: number, from: number): boolean {
  const asked = log.find((entry) => entry.seq === from)
  const told = log.findLast(
    (entry) => entry.seq < from && (entry.kind === 'answered' || isSignOfLife(entry)),
  )
  if (told?.kind !== 'answered' || told.from !== null || told.library !== 'kept') return false
  if (!asked || asked.at - told.at > HOLDS) return false
  return !log.some(
    (entry) => entry.kind === 'session' && entry.seq > told.seq && entry.seq < session,
  )
}
