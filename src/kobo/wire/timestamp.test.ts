import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

const instants = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  .map((date) => date.getTime())

describe('timestamps', () => {
  test('come back as the second they were sent', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const text = formatTimestamp(instant)
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        expect(parseTimestamp(text)).toBe(Math.floor(instant / 1000) * 1000)
      }),
    )
  })

  test('are read with any number of decimals', () => {
    fc.assert(
      fc.property(
        instants,
        fc.string({ unit: fc.nat({ max: 9 }).map(String), minLength: 1, maxLength: 9 }),
        (instant, decimals) => {
          const second = Math.floor(instant / 1000) * 1000
          const text = formatTimestamp(instant).replace('Z', `.${decimals}Z`)
          expect(parseTimestamp(text)).toBe(
            second + Math.floor(Number(`0.${decimals}`) * 1000 + 1e-7),
          )
        },
      ),
    )
  })

  test('are read with any offset', () => {
    fc.assert(
      fc.property(
        instants,
        fc.nat({ max: 23 }),
        fc.nat({ max: 59 }),
        fc.boolean(),
        (instant, h, m, west) => {
          const second = Math.floor(instant / 1000) * 1000
          const digits = [h, m].map((number) => String(number).padStart(2, '0'))
          const text = formatTimestamp(instant).replace(
            'Z',
            `${west ? '-' : '+'}${digits.join(':')}`,
          )
          expect(parseTimestamp(text)).toBe(second + (west ? 1 : -1) * (h * 60 + m) * 60_000)
        },
      ),
    )
  })

  test.each([
    ['2022-08-19T00:00:00.0000000Z', Date.UTC(2022, 7, 19)],
    ['2022-08-19T00:00:00.1239999+00:00', Date.UTC(2022, 7, 19, 0, 0, 0, 123)],
    ['2021-11-01T13:10:10Z', Date.UTC(2021, 10, 1, 13, 10, 10)],
    ['2021-11-01T13:10:10', Date.UTC(2021, 10, 1, 13, 10, 10)],
    ['2021-11-01 13:10', Date.UTC(2021, 10, 1, 13, 10)],
    ['2021-11-01', Date.UTC(2021, 10, 1)],
    ['2024-02-29T23:59:59-0130', Date.UTC(2024, 2, 1, 1, 29, 59)],
  ])('%s is understood', (text, instant) => {
    expect(parseTimestamp(text)).toBe(instant)
  })

  test.each([
    '',
    'yesterday',
    '2021-02-30T00:00:00Z',
    '2021-13-01',
    '2021-11-01T25:00:00Z',
    '2021-11-01T00:00:00.Z',
    '2021-11-01T00:00:00.0123456789Z',
    '20211101',
    '2021-11-01T00:00:00+99:00',
  ])('“%s” is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })
})
