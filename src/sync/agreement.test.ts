import { describe, expect, test } from 'vitest'
import { agesOf, agreementOf, type Alike } from './agreement.ts'

const alike = (some: Partial<Alike>): Alike => ({
  state: 'held',
  file: true,
  sentAnew: false,
  provenDays: 3,
  books: 1,
  ...some,
})

describe('an agreement', () => {
  test.each([
    ['a proven file', alike({}), [1, 1, 1]],
    ['a file of which a download only began', alike({ provenDays: null }), [1, 1, 0]],
    ['no file', alike({ file: false, provenDays: 3 }), [1, 1, 0]],
    ['an offer', alike({ state: 'offered', file: false, provenDays: null }), [1, 0, 0]],
    ['a doubt', alike({ state: 'unsure' }), [0, 0, 0]],
    ['one sent anew', alike({ state: 'unsure', sentAnew: true }), [1, 0, 0]],
    ['nothing', alike({ state: 'none', file: false, provenDays: null }), [0, 0, 0]],
  ])('counts %s as far as it has come', (_, some, [offered, entitled, onDevice]) => {
    expect(agreementOf(9, [some])).toEqual({ wanted: 9, offered, entitled, onDevice })
  })

  test('adds up what stands alike', () => {
    const all = [alike({ books: 4 }), alike({ books: 2, provenDays: 90 }), alike({ file: false })]
    expect(agreementOf(9, all)).toEqual({ wanted: 9, offered: 7, entitled: 7, onDevice: 6 })
  })
})

test('ages are those of proofs that a file is there, for what is in the library of the device', () => {
  const all = [
    alike({ books: 4 }),
    alike({ provenDays: 0 }),
    alike({ file: false }),
    alike({ state: 'offered' }),
  ]
  expect(agesOf(all)).toEqual([
    [3, 4],
    [0, 1],
    [null, 1],
  ])
})
