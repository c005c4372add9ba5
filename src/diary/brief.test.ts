import { expect, test } from 'vitest'
import { inBrief } from './brief.ts'
import type { SyncCounts } from './count-sync.ts'

const NOTHING: SyncCounts = {
  added: 0,
  files: 0,
  metadata: 0,
  removed: 0,
  states: 0,
  downloads: 0,
  reports: 0,
  highlights: 0,
  deletions: 0,
}

test.each([
  [{}, ''],
  [{ added: 3, metadata: 1, reports: 2 }, '3 new, 1 renamed, 2 places read'],
  [{ reports: 1, states: 1 }, '1 place sent, 1 place read'],
  [
    { removed: 2, deletions: 1, files: 1 },
    '1 with another file, 2 taken off, 1 removed on the Kobo',
  ],
] as [Partial<SyncCounts>, string][])('a sync of %o in brief', (counts, words) => {
  expect(inBrief({ ...NOTHING, ...counts })).toBe(words)
})
