import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isShared, mergeReport, type Report } from './merge.ts'
import type { Moment, ReadingState } from './reading-state.ts'

const about = { book: 'b', origin: 'kobo' }

function at(seconds: number): Moment {
  return { text: new Date(seconds * 1000).toISOString().replace('.000', ''), at: seconds * 1000 }
}

function report(seconds: number, parts: Partial<Report> = {}): Report {
  return {
    createdAt: null,
    modified: at(seconds),
    status: null,
    statistics: null,
    place: null,
    ...parts,
  }
}

function place(seconds: number, percent: number) {
  return { modified: at(seconds), percent, sourcePercent: null, location: null }
}

const moments = fc.nat({ max: 5 }).map(at)
const counts = fc.option(fc.nat({ max: 3 }))
const reports: fc.Arbitrary<Report> = fc.record({
  createdAt: fc.constant(null),
  modified: moments,
  status: fc.option(
    fc.record({
      modified: moments,
      status: fc.constantFrom('ReadyToRead' as const, 'Reading' as const, 'Finished' as const),
      timesStarted: counts,
      lastStarted: fc.constant(null),
      lastFinished: fc.constant(null),
    }),
  ),
  statistics: fc.option(
    fc.record({ modified: moments, spentMinutes: counts, remainingMinutes: counts }),
  ),
  place: fc.option(
    fc.record({
      modified: moments,
      percent: counts,
      sourcePercent: counts,
      location: fc.option(
        fc.record({
          source: fc.constant('c1.xhtml'),
          type: fc.constant('KoboSpan'),
          value: fc.constantFrom('kobo.1.1', 'kobo.2.1'),
        }),
      ),
    }),
  ),
})

function mergeAll(all: Report[]): ReadingState | null {
  return all.reduce<ReadingState | null>((state, one) => mergeReport(state, one, about).state, null)
}

describe('merging', () => {
  test('the same report again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(reports, { minLength: 1, maxLength: 5 }), (all) => {
        const state = mergeAll(all)
        for (const one of all)
          expect(mergeReport(state, one, about)).toEqual({ state, changed: false })
      }),
    )
  })

  test('the order in which reports arrive makes no difference', () => {
    fc.assert(
      fc.property(fc.array(reports, { minLength: 1, maxLength: 5 }), (all) => {
        const [one, other] = [mergeAll(all), mergeAll(all.toReversed())]
        expect([one?.status, one?.statistics, one?.place]).toEqual([
          other?.status,
          other?.statistics,
          other?.place,
        ])
      }),
    )
  })

  test('every part goes its own way', () => {
    const statistics = { modified: at(9), spentMinutes: 5, remainingMinutes: null }
    const state = mergeAll([
      report(9, { statistics, place: place(1, 10) }),
      report(5, { place: place(5, 40) }),
    ])
    expect(state).toMatchObject({ rev: 2, statistics, place: { percent: 40 } })
  })

  test('an older place does not replace a newer one, and the moment stays what it was', () => {
    const stored = mergeAll([report(5, { place: place(5, 40) })])
    const { state, changed } = mergeReport(stored, report(9, { place: place(4, 90) }), about)
    expect(changed).toBe(false)
    expect(state).toBe(stored)
  })

  test('reading back is a move like any other', () => {
    const state = mergeAll([report(5, { place: place(5, 40) }), report(6, { place: place(6, 12) })])
    expect(state).toMatchObject({ rev: 2, modified: at(6), place: { percent: 12 } })
  })

  test('of two places of the same second the further one counts', () => {
    const all = [report(5, { place: place(5, 41) }), report(5, { place: place(5, 40) })]
    expect(mergeAll(all)?.place?.percent).toBe(41)
    expect(mergeAll(all.toReversed())?.place?.percent).toBe(41)
  })

  test('of two places told by a clock that is ahead the one that it calls later counts, in whatever order they arrive', () => {
    const ahead = (seconds: number, arrival: number, percent: number) => ({
      ...place(seconds, percent),
      modified: { ...at(seconds), at: arrival * 1000 },
    })
    const all = [
      report(900, { place: ahead(900, 10, 40) }),
      report(800, { place: ahead(800, 20, 30) }),
    ]
    expect(mergeAll(all)?.place?.percent).toBe(40)
  })

  test('a part that is not reported stays', () => {
    const state = mergeAll([report(5, { place: place(5, 40) }), report(9)])
    expect(state).toMatchObject({ rev: 1, modified: at(5), place: { percent: 40 } })
  })
})

test('a device shares our state when all it told is what we keep', () => {
  const told = report(5, { place: place(5, 40) })
  const stored = mergeAll([told])
  if (!stored) throw new Error('Nothing was stored.')
  expect(isShared(stored, told)).toBe(true)
  expect(isShared(stored, report(6))).toBe(true)
  expect(isShared(stored, report(4, { place: place(4, 30) }))).toBe(false)
})
