import { expect, test } from 'vitest'
import { inChunks } from './in-chunks.ts'

test.each([
  [0, []],
  [1, [1]],
  [500, [500]],
  [501, [500, 1]],
  [1200, [500, 500, 200]],
])('%i come in chunks of %j, each once and in their order', (count, sizes) => {
  const all = Array.from({ length: count }, (_, n) => n)
  const chunks = [...inChunks(all)]
  expect(chunks.map(({ length }) => length)).toEqual(sizes)
  expect(chunks.flat()).toEqual(all)
})
