import { expect, test } from 'vitest'
import { waitsOf } from './arrivals.ts'

const shelved = new Map([
  ['emma', 100],
  ['kim', 50],
])

test.each([
  ['from the shelf to the download', [{ book: 'emma', at: 130 }], 0, [30]],
  ['from when the device was connected, if that was later', [{ book: 'kim', at: 130 }], 90, [40]],
  [
    'to the first of several downloads',
    [
      { book: 'emma', at: 190 },
      { book: 'emma', at: 130 },
    ],
    0,
    [30],
  ],
  [
    'after what came down before',
    [
      { book: 'emma', at: 60 },
      { book: 'emma', at: 140 },
    ],
    0,
    [40],
  ],
  ['not for what only came down before', [{ book: 'emma', at: 60 }], 0, []],
  ['not for what is on no shelf', [{ book: 'dracula', at: 60 }], 0, []],
  [
    'for each book',
    [
      { book: 'emma', at: 110 },
      { book: 'kim', at: 110 },
    ],
    0,
    [10, 60],
  ],
])('a wait is told %s', (_, arrivals, connectedAt, waits) => {
  expect(waitsOf(arrivals, shelved, connectedAt)).toEqual(waits)
})
