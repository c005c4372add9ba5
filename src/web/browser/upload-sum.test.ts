import { expect, test } from 'vitest'
import type { Sent } from './sent.ts'
import { counting, NONE, sumInWords } from './upload-sum.ts'

type Row = [outcomes: Sent['outcome'][], all: number, ...words: (string | undefined)[]]

test.each<Row>([
  [[], 3, '0 of 3…'],
  [['added'], 3, '1 of 3…'],
  [['added', 'restored', 'added', 'known'], 4, '4 of 4. 3 added, 1 was already there.'],
  [['known', 'known'], 2, '2 of 2. 2 were already there.'],
  [['added', 'failed'], 2, '2 of 2. 1 added.', 'One could not become a book'],
  [['failed', 'failed', 'added'], 9, '3 of 9…', '2 could not become books'],
  [['untaken'], 1, '1 of 1.', undefined, 'One was not taken: its line says what to do.'],
  [
    ['untaken', 'untaken'],
    2,
    '2 of 2.',
    undefined,
    '2 were not taken: their lines say what to do.',
  ],
])('after %o of %d files it is said how it stands', (outcomes, all, sum, failed, untaken) => {
  let counts = { ...NONE, all }
  for (const outcome of outcomes) counts = counting(counts, { outcome, title: '', why: '' })
  expect(sumInWords(counts)).toEqual({ sum, failed, untaken })
})
