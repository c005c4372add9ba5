import { expect, test } from 'vitest'
import { parseInstant } from './published.ts'

test.each([
  ['1898', '1898-01-01T00:00:00.000Z'],
  ['1898-05', '1898-05-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2022-12-17T02:41:44Z', '2022-12-17T02:41:44.000Z'],
  ['2022-12-17T02:41:44.250+02:00', '2022-12-17T00:41:44.000Z'],
  ['2022-12-31T23:30-0100', '2023-01-01T00:30:00.000Z'],
  ['2022-12-17 02:41', '2022-12-17T02:41:00.000Z'],
  ['0150-01-01', '0150-01-01T00:00:00.000Z'],
])('%s is the instant %s', (text, instant) => {
  expect(parseInstant(text)).toBe(Date.parse(instant))
})

test.each(['', 'May 1898', '22.09.2015', '2023-02-29', '2023-13', '2023-01-01T25:00Z', '98'])(
  '“%s” is no instant',
  (text) => {
    expect(parseInstant(text)).toBeNull()
  },
)

test('the date that calibre writes for an unknown one is no instant', () => {
  expect(parseInstant('0101-01-01T00:00:00+00:00')).toBeNull()
})
