import { expect, test } from 'vitest'
import { habitsOf } from './firmware.ts'

test.each([
  ['4.28', '4.28.18220', 'none'],
  ['4.38', '4.38.23038', 'token'],
  ['4.44', '4.38.23038', 'token'],
  ['4.45', '4.45.23697', 'authorize-first'],
  ['4.46', '4.46.23836', 'token'],
  ['4.46.99999', '4.46.99999', 'token'],
  ['4.6', '4.28.18220', 'none'],
])('firmware %s has the habits of %s', (version, firmware, oauth) => {
  expect(habitsOf(version)).toMatchObject({ firmware, oauth })
})

test.each(['', '5.18', '4', '4.45.x', 'newest'])('%j is no known firmware', (version) => {
  expect(() => habitsOf(version)).toThrow('--firmware needs a version like 4.45')
})
