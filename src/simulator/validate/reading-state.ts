import { filledText, isRecord, number, object, oneOf, percent, text, timestamp } from './shape.ts'

/** One reading state (docs/protocol/reading-state.md). */
export const readingState = object(
  {
    EntitlementId: filledText,
    Created: timestamp,
    LastModified: timestamp,
    PriorityTimestamp: timestamp,
    StatusInfo: object(
      { LastModified: timestamp, Status: oneOf('ReadyToRead', 'Reading', 'Finished') },
      { TimesStartedReading: number, LastTimeStartedReading: timestamp },
    ),
  },
  {
    Statistics: object(
      { LastModified: timestamp },
      { SpentReadingMinutes: number, RemainingTimeMinutes: number },
    ),
    CurrentBookmark: object(
      { LastModified: timestamp },
      {
        ProgressPercent: percent,
        ContentSourceProgressPercent: percent,
        Location: object({ Value: text, Type: text }, { Source: text }),
      },
    ),
  },
)

const result = object({ Result: oneOf('Success', 'Ignored', 'Failure', 'Conflict') })

const putAnswer = object({ RequestResult: oneOf('Success', 'Failure', 'FailedCommands') })

const updateResult = object(
  { CurrentBookmarkResult: result, StatisticsResult: result, StatusInfoResult: result },
  { LastModified: timestamp, PriorityTimestamp: timestamp },
)

/** What is wrong with the answer to a PUT of the state of book `id`. */
export function complaintsAboutPut(answer: unknown, id: string): string[] {
  const complaints = putAnswer(answer, 'the answer')
  const results = isRecord(answer) ? answer['UpdateResults'] : undefined
  if (!Array.isArray(results)) return [...complaints, 'UpdateResults must be an array']
  const mine: unknown = results.find(
    (each: unknown) => isRecord(each) && each['EntitlementId'] === id,
  )
  if (mine === undefined) return [...complaints, `UpdateResults must name the book ${id}`]
  return [...complaints, ...updateResult(mine, 'UpdateResults[]')]
}

/**
 * Whole percentages that are written with a decimal point: the device takes `33.0` for another place than `33` and asks
 * whether to go there.
 */
export function pointedNumbers(json: string): string[] {
  return /"(?:ContentSource)?ProgressPercent"\s*:\s*\d+\.0+\s*[,}]/.test(json)
    ? ['a whole percentage must be written without a decimal point']
    : []
}
