import { describe, expect, test } from 'vitest'
import { isUuid, uuid5, uuidBytes, uuidText } from './uuid.ts'

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

describe('uuid5', () => {
  test('agrees with the example of RFC 9562', () => {
    expect(uuid5(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })

  test('takes bytes and text alike', () => {
    expect(uuid5(DNS, Buffer.from('é'))).toBe(uuid5(DNS, 'é'))
  })
})

test('a UUID is the same after a journey through bytes', () => {
  expect(uuidText(uuidBytes(DNS))).toBe(DNS)
})

test('only the usual form in lower case is a UUID', () => {
  expect([DNS, DNS.toUpperCase(), `${DNS}0`, '', 'x'].map(isUuid)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})
