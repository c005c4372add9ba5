import { expect, test } from 'vitest'
import { openUnderWay } from './under-way.ts'

const everything = () => true

test('work is counted from its beginning until nothing is left of it', () => {
  const { imports, preparation } = openUnderWay()
  expect(imports.told(everything)).toBeUndefined()
  const ends = ['a', 'b', 'c', 'd'].map((name) => imports.begin(name, null))
  expect(imports.told(everything)).toEqual({ done: 0, total: 4, failed: 0, names: ['a', 'b', 'c'] })
  ends[1]?.('failed')
  ends[1]?.('failed')
  ends[0]?.('done')
  expect(imports.told(everything)).toEqual({ done: 2, total: 4, failed: 1, names: ['c', 'd'] })
  expect(preparation.told(everything)).toBeUndefined()
  ends[2]?.('done')
  ends[3]?.('done')
  expect(imports.told(everything)).toBeUndefined()
  imports.begin('e', null)
  expect(imports.told(everything)).toEqual({ done: 0, total: 1, failed: 0, names: ['e'] })
})

test('what is another’s is counted, but neither named nor told of when it fails', () => {
  const { imports } = openUnderWay()
  const ends = [
    imports.begin('of Anna', 'anna'),
    imports.begin('of Ben', 'ben'),
    imports.begin('of nobody', null),
    imports.begin('also of Ben', 'ben'),
  ]
  const toBen = (whose: string | null) => whose === 'ben'
  const toAnna = (whose: string | null) => whose === null || whose === 'anna'
  expect(imports.told(toBen)).toMatchObject({ total: 4, names: ['of Ben', 'also of Ben'] })
  expect(imports.told(toAnna)).toMatchObject({ total: 4, names: ['of Anna', 'of nobody'] })
  ends[0]?.('failed')
  ends[1]?.('failed')
  ends[2]?.('failed')
  expect(imports.told(toBen)).toMatchObject({ done: 3, total: 4, failed: 1 })
  expect(imports.told(toAnna)).toMatchObject({ done: 3, total: 4, failed: 2 })
})

test('what waits counts, also while nothing else is worked on', () => {
  const { preparation } = openUnderWay()
  preparation.wait(2)
  expect(preparation.told(everything)).toEqual({ done: 0, total: 2, failed: 0, names: [] })
  preparation.begin('a', null)('done')
  expect(preparation.told(everything)).toEqual({ done: 1, total: 2, failed: 0, names: [] })
  const end = preparation.begin('b', null)
  preparation.wait(0)
  end('failed')
  expect(preparation.told(everything)).toBeUndefined()
})
