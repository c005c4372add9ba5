import { describe, expect, test } from 'vitest'
import { mergeReport } from '../../reading/merge.ts'
import { decodeStates, entitlementId } from './decode-states.ts'
import { encodeState } from './encode-state.ts'
import { encodeUpdateResults } from './update-results.ts'

const now = Date.UTC(2026, 5, 1)
const id = '6b1f2c3d-0000-5000-8000-000000000001'

const sent = {
  EntitlementId: id,
  Created: '2026-01-05T10:00:00Z',
  LastModified: '2026-05-01T13:10:10Z',
  PriorityTimestamp: '2026-05-01T13:10:10Z',
  StatusInfo: { LastModified: '2026-05-01T13:10:10Z', Status: 'Reading', TimesStartedReading: 1 },
  Statistics: {
    LastModified: '2026-05-01T13:10:09Z',
    SpentReadingMinutes: 37,
    RemainingTimeMinutes: 0,
  },
  CurrentBookmark: {
    LastModified: '2026-05-01T13:10:08Z',
    ProgressPercent: 33,
    ContentSourceProgressPercent: 0,
    Location: { Source: 'OEBPS/ch05.xhtml', Type: 'KoboSpan', Value: 'kobo.43.2' },
  },
}

function decoded(state: object) {
  const one = decodeStates({ ReadingStates: [state] }, now)?.[0]
  if (!one) throw new Error('The state was not understood.')
  return one
}

describe('a reading state', () => {
  test('goes back to the device exactly as it came', () => {
    const { report } = decoded(sent)
    const { state } = mergeReport(null, report, { book: id, origin: null })
    expect(encodeState(state)).toEqual(sent)
  })

  test('may leave out or empty any part', () => {
    const { report, parts } = decoded({
      EntitlementId: `"${id.toUpperCase()}"`,
      LastModified: '2026-05-01T13:10:10Z',
      StatusInfo: { LastModified: '2026-05-01T13:10:10Z', Status: 'ReadyToRead' },
      Statistics: null,
      CurrentBookmark: { LastModified: '2026-05-01T13:10:10Z', Location: null },
    })
    expect(report).toMatchObject({ statistics: null, place: null })
    expect(report.status).toMatchObject({ status: 'ReadyToRead', timesStarted: null })
    expect(parts).toEqual({ place: true, statistics: false, status: true })
  })

  test('names its book with or without quotation marks', () => {
    expect(entitlementId(`"${id.toUpperCase()}"`)).toBe(id)
  })

  test.each([
    ['OEBPS/ch1.xhtml', 'OEBPS/ch1.xhtml'],
    ['x.kepub.epub!!OEBPS/ch1.xhtml', 'OEBPS/ch1.xhtml'],
    ['a!b!OEBPS/ch1.xhtml', 'OEBPS/ch1.xhtml'],
  ])('at the source %s is at %s', (source, expected) => {
    const place = { ...sent.CurrentBookmark, Location: { Source: source, Value: 'kobo.1.1' } }
    expect(decoded({ ...sent, CurrentBookmark: place }).report.place?.location).toEqual({
      source: expected,
      type: 'KoboSpan',
      value: 'kobo.1.1',
    })
  })

  test('of tomorrow counts as of now, in its own words', () => {
    const { report, instant } = decoded({ ...sent, LastModified: '2031-01-01T00:00:00Z' })
    expect(report.modified).toEqual({ text: '2031-01-01T00:00:00Z', at: now })
    // What it proves is judged by the clock that the device really has.
    expect(instant).toBe(Date.UTC(2031, 0, 1))
  })

  test('without any moment was so when it arrived', () => {
    const { instant } = decoded({ EntitlementId: id, StatusInfo: { Status: 'Reading' } })
    expect(instant).toBe(now)
  })

  test('with odd values keeps what can be understood', () => {
    const { report } = decoded({
      EntitlementId: id,
      LastModified: 'soon',
      StatusInfo: { Status: 'Eaten' },
      CurrentBookmark: { ProgressPercent: 1000, ContentSourceProgressPercent: 12.5 },
    })
    expect(report.modified.at).toBe(now)
    expect(report.status).toBeNull()
    expect(report.place).toMatchObject({ percent: null, sourcePercent: 12.5 })
  })

  test.each([undefined, null, 7, [], {}, { ReadingStates: 'x' }])('is not %j', (body) => {
    expect(decodeStates(body, now)).toBeUndefined()
  })
})

test('a device hears success for each part it sent, and its own moment again', () => {
  const done = { Result: 'Success' }
  expect(encodeUpdateResults([decoded(sent)])).toEqual({
    RequestResult: 'Success',
    UpdateResults: [
      {
        EntitlementId: id,
        CurrentBookmarkResult: done,
        StatisticsResult: done,
        StatusInfoResult: done,
        LastModified: '2026-05-01T13:10:10Z',
        PriorityTimestamp: '2026-05-01T13:10:10Z',
      },
    ],
  })
})
