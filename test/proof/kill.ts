import fc from 'fast-check'
import type { Death } from './death.ts'
import { anySchedule, type Schedule, type Step } from './step.ts'

/** What a Kobo asks when the server is killed: the `nth` such request from its step on. */
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

/**
 * One kill of the server in a schedule. It happens in a step that is found by its number, counted round; or after it, when a Kobo asks what
 * it is to meet.
 */
export type Kill = {
  /** Among those in which a Kobo asks much, or those in which the server is told something. */
  among: 'talks' | 'wishes'
  step: number
  meets: Meets
  moment: Moment
  /** Whether the server is there again before the Kobo's next request, and not only before its next sync. */
  atOnce: boolean
  /** How the next starts end. */
  starts: Start[]
}

export type KilledSchedule = { schedule: Schedule; kills: Kill[] }

const death: fc.Arbitrary<Death> = fc.record({
  commit: fc.constantFrom(1, 1, 2),
  when: fc.constantFrom('before' as const, 'after' as const),
})
const ms = fc.oneof(fc.nat(2), fc.nat(8))
const byte = fc.oneof(fc.nat(400), fc.nat(20_000))
const anything: fc.Arbitrary<Meets> = fc.record({
  what: fc.constant('anything' as const),
  nth: fc.integer({ min: 1, max: 12 }),
})
/** What commits something. */
const writing: fc.Arbitrary<Meets> = fc.record({
  what: fc.oneof(
    { weight: 1, arbitrary: fc.constant('library' as const) },
    { weight: 2, arbitrary: fc.constant('download' as const) },
    { weight: 2, arbitrary: fc.constant('change' as const) },
  ),
  nth: fc.constantFrom(1, 1, 2),
})
const plain: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ at: 'request' as const }) },
  { weight: 4, arbitrary: fc.record({ at: fc.constant('answer' as const), ms }) },
  {
    weight: 3,
    arbitrary: fc.record({ at: fc.constantFrom('byte' as const, 'cut' as const), byte }),
  },
  { weight: 1, arbitrary: fc.constant({ at: 'end' as const }) },
)
const encounter: fc.Arbitrary<Pick<Kill, 'meets' | 'moment'>> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ meets: fc.oneof(anything, writing), moment: plain }) },
  {
    weight: 2,
    arbitrary: fc.record({
      meets: writing,
      moment: fc.record({ at: fc.constant('commit' as const), dies: death }),
    }),
  },
)
const start: fc.Arbitrary<Start> = fc.oneof(
  fc.record({ ms: fc.nat(120) }),
  fc.record({
    commit: fc.integer({ min: 1, max: 3 }),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
)

const kill: fc.Arbitrary<Kill> = fc
  .tuple(
    encounter,
    fc.record({
      among: fc.constantFrom('talks' as const, 'talks' as const, 'wishes' as const),
      step: fc.nat(1000),
      atOnce: fc.boolean(),
      starts: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Start[]>([]) },
        { weight: 1, arbitrary: fc.array(start, { minLength: 1, maxLength: 2 }) },
      ),
    }),
  )
  .map(([met, rest]) => ({ ...met, ...rest }))

/** A schedule whose server is killed. */
export const anyKilledSchedule: fc.Arbitrary<KilledSchedule> = fc.record({
  schedule: anySchedule,
  kills: fc.array(kill, { minLength: 1, maxLength: 3 }),
})

/** Steps in which a Kobo asks much. */
const TALKS: Step['do'][] = ['sync', 'tap']

/** Steps in which the server is told something by one call or few. */
const WISHES: Step['do'][] = [
  ...(['shelve', 'unshelve', 'rename', 'delete book', 'restore book', 'again'] as const),
  ...(['machine removes', 'answer', 'resend', 'retract', 'bring back', 'reset sync'] as const),
  ...(['audit', 'heal'] as const),
  ...(['pause', 'policy', 'read'] as const),
]

/** Steps after which a Kobo has changes to tell. */
const CHANGES: Step['do'][] = ['remove', 'highlight', 'read']

/** Whether a kill may come in this step at any instant, and not only in the requests of a Kobo that it is to meet. */
export function isWish({ among }: Kill, step: Step): boolean {
  return among === 'wishes' && WISHES.includes(step.do)
}

/** The kills by the places of their steps; of several in one step the last. */
export function placesOf(kills: readonly Kill[], steps: readonly Step[]): Map<number, Kill> {
  const placed = kills.flatMap((each) => {
    const kinds = each.among === 'wishes' ? WISHES : each.meets.what === 'change' ? CHANGES : TALKS
    const places = [...steps.keys()]
    const fit = places.filter((place) => kinds.some((kind) => kind === steps[place]?.do))
    const all = fit.length > 0 ? fit : places
    // What is rare must have time to come.
    const among = isRare(each.meets) ? all.slice(0, Math.ceil(all.length / 3)) : all
    const place = among[each.step % among.length]
    return place === undefined ? [] : [[place, each] as const]
  })
  return new Map(placed)
}

function isRare({ what }: Meets): boolean {
  return what === 'download' || what === 'change'
}
