import { describe, expect, test } from 'vitest'
import type { Denial, Proof } from './sign.ts'
import { STATUSES, statusOf, type Situation, type Status } from './status.ts'

const early = { at: 1000, place: 10 }
const late = { at: 2000, place: 20 }

const proof = (level: Proof['level'], when = early): Proof => {
  const kind = { file: 'download-completed', begun: 'download-begun', row: 'cover-asked' } as const
  return { kind: kind[level], level, ...when }
}
const denial = (kind: Denial['kind'], when = late): Denial => ({ kind, ...when })

const none: Situation = {
  ours: true,
  wanted: false,
  prepared: false,
  holding: { state: 'none', file: false, consent: null, excluded: false },
  proof: null,
  denial: null,
  offered: false,
}

type Change = Partial<Omit<Situation, 'holding'>> & Partial<Situation['holding']>

function situation({ state, file, consent, excluded, ...rest }: Change): Situation {
  const holding = {
    state: state ?? 'none',
    file: file ?? false,
    consent: consent ?? null,
    excluded: excluded ?? false,
  }
  return { ...none, wanted: true, prepared: true, ...rest, holding }
}

describe('the status of a book on a device', () => {
  test.each<[Status, string, Change]>([
    ['not-wanted', 'on no shelf, and never sent', { wanted: false }],
    ['preparing', 'wanted, its artifact not finished', { prepared: false }],
    ['waiting', 'wanted and finished', {}],
    ['offered', 'sent, and nothing came back', { state: 'offered', offered: true }],
    ['offered', 'offered again without a token', { state: 'offered' }],
    ['entitled', 'acknowledged alone', { state: 'held' }],
    ['entitled', 'its cover was asked for', { state: 'held', proof: proof('row') }],
    ['entitled', 'a download only began', { state: 'held', file: true, proof: proof('begun') }],
    ['entitled', 'its file may be there, nobody said so', { state: 'held', file: true }],
    ['on-device', 'the last byte was sent', { state: 'held', file: true, proof: proof('file') }],
    [
      'on-device',
      'proven after what spoke against it',
      { state: 'held', file: true, proof: proof('file', late), denial: denial('unlisted', early) },
    ],
    [
      'doubtful',
      'an inventory lacked it',
      { state: 'held', file: true, proof: proof('file'), denial: denial('unlisted') },
    ],
    [
      'doubtful',
      'shelved again after a removal whose answer was lost',
      { state: 'unsure', file: true, proof: proof('file'), denial: denial('removal') },
    ],
    [
      'doubtful',
      'the server went back',
      { state: 'unsure', file: true, denial: denial('rolled-back') },
    ],
    ['waiting', 'shelved again, and never fetched', { state: 'unsure', denial: denial('removal') }],
    [
      'missing',
      'asked for again',
      { state: 'unsure', consent: 'given', denial: denial('consent') },
    ],
    [
      'missing',
      'asked for again when it was gone',
      { consent: 'given', denial: denial('consent') },
    ],
    ['missing', 'the device was reset', { state: 'unsure', denial: denial('epoch') }],
    ['missing', 'an audit did not find it', { denial: denial('audited') }],
    ['doubtful', 'an audit found no row of it', { state: 'held', denial: denial('row-missed') }],
    [
      'doubtful',
      'an audit found no file of it',
      { state: 'held', file: true, proof: proof('file'), denial: denial('file-missed') },
    ],
    [
      'doubtful',
      'an audit found no file of it, and nobody knew of one',
      { state: 'held', proof: proof('row'), denial: denial('file-missed') },
    ],
    ['missing', 'an inventory settled it', { denial: denial('unlisted') }],
    [
      'offered',
      'asked for again, and sent',
      { state: 'unsure', consent: 'offered', denial: denial('consent', early), offered: true },
    ],
    [
      'leaving',
      'its removal was sent',
      { wanted: false, state: 'unsure', denial: denial('removal') },
    ],
    ['leaving', 'off the shelf after an offer', { wanted: false, state: 'offered', offered: true }],
    [
      'leaving',
      'to be removed and sent again',
      { state: 'unsure', file: true, proof: proof('file'), denial: denial('retracted') },
    ],
    ['orphan', 'held and off the shelf', { wanted: false, state: 'held' }],
    [
      'orphan',
      'still there after its removal was sent',
      { wanted: false, state: 'held', file: true, proof: proof('file', late) },
    ],
    ['excluded', 'removed by the reader', { wanted: false, excluded: true }],
    [
      'excluded',
      'removed by the reader, and back with a backup of the device',
      { wanted: false, excluded: true, state: 'unsure', file: true, denial: denial('restored') },
    ],
    ['foreign', 'not ours', { ours: false, wanted: false }],
  ])('%s: %s', (status, _, change) => {
    expect(statusOf(situation(change))).toBe(status)
  })

  test('is one word for every combination: the first of the table that fits', () => {
    const seen = new Set<Status>()
    let count = 0
    for (const each of everySituation()) {
      const status = statusOf(each)
      expect(TABLE.find(([, fits]) => fits(each))?.[0], JSON.stringify(each)).toBe(status)
      seen.add(status)
      count += 1
    }
    expect(count).toBeGreaterThan(50_000)
    expect([...seen].sort()).toEqual([...STATUSES].sort())
  })

  test('never says “on device” of what was only sent, acknowledged or begun', () => {
    for (const each of everySituation())
      if (each.proof?.level !== 'file') expect(statusOf(each)).not.toBe('on-device')
  })

  test('doubts only what something newer than every proof speaks against', () => {
    for (const each of everySituation())
      if (each.denial === null || (each.proof && each.proof.place >= each.denial.place))
        expect(statusOf(each)).not.toBe('doubtful')
  })
})

/** The table of docs/sync.md once more, row by row, each without regard to the others. */
const TABLE: [Status, (each: Situation) => boolean][] = [
  ['excluded', ({ holding }) => holding.excluded],
  [
    'missing',
    ({ wanted, offered, holding: { state, file, consent }, denial }) =>
      wanted &&
      !offered &&
      (consent === 'given' ||
        (state === 'none' && ['audited', 'unlisted'].includes(denial?.kind ?? '')) ||
        (state === 'unsure' && !file && ['consent', 'epoch'].includes(denial?.kind ?? ''))),
  ],
  [
    'leaving',
    ({ wanted, holding: { state }, denial }) =>
      (!wanted && (state === 'offered' || state === 'unsure')) ||
      (state === 'unsure' && denial?.kind === 'retracted'),
  ],
  ['orphan', ({ ours, wanted, holding }) => ours && !wanted && holding.state === 'held'],
  ['foreign', ({ ours }) => !ours],
  [
    'doubtful',
    ({ wanted, holding: { state, file }, proof, denial }) =>
      wanted &&
      (file || ['row-missed', 'file-missed'].includes(denial?.kind ?? '')) &&
      (state === 'held' || state === 'unsure') &&
      (denial?.place ?? -1) > (proof?.place ?? -1) &&
      denial?.place !== proof?.place,
  ],
  [
    'on-device',
    ({ wanted, holding: { state, file }, proof }) =>
      wanted && state === 'held' && file && proof?.level === 'file',
  ],
  ['entitled', ({ wanted, holding }) => wanted && holding.state === 'held'],
  ['offered', ({ wanted, offered, holding }) => wanted && (offered || holding.state === 'offered')],
  ['preparing', ({ wanted, prepared }) => wanted && !prepared],
  ['waiting', ({ wanted }) => wanted],
  ['not-wanted', () => true],
]

function* everySituation(): Generator<Situation> {
  const proofs = [
    null,
    ...[early, late].flatMap((when) =>
      (['file', 'begun', 'row'] as const).map((level) => proof(level, when)),
    ),
  ]
  const kinds = [
    'unlisted',
    'audited',
    'row-missed',
    'file-missed',
    'consent',
    'epoch',
    'removal',
    'retracted',
    'restored',
    'rolled-back',
  ] as const
  const denials = [
    null,
    ...[early, late].flatMap((when) => kinds.map((kind) => denial(kind, when))),
  ]
  const flags = [false, true]
  for (const ours of flags)
    for (const wanted of flags)
      for (const prepared of flags)
        for (const offered of flags)
          for (const state of ['none', 'offered', 'held', 'unsure'] as const)
            for (const file of flags)
              for (const consent of [null, 'given', 'offered'] as const)
                for (const excluded of flags)
                  for (const proof of proofs)
                    for (const denial of denials)
                      yield {
                        ours,
                        wanted,
                        prepared,
                        offered,
                        holding: { state, file, consent, excluded },
                        proof,
                        denial,
                      }
}
