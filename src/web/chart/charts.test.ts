import { describe, expect, test } from 'vitest'
import { attribute, below, elementsOf, wordsOf } from '../../../test/support/html.ts'
import { bucketsOfAges, bucketsOfWaits, quantile } from './buckets.ts'
import { Columns } from './columns.tsx'
import { placeMarks, tellMarks, type SyncEnd, type SyncMark } from './marks.ts'
import type { Agreement } from '../../sync/agreement.ts'
import { segmentsOf, tellAgreement } from './segments.ts'
import { Strip } from './strip.tsx'
import { Timeline } from './timeline.tsx'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const agreement = (...[wanted, offered, entitled, onDevice]: number[]): Agreement => ({
  wanted: wanted ?? 0,
  offered: offered ?? 0,
  entitled: entitled ?? 0,
  onDevice: onDevice ?? 0,
})

describe('the strip of an agreement', () => {
  test.each([
    [agreement(0, 0, 0, 0), []],
    [agreement(4, 4, 4, 4), [['on-device', 4, 100]]],
    [
      agreement(10, 8, 6, 4),
      [
        ['on-device', 4, 40],
        ['entitled', 2, 20],
        ['offered', 2, 20],
        ['gap', 2, 20],
      ],
    ],
    [agreement(5, 0, 0, 0), [['gap', 5, 100]]],
    [
      agreement(20_000, 19_999, 19_999, 19_999),
      [
        ['on-device', 19_999, 98.5],
        ['gap', 1, 1.5],
      ],
    ],
  ])('of %o has these pieces', (of, pieces) => {
    const found = segmentsOf(of)
    expect(
      found.map(({ of: what, books, share }) => [what, books, Number(share.toFixed(1))]),
    ).toEqual(pieces)
    const ends = found.map(({ from, share }) => from + share)
    expect(found.map(({ from }) => from)).toEqual([0, ...ends].slice(0, found.length))
    if (found.length > 0) expect(ends.at(-1)).toBeCloseTo(100)
  })

  test.each([
    [agreement(0, 0, 0, 0), 'Nothing is wanted on it.'],
    [agreement(1, 1, 1, 1), 'The one wanted book is on it.'],
    [agreement(9, 9, 9, 9), 'All 9 wanted books are on it.'],
    [agreement(9, 8, 8, 8), '8 of 9 wanted books are on it; 1 not there.'],
    [
      agreement(9, 8, 6, 1),
      '1 of 9 wanted books is on it; 5 known to it without proof of the file, 2 offered and not confirmed, 1 not there.',
    ],
  ])('of %o is told', (of, words) => {
    expect(tellAgreement(of)).toBe(words)
  })
})

const mark = (at: number, end: SyncEnd = 'whole'): SyncMark => ({
  id: String(at),
  at,
  end,
  sent: 0,
})

describe('the timeline of syncs', () => {
  test.each([
    ['none', [], []],
    [
      'the ends',
      [0, 1000],
      [
        [1.2, 0],
        [98.8, 0],
      ],
    ],
    ['what is outside', [-1, 500, 1001], [[50, 0]]],
    [
      'those of one time above one another',
      [500, 500, 500],
      [
        [50, 0],
        [50, 1],
        [50, 2],
      ],
    ],
    [
      'newest first as oldest first',
      [1000, 0],
      [
        [1.2, 0],
        [98.8, 0],
      ],
    ],
    [
      'more than there are rows',
      Array.from({ length: 7 }, () => 500),
      [0, 1, 2, 3, 4, 4, 4].map((row) => [50, row]),
    ],
  ])('places %s', (_, times, places) => {
    const placed = placeMarks(
      times.map((at) => mark(at)),
      { from: 0, to: 1000 },
    )
    expect(placed.map(({ x, row }) => [Math.round(x * 10) / 10, row])).toEqual(places)
  })

  test.each([
    [[], 'No sync in four weeks.'],
    [['whole'], 'One sync in four weeks; none broke off.'],
    [
      ['whole', 'broken', 'quiet', 'broken'],
      '4 syncs in four weeks; 2 broke off, 1 never asked for its library.',
    ],
  ] as [SyncEnd[], string][])('of %o is told', (ends, words) => {
    expect(
      tellMarks(
        ends.map((end) => mark(0, end)),
        { span: 'four weeks', more: false },
      ),
    ).toBe(words)
  })

  test('that are not all there are told as the newest', () => {
    const marks = [mark(0), mark(1, 'broken')]
    expect(tellMarks(marks, { span: 'four weeks', more: true })).toBe(
      'The newest 2 syncs of four weeks; 1 broke off.',
    )
  })
})

describe('columns', () => {
  test('count whole days that have passed, and what has no proof apart', () => {
    const ages = [
      [0, 1],
      [1, 2],
      [6, 4],
      [7, 8],
      [90, 16],
      [91, 32],
      [365, 64],
      [null, 128],
    ] as const
    expect(bucketsOfAges(ages).map(({ label, count }) => [label, count])).toEqual([
      ['day', 1],
      ['week', 6],
      ['month', 8],
      ['quarter', 16],
      ['year', 32],
      ['older', 64],
      ['none', 128],
    ])
  })

  test('count waits', () => {
    expect(bucketsOfWaits([0, HOUR, HOUR + 1, 9 * DAY]).map(({ count }) => count)).toEqual([
      1, 1, 1, 0, 0, 1,
    ])
  })

  test.each([
    [[], 0.5, undefined],
    [[7], 0.5, 7],
    [[3, 1, 2], 0.5, 2],
    [[4, 3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95, 10],
  ])('of %o, the part %d is at %s', (values, part, at) => {
    expect(quantile(values, part)).toBe(at)
  })
})

describe('every chart', () => {
  const charts = {
    strip: Strip({ id: 'one', of: 'Libra', agreement: agreement(10, 8, 6, 4) }),
    timeline: Timeline({
      id: 'one',
      of: 'Libra',
      marks: [mark(5 * DAY), mark(20 * DAY, 'broken'), mark(20 * DAY, 'quiet')],
      more: false,
      now: 28 * DAY,
      tell: (at) => `day ${at / DAY}`,
      when: ({ at }) => `day ${at / DAY}`,
    }),
    columns: Columns({
      id: 'one',
      name: 'Age of proof',
      sentence: 'One is new.',
      of: 'Proven',
      buckets: bucketsOfAges([
        [0, 1],
        [2, 200],
      ]),
    }),
  }

  test.each(Object.entries(charts))(
    '%s has a name, a sentence and a twin, and no style of its own',
    async (_, chart) => {
      const all = elementsOf(String(await chart))
      const [svg] = all.filter(({ tagName }) => tagName === 'svg')
      if (!svg) throw new Error('Nothing was drawn.')
      const by = (attribute(svg, 'aria-labelledby') ?? '').split(' ')
      const named = by.map((id) => below(svg).find((each) => attribute(each, 'id') === id))
      expect(named.map((each) => each && wordsOf(each).length > 5)).toEqual([true, true])
      expect(attribute(svg, 'role')).toBe('img')
      expect(all.filter(({ tagName }) => tagName === 'table')).toHaveLength(1)
      expect(all.flatMap(({ attrs }) => attrs.filter(({ name }) => name === 'style'))).toEqual([])
    },
  )

  test('the twin says every number that is drawn', async () => {
    const [strip, timeline, columns] = await Promise.all(
      Object.values(charts).map(async (chart) =>
        elementsOf(String(await chart))
          .filter(({ tagName }) => tagName === 'tr')
          .map(wordsOf),
      ),
    )
    expect(strip).toEqual(['Wanted 10', 'Offered 8', 'Entitled 6', 'On device 4', 'Apart 6'])
    expect(timeline).toEqual([
      'Began How it ended Sent',
      'day 20 never asked for its library 0',
      'day 20 broke off 0',
      'day 5 complete 0',
    ])
    expect(columns).toContain('within a week 200')
  })

  test('a sync that broke off is drawn otherwise than a whole one', async () => {
    const circles = elementsOf(String(await charts.timeline)).filter(
      ({ tagName }) => tagName === 'circle',
    )
    expect(circles.map((each) => attribute(each, 'class'))).toEqual(['whole', 'broken', 'quiet'])
  })
})
