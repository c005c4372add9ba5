import { expect, test } from 'vitest'
import { tellTimes } from './tell-time.ts'

const now = Date.UTC(2026, 10, 26, 11, 30) // a Thursday

test.each([
  [Date.UTC(2026, 10, 26, 8, 5), 'today 09:05'],
  [Date.UTC(2026, 10, 25, 23, 30), 'today 00:30'],
  [Date.UTC(2026, 10, 25, 22, 59), 'yesterday 23:59'],
  [Date.UTC(2026, 10, 21, 20, 14), 'Saturday 21:14'],
  [Date.UTC(2026, 10, 20, 11, 0), '20 November 12:00'],
  [Date.UTC(2026, 5, 1, 10, 0), '1 June 12:00'],
  [Date.UTC(2025, 11, 31, 23, 30), '1 January 00:30'],
  [Date.UTC(2025, 10, 26, 11, 30), '26 November 2025 12:30'],
  [Date.UTC(2026, 10, 28, 11, 30), '28 November 12:30'],
])('a time is said as people in Berlin say it', (at, words) => {
  expect(tellTimes(now, 'Europe/Berlin')(at)).toBe(words)
})

test('the day is not said twice, and the zone decides which day it is', () => {
  const at = Date.UTC(2026, 10, 21, 22, 30)
  const later = Date.UTC(2026, 10, 21, 23, 30)
  expect(tellTimes(now, 'UTC')(later, at)).toBe('at 23:30')
  expect(tellTimes(now, 'Europe/Berlin')(later, at)).toBe('Sunday 00:30')
})
