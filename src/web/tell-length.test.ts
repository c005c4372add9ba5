import { expect, test } from 'vitest'
import { tellLength } from './tell-length.ts'

const HOUR = 60 * 60_000

test.each([
  [0, '0 s'],
  [59_000, '59 s'],
  [60_000, 'one minute'],
  [20 * 60_000, '20 minutes'],
  [HOUR, 'one hour'],
  [30 * HOUR, 'one day'],
  [47 * HOUR, '2 days'],
])('%d ms are %s', (ms, words) => {
  expect(tellLength(ms)).toBe(words)
})
