import type { PlacePart, ReadingState, StatisticsPart } from '../../reading/reading-state.ts'
import { formatTimestamp } from './timestamp.ts'

/**
 * A ReadingState as a Kobo reads it. When is said in the device's own words, and the PriorityTimestamp equals them: a later
 * one makes a Kobo ask whether to jump to another device's page (docs/protocol/reading-state.md). Numbers go back as they
 * came, a whole one without decimals, a zero as zero.
 */
export function encodeState(state: ReadingState): object {
  const modified = state.modified.text
  return {
    EntitlementId: state.book,
    Created: formatTimestamp(state.createdAt),
    LastModified: modified,
    PriorityTimestamp: modified,
    StatusInfo: {
      LastModified: state.status?.modified.text ?? modified,
      Status: state.status?.status ?? 'ReadyToRead',
      TimesStartedReading: state.status?.timesStarted ?? 0,
      ...(state.status?.lastStarted && { LastTimeStartedReading: state.status.lastStarted }),
      ...(state.status?.lastFinished && { LastTimeFinished: state.status.lastFinished }),
    },
    Statistics: encodeStatistics(state.statistics, modified),
    CurrentBookmark: encodePlace(state.place, modified),
  }
}

/** The state of a book that its reader never opened: nothing in it is later than the book itself. */
export function encodeUnread(book: { id: string; addedAt: number }): object {
  const modified = { text: formatTimestamp(book.addedAt), at: book.addedAt }
  return encodeState({
    book: book.id,
    rev: 0,
    origin: null,
    createdAt: book.addedAt,
    modified,
    status: null,
    statistics: null,
    place: null,
  })
}

function encodeStatistics(part: StatisticsPart | null, modified: string): object {
  return {
    LastModified: part?.modified.text ?? modified,
    ...(part?.spentMinutes != null && { SpentReadingMinutes: part.spentMinutes }),
    ...(part?.remainingMinutes != null && { RemainingTimeMinutes: part.remainingMinutes }),
  }
}

function encodePlace(part: PlacePart | null, modified: string): object {
  const location = part?.location
  return {
    LastModified: part?.modified.text ?? modified,
    ...(part?.percent != null && { ProgressPercent: part.percent }),
    ...(part?.sourcePercent != null && { ContentSourceProgressPercent: part.sourcePercent }),
    ...(location && {
      Location: { Source: location.source, Type: location.type, Value: location.value },
    }),
  }
}
