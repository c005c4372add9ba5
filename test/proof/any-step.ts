import fc from 'fast-check'
import { HEALED } from '../../src/audit/standing.ts'
import type { Step } from './step.ts'

/** How many books a world has. */
export const BOOKS = 6

/** One of the two Kobos. */
export const anyKobo = fc.constantFrom(0 as const, 1 as const)

/** One of the books. */
export const anyBook = fc.nat(BOOKS - 1)

const seed = fc.nat(1_000_000)
const edit = fc.option(
  fc.record({
    do: fc.constantFrom('shelve' as const, 'unshelve' as const, 'rename' as const),
    book: anyBook,
    at: fc.integer({ min: 1, max: 8 }),
  }),
  { freq: 4, nil: null },
)

function of<Do extends string>(weight: number, ...what: Do[]) {
  return { weight, what }
}

const sync = fc.record({
  do: fc.constant('sync' as const),
  kobo: anyKobo,
  rate: fc.constantFrom(0 as const, 6 as const, 25 as const),
  seed,
  edit,
  once: fc.option(
    fc.record({
      kind: fc.constantFrom(
        'lose-reply' as const,
        'cut-reply' as const,
        'postpone' as const,
        'twin-later' as const,
        'crash-before-token' as const,
      ),
      on: fc.constantFrom(
        'library' as const,
        'state' as const,
        'removal' as const,
        'download' as const,
      ),
    }),
    { freq: 6, nil: null },
  ),
})

/** Any one thing: mostly what happens every day. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 38, arbitrary: sync },
  {
    weight: 24,
    arbitrary: fc.record({
      do: weighted([
        of(10, 'shelve' as const),
        of(6, 'unshelve' as const),
        of(3, 'rename' as const),
        of(1, 'delete book' as const, 'restore book' as const, 'again' as const),
        of(2, 'not ready' as const),
      ]),
      book: anyBook,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: weighted([
        of(5, 'remove' as const, 'remove download' as const, 'highlight' as const),
        of(1, 'lose row' as const, 'delete file' as const),
      ]),
      kobo: anyKobo,
      book: anyBook,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tap' as const),
      rate: fc.constantFrom(0 as const, 25 as const),
      seed,
      kobo: anyKobo,
      book: anyBook,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      offline: fc.boolean(),
      kobo: anyKobo,
      book: anyBook,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('resend' as const, 'retract' as const, 'bring back' as const),
      kobo: anyKobo,
      book: anyBook,
    }),
  },
  {
    weight: 13,
    arbitrary: fc.record({
      do: weighted([
        of(2, 'lose token' as const, 'device snapshot' as const, 'device restore' as const),
        of(1, 'store token' as const, 'sign out' as const, 'factory reset' as const),
        of(1, 'reset sync' as const, 'pause' as const, 'policy' as const),
        of(1, 'stranger' as const),
      ]),
      kobo: anyKobo,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: weighted([
        of(1, 'wipe' as const, 'older database' as const),
        of(5, 'copy database' as const),
      ]),
      kobo: anyKobo,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('audit' as const),
      copy: fc.constantFrom('now' as const, 'earlier' as const),
      listing: fc.boolean(),
      day: fc.constantFrom(
        'right' as const,
        'right' as const,
        'unknown' as const,
        'too young' as const,
      ),
      kobo: anyKobo,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('heal' as const),
      classes: fc.option(fc.subarray([...HEALED], { minLength: 1 }), { nil: null }),
      evenUnsaved: fc.boolean(),
      kobo: anyKobo,
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'answer' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('machine removes' as const),
      count: fc.integer({ min: 1, max: BOOKS }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      how: fc.constantFrom('stop' as const, 'kill' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('locked' as const), kobo: anyKobo }) },
  { weight: 2, arbitrary: fc.constant({ do: 'server snapshot' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('server rollback' as const), renew: fc.boolean() }),
  },
)

function weighted<Do extends string>(parts: { weight: number; what: Do[] }[]): fc.Arbitrary<Do> {
  return fc.oneof(
    ...parts.map(({ weight, what }) => ({
      weight: weight * what.length,
      arbitrary: fc.constantFrom(...what),
    })),
  )
}
