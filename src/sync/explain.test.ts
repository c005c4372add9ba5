import { describe, expect, test } from 'vitest'
import type { BookEntry } from './book-entry.ts'
import { readEvidence } from './evidence.ts'
import { explain } from './explain.ts'
import type { BookFact, SweepingFact, Verb } from './log.ts'
import { statusOf, type Status } from './status.ts'
import { tellTimes } from './tell-time.ts'

/** Saturday 21 November 2026 in UTC, by the clock. Today is Tuesday the 24th, 10:00. */
const saturday = (time: string): number => Date.parse(`2026-11-21T${time}:00Z`)
const now = Date.UTC(2026, 10, 24, 10)
const tell = tellTimes(now, 'UTC')

type Step = [at: number, what: BookFact | SweepingFact | Sent]
type Sent = { sent: Verb; acknowledged?: boolean; settled?: number }

const sent = (verb: Verb): Sent => ({ sent: verb })
const taken = (verb: Verb, settled?: number): Sent =>
  settled === undefined
    ? { sent: verb, acknowledged: true }
    : { sent: verb, acknowledged: true, settled }

function entriesOf(steps: readonly Step[]): BookEntry[] {
  return steps.map(([at, what], index): BookEntry => {
    const mark = { seq: 10 * (index + 1), at }
    if (!('sent' in what)) return { ...mark, ...what }
    const operation = {
      verb: what.sent,
      book: 'b',
      metaRev: 1,
      fileRev: 1,
      stateRev: 0,
      artifact: 'a',
    }
    // A removal that nobody acknowledged is settled by the next session, which stories here tell by a time.
    const settled = what.settled === undefined ? null : { seq: mark.seq + 5, at: what.settled }
    return {
      ...mark,
      kind: 'operation',
      operation,
      acknowledged: what.acknowledged ?? false,
      taken: what.acknowledged ?? false,
      settled,
    }
  })
}

type Circumstances = { carried?: boolean; prepared?: boolean; deleted?: boolean; paused?: boolean }

function tellStory(steps: readonly Step[], circumstances: Circumstances = {}): string {
  const { carried = true, prepared = true, deleted = false, paused = false } = circumstances
  const evidence = readEvidence(entriesOf(steps))
  const { holding, proof, denial, offer } = evidence
  const status: Status = statusOf({
    ours: true,
    wanted: carried && !deleted && !holding.excluded,
    prepared,
    holding,
    proof,
    denial,
    offered: offer !== null && !offer.acknowledged && offer.place > (denial?.place ?? 0),
  })
  return `${status}: ${explain(status, evidence, { prepared, deleted, paused }, tell)}`
}

const offered: Step = [saturday('21:14'), taken('new')]
const downloaded: Step = [saturday('21:15'), { kind: 'download-completed' }]
const begun: Step = [saturday('21:15'), { kind: 'download-begun' }]
const unshelved = { carried: false }

describe('a sentence says what happened and what follows', () => {
  test.each<[string, Step[], Circumstances?]>([
    [
      'on-device: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; not heard of since. It should be on the device.',
      [offered, begun, downloaded],
    ],
    [
      'on-device: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; a place in it was told yesterday 08:00; not heard of since. It is on the device.',
      [
        offered,
        begun,
        downloaded,
        [Date.UTC(2026, 10, 23, 8), { kind: 'state', instant: now, rev: 1 }],
      ],
    ],
    [
      'on-device: Offered Saturday 21:14 and acknowledged; listed by the Kobo at 21:20; last heard of today 09:00. It is on the device.',
      [
        offered,
        [saturday('21:20'), { kind: 'listed' }],
        [Date.UTC(2026, 10, 24, 9), { kind: 'cover-asked' }],
      ],
    ],
    [
      'on-device: Offered Saturday 21:14; downloaded in full at 21:15; not heard of since. It should be on the device.',
      [[saturday('21:14'), sent('new')], begun, downloaded],
    ],
    [
      'on-device: Found in the Kobo’s own database Saturday 21:20; not heard of since. It is on the device.',
      [[saturday('21:20'), { kind: 'audited', row: true, file: true }]],
    ],
    [
      'on-device: Found in the Kobo’s own database Saturday 21:20; not heard of since. It is on the device.',
      [
        [
          Date.UTC(2026, 10, 24, 9),
          { kind: 'audited', row: true, file: true, copied: saturday('21:20') },
        ],
      ],
    ],
    [
      'on-device: Offered Saturday 21:14 and acknowledged; listed by the Kobo at 21:20; not heard of since. It is on the device.',
      [
        offered,
        [saturday('21:20'), { kind: 'listed' }],
        [
          Date.UTC(2026, 10, 24, 9),
          { kind: 'audited', row: true, file: true, copied: saturday('21:16') },
        ],
      ],
    ],
    [
      'entitled: Offered Saturday 21:14 and acknowledged. It is in the Kobo’s library, not downloaded.',
      [offered],
    ],
    [
      'entitled: Offered Saturday 21:14 and acknowledged; asked for its details at 21:16. It is in the Kobo’s library, not downloaded.',
      [offered, [saturday('21:16'), { kind: 'metadata-asked' }]],
    ],
    [
      'entitled: Offered Saturday 21:14 and acknowledged; a download, not seen to its end, began at 21:15. It is in the Kobo’s library, not downloaded.',
      [offered, begun],
    ],
    [
      'entitled: Offered Saturday 21:14 and acknowledged; found in the Kobo’s own database at 21:30. It is in the Kobo’s library, not downloaded.',
      [offered, downloaded, [saturday('21:30'), { kind: 'audited', row: true, file: false }]],
    ],
    [
      'offered: Offered Saturday 21:14, not yet confirmed. The next sync tells whether it arrived.',
      [[saturday('21:14'), sent('new')]],
    ],
    ['waiting: It arrives at the next sync.', []],
    ['preparing: It is being prepared, and arrives at a sync after that.', [], { prepared: false }],
    [
      'waiting: It arrives at the first sync after this Kobo is not paused any more.',
      [],
      { paused: true },
    ],
    [
      'waiting: Removed on the Kobo Saturday 22:00. It arrives at the next sync.',
      [offered, downloaded, [saturday('22:00'), { kind: 'delete', repeat: false, exclude: false }]],
    ],
    [
      'excluded: Removed on the Kobo Saturday 22:00. It stays off this Kobo until it is put on a shelf again.',
      [offered, downloaded, [saturday('22:00'), { kind: 'delete', repeat: false, exclude: true }]],
    ],
    [
      'missing: Asked for again Saturday 22:00. It will be sent at the next sync.',
      [offered, downloaded, [saturday('22:00'), { kind: 'consent' }]],
    ],
    [
      'missing: Asked for again Saturday 22:00. It will be sent once it is prepared.',
      [offered, downloaded, [saturday('22:00'), { kind: 'consent' }]],
      { prepared: false },
    ],
    [
      'missing: The Kobo was said or found to be empty Saturday 22:00. It will be sent at the next sync.',
      [offered, downloaded, [saturday('22:00'), { kind: 'epoch', from: 30, consent: false }]],
    ],
    [
      'missing: The Kobo’s own database lacked it Saturday 22:00. It will be sent at the next sync.',
      [offered, downloaded, [saturday('22:00'), { kind: 'audited', row: false, file: false }]],
    ],
    [
      'doubtful: Offered Saturday 21:14 and acknowledged; the Kobo’s own database lacked it at 22:00. It may not be there any more.',
      [
        offered,
        [Date.UTC(2026, 10, 24, 9), { kind: 'missed', row: false, copied: saturday('22:00') }],
      ],
    ],
    [
      'missing: A list of the Kobo’s books lacked it Saturday 22:30. It will be sent at the next sync.',
      [
        offered,
        [saturday('21:20'), { kind: 'listed' }],
        [saturday('22:00'), sent('removal')],
        [saturday('22:30'), { kind: 'unlisted' }],
      ],
    ],
    [
      'offered: Offered Saturday 22:10, not yet confirmed. The next sync tells whether it arrived.',
      [
        offered,
        downloaded,
        [saturday('22:00'), { kind: 'consent' }],
        [saturday('22:10'), sent('new')],
      ],
    ],
    [
      'doubtful: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; listed by the Kobo at 21:20; a list of the Kobo’s books lacked it at 22:00. It may not be there any more.',
      [
        offered,
        downloaded,
        [saturday('21:20'), { kind: 'listed' }],
        [saturday('22:00'), { kind: 'unlisted' }],
      ],
    ],
    [
      'doubtful: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; its removal was sent at 22:00, and was not acknowledged. It may not be there any more.',
      [offered, downloaded, [saturday('22:00'), sent('removal')]],
    ],
    [
      'doubtful: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; this server was put back to an earlier day at 22:00. It may not be there any more.',
      [offered, downloaded, [saturday('22:00'), { kind: 'rolled-back', page: null, was: null }]],
    ],
    [
      'leaving: Offered Saturday 21:14 and acknowledged; its removal was sent at 22:00, and was not acknowledged. It is leaving.',
      [offered, downloaded, [saturday('22:00'), sent('removal')]],
      unshelved,
    ],
    [
      'leaving: Offered Saturday 21:14, not yet confirmed. Its removal goes out at the next sync.',
      [[saturday('21:14'), sent('new')]],
      unshelved,
    ],
    [
      'leaving: Offered Saturday 21:14 and acknowledged; asked at 22:00 to be removed and sent again. It is removed first, and then sent again.',
      [offered, downloaded, [saturday('22:00'), { kind: 'retract' }]],
    ],
    [
      'orphan: Offered Saturday 21:14 and acknowledged; downloaded in full at 21:15; on no shelf that this Kobo carries. Its removal is due.',
      [offered, downloaded],
      unshelved,
    ],
    [
      'orphan: Offered Saturday 21:14 and acknowledged; deleted from the library. Its removal is due.',
      [offered],
      { deleted: true },
    ],
    [
      'not-wanted: Its removal was sent Saturday 22:00 and acknowledged. Not on a shelf that this Kobo carries.',
      [offered, downloaded, [saturday('22:00'), taken('removal', saturday('22:05'))]],
      unshelved,
    ],
    ['not-wanted: Not on a shelf that this Kobo carries.', [], unshelved],
  ])('%s', (sentence, steps, circumstances) => {
    expect(tellStory(steps, circumstances)).toBe(sentence)
  })
})

test('a foreign book is left alone', () => {
  const circumstances = { prepared: false, deleted: false, paused: false }
  expect(explain('foreign', readEvidence([]), circumstances, tell)).toBe(
    'Not from this library. It is left alone.',
  )
})
