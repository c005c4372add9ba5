import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../sync/book-entry.ts'
import type { BookFact, Mark, SweepingFact } from '../sync/log.ts'
import { downloadTrouble, type Fetching } from './download-trouble.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const NEW: BookEntry = {
  seq: 1,
  at: 0,
  kind: 'operation',
  operation: {
    verb: 'new',
    book: 'emma',
    metaRev: 1,
    fileRev: 1,
    stateRev: 0,
    artifact: 'file',
  },
  acknowledged: true,
  taken: true,
  settled: null,
}

type Told = BookFact['kind'] | SweepingFact['kind'] | 'complete'

const FIELDS: Record<string, object> = {
  delete: { repeat: false, exclude: true },
  state: { instant: 1, rev: null },
  audited: { row: true, file: true },
}

/** What is said after the book was taken, one thing each second; `now` is so long after the last of them. */
function judged(kinds: readonly Told[], later: number): Fetching {
  const entries: BookEntry[] = [NEW]
  const completes: Mark[] = []
  for (const [n, kind] of kinds.entries()) {
    const mark = { seq: n + 2, at: (n + 1) * SECOND }
    if (kind === 'complete') completes.push(mark)
    else entries.push({ ...mark, kind, ...FIELDS[kind] } as BookEntry)
  }
  return downloadTrouble(entries, completes, kinds.length * SECOND + later)
}

describe('the download of a book', () => {
  test.each<[string, Told[], number, Fetching]>([
    ['was never asked for', ['complete'], DAY, 'over'],
    ['is asked for this minute', ['metadata-asked'], 59 * SECOND, 'under way'],
    ['is asked for and not begun', ['metadata-asked'], MINUTE, { trouble: 'not-begun' }],
    ['is asked for again', ['metadata-asked', 'complete', 'metadata-asked'], SECOND, 'under way'],
    ['was not begun a month ago', ['metadata-asked'], 30 * DAY, 'over'],
    ['is asked for and begun', ['metadata-asked', 'download-begun'], DAY, 'under way'],
    ['is complete', ['metadata-asked', 'download-begun', 'download-completed'], DAY, 'over'],
    [
      'is complete, and its metadata is asked for once more',
      ['download-begun', 'download-completed', 'metadata-asked'],
      DAY,
      'over',
    ],
    ['broke off just now', ['download-begun', 'download-cut'], 59 * SECOND, 'under way'],
    ['broke off', ['download-begun', 'download-cut'], MINUTE, { trouble: 'cut' }],
    ['broke off a month ago', ['download-begun', 'download-cut'], 30 * DAY, 'over'],
    [
      'broke off and is tried again',
      ['download-begun', 'download-cut', 'download-begun'],
      DAY,
      'under way',
    ],
    [
      'broke off after it had been complete',
      ['download-begun', 'download-completed', 'download-begun', 'download-cut'],
      MINUTE,
      { trouble: 'cut' },
    ],
    [
      'was begun, and two syncs passed',
      ['download-begun', 'complete', 'complete'],
      MINUTE,
      { trouble: 'failed', tries: 1, anew: false },
    ],
    [
      'was begun three times',
      ['download-begun', 'download-begun', 'download-begun'],
      MINUTE,
      { trouble: 'failed', tries: 3, anew: false },
    ],
    [
      'was begun three times, the last of them just now',
      ['download-begun', 'download-cut', 'download-begun', 'download-cut', 'download-begun'],
      59 * SECOND,
      'under way',
    ],
    [
      'broke off, and two syncs passed',
      ['download-begun', 'download-cut', 'complete', 'complete'],
      0,
      { trouble: 'failed', tries: 1, anew: true },
    ],
    [
      'broke off, was taken back, and broke off again',
      ['retract', 'metadata-asked', 'download-begun', 'download-cut', 'complete', 'complete'],
      0,
      { trouble: 'failed', tries: 1, anew: false },
    ],
    [
      'failed and was complete after all',
      ['download-begun', 'complete', 'complete', 'download-begun', 'download-completed'],
      0,
      'over',
    ],
    ...(['state', 'annotation', 'annotations-asked', 'listed', 'audited'] as const).map(
      (kind): [string, Told[], number, Fetching] => [
        `shows itself complete by “${kind}”`,
        ['download-begun', kind, 'complete', 'complete'],
        0,
        'over',
      ],
    ),
    [
      'is of a book that was removed there',
      ['download-begun', 'complete', 'complete', 'delete'],
      0,
      'over',
    ],
    ['is of an earlier stay', ['download-begun', 'complete', 'complete', 'consent'], 0, 'over'],
  ])('that %s', (_, kinds, later, fetching) => {
    expect(judged(kinds, later)).toEqual(fetching)
  })
})
