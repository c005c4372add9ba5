import type {
  Moment,
  PlacePart,
  ReadingState,
  StatisticsPart,
  StatusPart,
} from './reading-state.ts'

/** What a device says about where its reader is in a book. A part it says nothing about is null. */
export type Report = {
  createdAt: number | null
  modified: Moment
  status: StatusPart | null
  statistics: StatisticsPart | null
  place: PlacePart | null
}

/** What a report did: the state after it, and whether it differs from the state before. */
export type Merged = { state: ReadingState; changed: boolean }

/**
 * Merges a report of the device `origin` into what is stored, part by part: the later instant wins, and of two parts of the
 * same instant the one that is further. So reports may come twice and in any order. A report that changes nothing leaves
 * everything as it was, the device's own words for "when" too (docs/protocol/reading-state.md).
 */
export function mergeReport(
  stored: ReadingState | null,
  report: Report,
  about: { book: string; origin: string | null },
): Merged {
  if (stored === null) {
    const createdAt = report.createdAt ?? report.modified.at
    const { modified, status, statistics, place } = report
    return {
      changed: true,
      state: { ...about, rev: 1, createdAt, modified, status, statistics, place },
    }
  }
  const status = laterPart(stored.status, report.status, statusRank)
  const statistics = laterPart(stored.statistics, report.statistics, (part) => part.spentMinutes)
  const place = laterPart(stored.place, report.place, (part) => part.percent)
  const changed =
    status !== stored.status || statistics !== stored.statistics || place !== stored.place
  if (!changed) return { state: stored, changed }
  const modified = report.modified.at > stored.modified.at ? report.modified : stored.modified
  return {
    changed,
    state: {
      ...stored,
      rev: stored.rev + 1,
      origin: about.origin,
      modified,
      status,
      statistics,
      place,
    },
  }
}

/** Whether a device that sent this report now has the same state as we do: every part that it reported is the one that is stored. */
export function isShared(state: ReadingState, report: Report): boolean {
  return (
    sharesPart(state.status, report.status) &&
    sharesPart(state.statistics, report.statistics) &&
    sharesPart(state.place, report.place)
  )
}

/**
 * Which of two moments is the later one: positive for the first. One from the future counts as its arrival; of two of them, which come
 * from a clock that is ahead, what that clock says decides, for they may arrive in any order.
 */
export function compareMoments(one: Moment, other: Moment): number {
  const [own, others] = [Date.parse(one.text), Date.parse(other.text)]
  const areBounded = own > one.at && others > other.at
  return areBounded ? own - others : one.at - other.at
}

/** The stored part itself unless the other one wins, so that a change shows. */
function laterPart<Part extends { modified: Moment }>(
  stored: Part | null,
  told: Part | null,
  furtherness: (part: Part) => number | null,
): Part | null {
  if (told === null) return stored
  if (stored === null) return told
  if (same(stored, told)) return stored
  const difference =
    compareMoments(told.modified, stored.modified) ||
    (furtherness(told) ?? -1) - (furtherness(stored) ?? -1) ||
    compare(canonical(told), canonical(stored))
  return difference > 0 ? told : stored
}

function sharesPart<Part extends { modified: Moment }>(
  stored: Part | null,
  told: Part | null,
): boolean {
  return told === null || (stored !== null && same(stored, told))
}

/** The same words are the same part, whenever they arrived. */
function same<Part extends { modified: Moment }>(one: Part, other: Part): boolean {
  return canonical(one) === canonical(other)
}

/** A part as text without its instant, which may have been bounded by its arrival. */
function canonical(part: { modified: Moment }): string {
  const { modified, ...rest } = part
  return JSON.stringify([modified.text, rest])
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function statusRank(part: StatusPart): number {
  return ['ReadyToRead', 'Reading', 'Finished'].indexOf(part.status)
}
