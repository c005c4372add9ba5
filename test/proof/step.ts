import fc from 'fast-check'
import type { Healed } from '../../src/audit/standing.ts'
import { anyBook, anyKobo, anyStep } from './any-step.ts'
import { storyOf } from './story.ts'

/** Which of the two Kobos, which book, which shelf: by number, so that a schedule can shrink. */
type OfKobo = { kobo: 0 | 1 }
type OfBook = { book: number }

/** Something that the owner does while a Kobo is between two exchanges of a sync. */
export type Edit = { do: 'shelve' | 'unshelve' | 'rename'; book: number; at: number }

/** What goes wrong once in a sync, with the first request of this kind. */
export type FaultOnce = {
  kind: 'lose-reply' | 'cut-reply' | 'postpone' | 'twin-later' | 'crash-before-token'
  on: 'library' | 'state' | 'removal' | 'download'
}

/** A sync: what goes wrong in it anywhere, at this rate, or once; and what its owner does meanwhile. */
export type Sync = {
  do: 'sync'
  rate: 0 | 6 | 25
  seed: number
  edit: Edit | null
  once: FaultOnce | null
} & OfKobo

/**
 * What its owner brings of a Kobo: its database as it is now, or the copy that was made earlier; with the listing of its files or without;
 * and what they say of the day.
 */
export type Audit = {
  copy: 'now' | 'earlier'
  listing: boolean
  day: 'right' | 'unknown' | 'too young'
}

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
  | ({ do: 'wipe' | 'older database' | 'copy database' } & OfKobo)
  | ({ do: 'audit' } & Audit & OfKobo)
  | ({ do: 'heal'; classes: Healed[] | null; evenUnsaved: boolean } & OfKobo)
  | { do: 'machine removes'; count: number }
  | { do: 'answer' }
  | { do: 'restart'; how: 'stop' | 'kill' }
  | { do: 'locked'; kobo: 0 | 1 }
  | { do: 'server snapshot' }
  | { do: 'server rollback'; renew: boolean }

export { BOOKS } from './any-step.ts'

/** How a Kobo of a schedule behaves: the gentlest that is told of, the harshest, or anything between. */
export type Profile = 'gentlest' | 'harshest' | number

/** What happens to two Kobos and their owner. */
export type Schedule = { profiles: [Profile, Profile]; steps: Step[] }

const profile: fc.Arbitrary<Profile> = fc.oneof(
  fc.constantFrom('gentlest' as const, 'harshest' as const),
  fc.nat(1_000_000),
)

/** Any schedule: what happens every day, and now and then a story. */
export const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  profiles: fc.tuple(profile, profile),
  steps: fc
    .array(
      fc.oneof(
        { weight: 24, arbitrary: anyStep.map((step) => [step]) },
        { weight: 2, arbitrary: storyOf(anyKobo, anyBook) },
      ),
      {
        minLength: 4,
        maxLength: 26,
        size: 'max',
      },
    )
    .map((parts) => parts.flat()),
})
