import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BookEntry } from './book-entry.ts'
import { readEvidence } from './evidence.ts'
import { foldBook } from './fold.ts'
import type { Verb } from './log.ts'
import { isNewer } from './sign.ts'
import { statusOf } from './status.ts'
import { tellTimes } from './tell-time.ts'
import { tellTrail } from './trail.ts'

/** Minutes pass between two entries, more than a clock may be off. */
const MOMENT = 100_000
const mark = (seq: number, at = seq * MOMENT) => ({ seq, at })
const operation = (
  seq: number,
  verb: Verb,
  acknowledged: boolean,
  settled?: number,
): BookEntry => ({
  ...mark(seq),
  kind: 'operation',
  operation: { verb, book: 'b', metaRev: 1, fileRev: 1, stateRev: 0, artifact: 'a' },
  acknowledged,
  taken: acknowledged,
  settled: settled === undefined ? null : mark(settled),
})

describe('the strongest proof', () => {
  test('is the file, and of file proofs the newest by the instant inside', () => {
    const { proof, lastSeenAt } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'download-completed' },
      { ...mark(9), kind: 'state', instant: 5 * MOMENT, rev: null },
      { ...mark(10), kind: 'state', instant: 4 * MOMENT, rev: null },
      { ...mark(11), kind: 'cover-asked' },
    ])
    expect(proof).toMatchObject({ kind: 'state', level: 'file', at: 5 * MOMENT })
    expect(lastSeenAt).toBe(11 * MOMENT)
  })

  test('is never later than its arrival, whatever the clock of the device says', () => {
    const { proof } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'annotation', instant: 9000 * MOMENT },
    ])
    expect(proof?.at).toBe(2 * MOMENT)
  })

  test('ends with the stay: a page turned before the removal proves nothing after it', () => {
    const { proof, holding } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'download-completed' },
      operation(3, 'removal', true, 5),
      { ...mark(6), kind: 'state', instant: 2.5 * MOMENT, rev: null },
    ])
    expect([holding.state, proof]).toEqual(['none', null])
  })

  test('of a file goes when the database of the device says that only the row is there', () => {
    const { proof } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'download-completed' },
      { ...mark(3), kind: 'audited', row: true, file: false },
    ])
    expect(proof).toMatchObject({ kind: 'audited', level: 'row' })
  })

  test('is not what a device has forgotten that was put back to an earlier day', () => {
    const { proof, trail } = readEvidence([
      operation(1, 'new', true),
      { ...mark(4), kind: 'download-completed' },
      { ...mark(9), kind: 'restored', page: 'p', from: 3, issued: 1 },
    ])
    expect(proof).toBe(null)
    expect(trail.map(({ entry, undone }) => [entry.kind, undone])).toEqual([
      ['operation', false],
      ['download-completed', true],
      // It may have been put back to a moment between the download and the page that it remembers.
      ['restored', false],
    ])
  })
})

describe('what speaks against a book', () => {
  test('is refuted by its file, and a lost file not by its cover', () => {
    const until: BookEntry[] = [
      operation(1, 'new', true),
      { ...mark(2), kind: 'listed' },
      { ...mark(3), kind: 'unlisted' },
    ]
    expect(readEvidence(until).denial?.kind).toBe('unlisted')
    expect(readEvidence([...until, { ...mark(4), kind: 'cover-asked' }]).denial?.kind).toBe(
      'unlisted',
    )
    const late: BookEntry = { ...mark(5), kind: 'state', instant: 2.5 * MOMENT, rev: null }
    expect(readEvidence([...until, late]).denial?.kind).toBe('unlisted')
    expect(readEvidence([...until, { ...mark(4), kind: 'listed' }]).denial).toBe(null)
  })

  test('an offered removal is refuted by any sign from a session after it', () => {
    const { denial, holding } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'download-completed' },
      operation(3, 'removal', false, 5),
      { ...mark(6), kind: 'cover-asked' },
    ])
    expect([holding.state, denial]).toEqual(['held', null])
  })
})

describe('the trail', () => {
  const tell = tellTimes(100_000_000, 'UTC')

  test('is told newest first, with what came late, what was forgotten and what was acknowledged', () => {
    const { trail } = readEvidence([
      operation(1, 'new', true),
      { ...mark(2), kind: 'tokenless' },
      { ...mark(100), kind: 'state', instant: 3 * MOMENT, rev: null },
      { ...mark(101), kind: 'tokenless' },
      operation(102, 'metadata', false),
      { ...mark(103), kind: 'restored', page: 'p', from: 102, issued: 101 },
    ])
    expect(tellTrail(trail, tell)).toEqual([
      {
        kind: 'sent-metadata',
        at: 102 * MOMENT,
        detail:
          'Its title and details were sent anew; not acknowledged. The Kobo has forgotten this since.',
      },
      {
        kind: 'state',
        at: 3 * MOMENT,
        detail: 'The Kobo told where you are in it. It was told yesterday 02:46.',
      },
      {
        kind: 'tokenless',
        at: 2 * MOMENT,
        detail: 'The Kobo came without a token: what it had acknowledged counts no more.',
      },
      { kind: 'sent-new', at: MOMENT, detail: 'Offered; acknowledged.' },
    ])
  })

  test('holds at most eight of a kind, the newest', () => {
    const reading = Array.from({ length: 20 }, (_, n): BookEntry => ({
      ...mark(n + 2),
      kind: 'state',
      instant: (n + 2) * MOMENT,
      rev: null,
    }))
    const told = tellTrail(readEvidence([operation(1, 'new', true), ...reading]).trail, tell)
    expect(told.map(({ at }) => at / MOMENT)).toEqual([21, 20, 19, 18, 17, 16, 15, 14, 1])
  })
})

test('for every log: the holding is the fold, “on the device” has a file proof, and doubt is newer than proof', () => {
  fc.assert(
    fc.property(fc.array(someEntry, { maxLength: 14 }), fc.boolean(), (steps, carried) => {
      const entries = steps.map((step, index) => step(index + 1))
      const evidence = readEvidence(entries)
      const { holding, proof, denial, offer, trail } = evidence
      expect(holding).toEqual(foldBook(entries))
      const status = statusOf({
        ours: true,
        wanted: carried && !holding.excluded,
        prepared: true,
        holding,
        proof,
        denial,
        offered: offer !== null && !offer.acknowledged && offer.place > (denial?.place ?? 0),
      })
      if (status === 'on-device')
        expect(trail.some(({ entry, undone }) => !undone && PRESENT.has(entry.kind))).toBe(true)
      if (status === 'doubtful') expect(denial !== null && isNewer(denial, proof)).toBe(true)
      // What is open by the fold has a reason that can be told.
      if (holding.state === 'unsure') expect(denial).not.toBe(null)
      expect(evidence.lastSeenAt === null || evidence.lastSeenAt <= entries.length * MOMENT).toBe(
        true,
      )
    }),
    { numRuns: 3000 },
  )
})

const PRESENT = new Set(['download-completed', 'state', 'annotation', 'listed', 'audited'])

type Step = (seq: number) => BookEntry

const someEntry: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<Verb>('new', 'new', 'removal', 'metadata', 'state', 'file'),
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 3 })),
    )
    .map(
      ([verb, acknowledged, settled]): Step =>
        (seq) =>
          operation(seq, verb, acknowledged, settled === null ? undefined : seq + settled),
    ),
  fc
    .constantFrom(
      'metadata-asked' as const,
      'cover-asked' as const,
      'download-begun' as const,
      'download-completed' as const,
      'listed' as const,
      'unlisted' as const,
      'shelved' as const,
      'consent' as const,
      'retract' as const,
      'tokenless' as const,
      'activation' as const,
    )
    .map(
      (kind): Step =>
        (seq) =>
          kind === 'shelved' ? { ...mark(seq), kind, cause: 'person' } : { ...mark(seq), kind },
    ),
  fc
    .tuple(fc.constantFrom('state' as const, 'annotation' as const), fc.nat({ max: 5 }))
    .map(([kind, ago]): Step => (seq) => {
      const instant = (seq - ago) * MOMENT
      return kind === 'state'
        ? { ...mark(seq), kind, instant, rev: null }
        : { ...mark(seq), kind, instant }
    }),
  fc.tuple(fc.boolean(), fc.boolean()).map(([row, file]): Step => (seq) => ({
    ...mark(seq),
    kind: 'audited',
    row,
    file: row && file,
  })),
  fc.boolean().map((row): Step => (seq) => ({ ...mark(seq), kind: 'missed', row, copied: seq })),
  fc.tuple(fc.boolean(), fc.boolean()).map(([repeat, exclude]): Step => (seq) => ({
    ...mark(seq),
    kind: 'delete',
    repeat,
    exclude,
  })),
  fc.tuple(fc.nat({ max: 4 }), fc.boolean()).map(([back, consent]): Step => (seq) => ({
    ...mark(seq),
    kind: 'epoch',
    from: Math.max(1, seq - back),
    consent,
  })),
  fc.nat({ max: 5 }).map((back): Step => (seq) => {
    const from = Math.max(1, seq - back)
    return { ...mark(seq), kind: 'restored', page: 'p', from, issued: from - 1 }
  }),
  fc.constant((seq: number): BookEntry => ({
    ...mark(seq),
    kind: 'rolled-back',
    page: null,
    was: null,
  })),
)
