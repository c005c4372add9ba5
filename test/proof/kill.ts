import fc from 'fast-check'
import type { Death } from './death.ts'
import { anySchedule, type Schedule, type Step } from './step.ts'

/** What a Kobo asks when the server is killed: the `nth` such request of a sync. */
export type Meets = { what: 'anything' | 'library' | 'download' | 'change'; nth: number }

/**
 * The instant of a kill.
 * - request: before the request leaves. answer: so many ms after it left, whatever happens then.
 * - commit: around the nth commit from the request on; after it, and before anything of it is answered.
 * - byte: when so many bytes of the answer have come; what is on its way comes, too. cut: it does not.
 * - end: right after what happens in this step.
 */
export type Moment =
  | { at: 'request' | 'end' }
  | { at: 'answer'; ms: number }
  | { at: 'commit'; dies: Death }
  | { at: 'byte' | 'cut'; byte: number }

/** How a start ends early: after so many ms, or at a commit. */
export type Start = { ms: number } | Death

/** One kill of the server in a schedule, in a step that is found by its number, counted round. */
export type Kill = {
  /** Among those in which a Kobo talks to the server for long, or all. */
  among: 'talks' | 'all'
  step: number
  meets: Meets
  moment: Moment
  /** Whether the server is there again before the Kobo's next request, and not only before its next sync. */
  atOnce: boolean
  /** How the next starts end. */
  starts: Start[]
}

/** A schedule whose server is killed. */
export type KilledSchedule = { schedule: Schedule; kills: Kill[] }

const death: fc.Arbitrary<Death> = fc.record({
  commit: fc.integer({ min: 1, max: 3 }),
  when: fc.constantFrom('before' as const, 'after' as const),
})
const byte = fc.oneof(fc.nat(400), fc.nat(20_000))
const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ at: 'request' as const }) },
  { weight: 4, arbitrary: fc.record({ at: fc.constant('answer' as const), ms: fc.nat(12) }) },
  { weight: 6, arbitrary: fc.record({ at: fc.constant('commit' as const), dies: death }) },
  {
    weight: 2,
    arbitrary: fc.record({ at: fc.constantFrom('byte' as const, 'cut' as const), byte }),
  },
  { weight: 1, arbitrary: fc.constant({ at: 'end' as const }) },
)
const start: fc.Arbitrary<Start> = fc.oneof(
  fc.record({ ms: fc.nat(120) }),
  death.map(({ commit, when }) => ({ commit, when })),
)

const kill: fc.Arbitrary<Kill> = fc.record({
  among: fc.constantFrom('talks' as const, 'talks' as const, 'all' as const),
  step: fc.nat(1000),
  meets: fc.oneof(
    fc.record({ what: fc.constant('anything' as const), nth: fc.integer({ min: 1, max: 16 }) }),
    fc.record({
      what: fc.constantFrom('library' as const, 'download' as const, 'change' as const),
      nth: fc.integer({ min: 1, max: 2 }),
    }),
  ),
  moment,
  atOnce: fc.boolean(),
  starts: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Start[]>([]) },
    { weight: 1, arbitrary: fc.array(start, { minLength: 1, maxLength: 2 }) },
  ),
})

export const anyKilledSchedule: fc.Arbitrary<KilledSchedule> = fc.record({
  schedule: anySchedule,
  kills: fc.array(kill, { minLength: 1, maxLength: 3 }),
})

/** The kills by the places of their steps; of several in one step the last. */
export function placesOf(kills: readonly Kill[], steps: readonly Step[]): Map<number, Kill> {
  const places = steps.map((_, place) => place)
  const talks = places.filter((place) => ['sync', 'tap'].includes(steps[place]?.do ?? ''))
  return new Map(
    kills.flatMap((each) => {
      const among = each.among === 'talks' && talks.length > 0 ? talks : places
      const place = among[each.step % among.length]
      return place === undefined ? [] : [[place, each] as const]
    }),
  )
}
