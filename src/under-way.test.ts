import { expect, test } from 'vitest'
import { openUnderWay } from './under-way.ts'

test('work is counted from its beginning until nothing is left of it', () => {
  const { imports, preparation } = openUnderWay()
  expect(imports.told).toBeUndefined()
  const ends = ['a', 'b', 'c', 'd'].map((name) => imports.begin(name))
  expect(imports.told).toEqual({ done: 0, total: 4, failed: 0, names: ['a', 'b', 'c'] })
  ends[1]?.('failed')
  ends[1]?.('failed')
  ends[0]?.('done')
  expect(imports.told).toEqual({ done: 2, total: 4, failed: 1, names: ['c', 'd'] })
  expect(preparation.told).toBeUndefined()
  ends[2]?.('done')
  ends[3]?.('done')
  expect(imports.told).toBeUndefined()
  imports.begin('e')
  expect(imports.told).toEqual({ done: 0, total: 1, failed: 0, names: ['e'] })
})

test('what waits counts, also while nothing else is worked on', () => {
  const { preparation } = openUnderWay()
  preparation.wait(2)
  expect(preparation.told).toEqual({ done: 0, total: 2, failed: 0, names: [] })
  preparation.begin('a')('done')
  expect(preparation.told).toEqual({ done: 1, total: 2, failed: 0, names: [] })
  const end = preparation.begin('b')
  preparation.wait(0)
  end('failed')
  expect(preparation.told).toBeUndefined()
})
