import type { ReportedState } from './decode-states.ts'

/**
 * The answer to a PUT of reading states: a result for every part that was sent, and the device's own LastModified as its
 * PriorityTimestamp, by which it knows later that the place is its own (docs/protocol/reading-state.md).
 */
export function encodeUpdateResults(reported: readonly ReportedState[]): object {
  const done = { Result: 'Success' }
  return {
    RequestResult: 'Success',
    UpdateResults: reported.map(({ id, parts, report }) => ({
      EntitlementId: id,
      ...(parts.place && { CurrentBookmarkResult: done }),
      ...(parts.statistics && { StatisticsResult: done }),
      ...(parts.status && { StatusInfoResult: done }),
      LastModified: report.modified.text,
      PriorityTimestamp: report.modified.text,
    })),
  }
}
