import fc from 'fast-check'
import { storyOf } from './story.ts'

/** Which of the two Kobos, which book, which shelf: by number, so that a schedule can shrink. */
type OfKobo = { kobo: 0 | 1 }
type OfBook = { book: number }

/** Something that the owner does while a Kobo is between two exchanges of a sync. */
export type Edit = { do: 'shelve' | 'unshelve' | 'rename'; book: number; at: number }

/** What goes wrong once in a sync, with the first request of this kind. */
export type Mishap = {
  fault: (typeof FAULTS)[number]
  with: (typeof REQUESTS)[number]
}

const FAULTS = ['lose-reply', 'cut-reply', 'postpone', 'twin-later', 'crash-before-token'] as const
const REQUESTS = ['library', 'state', 'removal', 'download'] as const

/** A sync: what goes wrong in it anywhere, at this rate, or once; and what its owner does meanwhile. */
export type Sync = {
  do: 'sync'
  rate: 0 | 6 | 25
  seed: number
  edit: Edit | null
  mishap: Mishap | null
} & OfKobo

/** One thing that happens in a schedule. */
export type Step =
  | Sync
  | ({
      do: 'shelve' | 'unshelve' | 'rename' | 'delete book' | 'restore book' | 'again' | 'not ready'
    } & OfBook)
  | ({ do: 'remove' | 'remove download' | 'highlight' | 'lose row' | 'delete file' } & OfKobo &
      OfBook)
  | ({ do: 'tap'; rate: 0 | 25; seed: number } & OfKobo & OfBook)
  | ({ do: 'read'; offline: boolean } & OfKobo & OfBook)
  | ({ do: 'resend' | 'retract' | 'bring back' } & OfKobo & OfBook)
  | ({
      do:
        | 'lose token'
        | 'store token'
        | 'sign out'
        | 'factory reset'
        | 'device snapshot'
        | 'device restore'
        | 'reset sync'
        | 'pause'
        | 'policy'
        | 'stranger'
    } & OfKobo)
  | { do: 'machine removes'; count: number }
  | { do: 'answer' }
  | { do: 'restart'; how: 'stop' | 'kill' }
  | { do: 'locked'; kobo: 0 | 1 }
  | { do: 'server snapshot' }
  | { do: 'server rollback'; renew: boolean }

/** How many books a world has. */
export const BOOKS = 6

const kobo = fc.constantFrom(0 as const, 1 as const)
const book = fc.nat(BOOKS - 1)
const seed = fc.nat(1_000_000)
const edit = fc.option(
  fc.record({
    do: fc.constantFrom('shelve' as const, 'unshelve' as const, 'rename' as const),
    book,
    at: fc.integer({ min: 1, max: 8 }),
  }),
  { freq: 4, nil: null },
)

function of<Do extends string>(weight: number, ...what: Do[]) {
  return { weight, what }
}

const sync = fc.record({
  do: fc.constant('sync' as const),
  kobo,
  rate: fc.constantFrom(0 as const, 6 as const, 25 as const),
  seed,
  edit,
  mishap: fc.option(
    fc.record({ fault: fc.constantFrom(...FAULTS), with: fc.constantFrom(...REQUESTS) }),
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
      book,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: weighted([
        of(5, 'remove' as const, 'remove download' as const, 'highlight' as const),
        of(1, 'lose row' as const, 'delete file' as const),
      ]),
      kobo,
      book,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tap' as const),
      rate: fc.constantFrom(0 as const, 25 as const),
      seed,
      kobo,
      book,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('read' as const), offline: fc.boolean(), kobo, book }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('resend' as const, 'retract' as const, 'bring back' as const),
      kobo,
      book,
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
      kobo,
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
  { weight: 2, arbitrary: fc.record({ do: fc.constant('locked' as const), kobo }) },
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

/** How a Kobo of a schedule behaves: the gentlest that is told of, the harshest, or anything between. */
export type Profile = 'gentlest' | 'harshest' | number

/** What happens to two Kobos and their owner. */
export type Schedule = { profiles: [Profile, Profile]; steps: Step[] }

const profile: fc.Arbitrary<Profile> = fc.oneof(
  fc.constantFrom('gentlest' as const, 'harshest' as const),
  fc.nat(1_000_000),
)

export const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  profiles: fc.tuple(profile, profile),
  steps: fc
    .array(
      fc.oneof(
        { weight: 24, arbitrary: anyStep.map((step) => [step]) },
        { weight: 2, arbitrary: storyOf(kobo, book) },
      ),
      {
        minLength: 4,
        maxLength: 26,
        size: 'max',
      },
    )
    .map((parts) => parts.flat()),
})
