import { describe, expect, test } from 'vitest'
import { wantedBytes } from './byte-range.ts'

describe('a Range header for a file of 100 bytes', () => {
  test.each([
    ['bytes=0-', { part: 'range', start: 0, end: 99, suffix: false }],
    ['bytes=0-0', { part: 'range', start: 0, end: 0, suffix: false }],
    ['bytes=40-59', { part: 'range', start: 40, end: 59, suffix: false }],
    ['Bytes = 40 - 1000', { part: 'range', start: 40, end: 99, suffix: false }],
    ['bytes=-10', { part: 'range', start: 90, end: 99, suffix: true }],
    ['bytes=-1000', { part: 'range', start: 0, end: 99, suffix: true }],
  ])('%s asks for a part', (header, wanted) => {
    expect(wantedBytes(header, 100)).toEqual(wanted)
  })

  test.each(['bytes=100-', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
    '%s asks for what is not there',
    (header) => {
      expect(wantedBytes(header, 100)).toEqual({ part: 'none' })
    },
  )

  test.each([undefined, '', 'bytes=-', 'bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b'])(
    '%s means the whole file',
    (header) => {
      expect(wantedBytes(header, 100)).toEqual({ part: 'all' })
    },
  )
})

test('an empty file has no part', () => {
  expect(wantedBytes('bytes=0-', 0)).toEqual({ part: 'none' })
  expect(wantedBytes('bytes=-5', 0)).toEqual({ part: 'none' })
})
