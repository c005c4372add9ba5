import { expect, test } from 'vitest'
import { keeping } from './kept.ts'

test('what was read is kept until something is written, or half a minute passed', async () => {
  let [writes, now, reads] = [0, 1_000_000, 0]
  const keep = keeping<number>({ commits: () => writes }, () => now)
  const read = () => Promise.resolve((reads += 1))
  expect(await Promise.all([keep('one', read), keep('one', read), keep('two', read)])).toEqual([
    1, 1, 2,
  ])
  now += 29_999
  expect(await keep('one', read)).toBe(1)
  now += 1
  expect(await keep('one', read)).toBe(3)
  writes += 1
  expect(await keep('one', read)).toBe(4)
  now -= 60_000
  expect(await keep('one', read)).toBe(5)
})

test('what failed is read again', async () => {
  const keep = keeping<string>({ commits: () => 1 }, () => 0)
  await expect(keep('one', () => Promise.reject(new Error('Not now.')))).rejects.toThrow('Not now.')
  expect(await keep('one', () => Promise.resolve('now'))).toBe('now')
})

test('of many names the newest are kept', async () => {
  let reads = 0
  const keep = keeping<number>({ commits: () => 1 }, () => 0)
  const read = () => Promise.resolve((reads += 1))
  for (let name = 0; name < 201; name++) await keep(String(name), read)
  expect(await keep('1', read)).toBe(2)
  expect(await keep('200', read)).toBe(201)
  expect(await keep('0', read)).toBe(202)
})
