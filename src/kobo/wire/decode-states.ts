import { z } from 'zod'
import type { Report } from '../../reading/merge.ts'
import type { Location, Moment } from '../../reading/reading-state.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

/**
 * What one ReadingState of a PUT says, and the book's id on the wire ('' when it does not name one). `instant`: the latest moment that it
 * names, epoch ms by the device's own clock, which may be ahead; its arrival when it names none.
 */
export type ReportedState = { id: string; report: Report; parts: ReportedParts; instant: number }

/** Which parts the device sent at all: it is answered for these. */
export type ReportedParts = { place: boolean; statistics: boolean; status: boolean }

/**
 * Reads the body of a PUT of reading states; undefined when it is not one. Kobos leave parts out or send null, wrap the id in
 * quotation marks and put the name of the archive before a source (docs/protocol/reading-state.md): all of that is accepted.
 * `now` is the arrival: no instant inside counts as later than that, while its text stays the device's own.
 */
export function decodeStates(body: unknown, now: number): ReportedState[] | undefined {
  const parsed = BODY.safeParse(body)
  if (!parsed.success) return undefined
  return parsed.data.ReadingStates.map((state) => {
    const modified = momentOf(state.LastModified, now) ?? arrival(now)
    const { StatusInfo: status, Statistics: statistics, CurrentBookmark: place } = state
    const named = [state, status, statistics, place].flatMap(
      (part) => parseTimestamp(part?.LastModified ?? '') ?? [],
    )
    return {
      id: entitlementId(state.EntitlementId ?? ''),
      instant: named.length === 0 ? now : Math.max(...named),
      parts: { place: place !== null, statistics: statistics !== null, status: status !== null },
      report: {
        createdAt: momentOf(state.Created, now)?.at ?? null,
        modified,
        status: status?.Status
          ? {
              modified: momentOf(status.LastModified, now) ?? modified,
              status: status.Status,
              timesStarted: status.TimesStartedReading,
              lastStarted: status.LastTimeStartedReading,
              lastFinished: status.LastTimeFinished,
            }
          : null,
        statistics: said({
          modified: momentOf(statistics?.LastModified ?? null, now) ?? modified,
          spentMinutes: statistics?.SpentReadingMinutes ?? null,
          remainingMinutes: statistics?.RemainingTimeMinutes ?? null,
        }),
        place: said({
          modified: momentOf(place?.LastModified ?? null, now) ?? modified,
          percent: place?.ProgressPercent ?? null,
          sourcePercent: place?.ContentSourceProgressPercent ?? null,
          location: locationOf(place?.Location ?? null),
        }),
      },
    }
  })
}

/** An entitlement id without the quotation marks that some firmware puts around it. */
export function entitlementId(text: string): string {
  return text.replaceAll('"', '').trim().toLowerCase()
}

/** Anything of another shape counts as not said. */
const line = z.string().max(2000).nullable().catch(null).default(null)
const moment = line.transform((text) =>
  text !== null && parseTimestamp(text) !== undefined ? text : null,
)
const percent = z.number().min(0).max(100).nullable().catch(null).default(null)
const count = z.number().min(0).max(1_000_000_000).nullable().catch(null).default(null)

const STATE = z.object({
  EntitlementId: line,
  Created: line,
  LastModified: line,
  StatusInfo: z
    .object({
      LastModified: line,
      Status: z.enum(['ReadyToRead', 'Reading', 'Finished']).nullable().catch(null).default(null),
      TimesStartedReading: count,
      LastTimeStartedReading: moment,
      LastTimeFinished: moment,
    })
    .nullable()
    .catch(null)
    .default(null),
  Statistics: z
    .object({ LastModified: line, SpentReadingMinutes: count, RemainingTimeMinutes: count })
    .nullable()
    .catch(null)
    .default(null),
  CurrentBookmark: z
    .object({
      LastModified: line,
      ProgressPercent: percent,
      ContentSourceProgressPercent: percent,
      Location: z
        .object({ Source: line, Type: line, Value: line })
        .nullable()
        .catch(null)
        .default(null),
    })
    .nullable()
    .catch(null)
    .default(null),
})

const BODY = z.object({ ReadingStates: z.array(STATE).max(1000) })

/** A part that holds nothing but its moment says nothing: it must not take a place away. */
function said<Part extends { modified: Moment }>(part: Part): Part | null {
  const { modified: _, ...content } = part
  return Object.values(content).some((value) => value !== null) ? part : null
}

function momentOf(text: string | null, now: number): Moment | undefined {
  const at = text === null ? undefined : parseTimestamp(text)
  return text === null || at === undefined ? undefined : { text, at: Math.min(at, now) }
}

function arrival(now: number): Moment {
  return { text: formatTimestamp(now), at: now }
}

function locationOf(
  wire: { Source: string | null; Type: string | null; Value: string | null } | null,
): Location | null {
  if (!wire?.Value) return null
  const source = wire.Source ?? ''
  return {
    source: source.slice(source.lastIndexOf('!') + 1),
    type: wire.Type ?? 'KoboSpan',
    value: wire.Value,
  }
}
