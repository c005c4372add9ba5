import { expect, test } from 'vitest'
import { nextLook, type Came } from './next-look.ts'

const PACE = { first: 2000, slowest: 30_000 }

test.each<[Came, before: number, next: number | undefined]>([
  ['moving', 2000, 2000],
  ['moving', 30_000, 2000],
  ['still', 2000, 3000],
  ['still', 3000, 4500],
  ['still', 25_000, 30_000],
  ['still', 30_000, 30_000],
  ['away', 2000, 4000],
  ['away', 16_000, 30_000],
  ['away', 30_000, 30_000],
  ['signed-out', 2000, 30_000],
  ['refused', 2000, 30_000],
  ['over', 2000, undefined],
])('after a look that came to “%s”, %d ms after the one before, the next is in %s', (...row) => {
  const [came, before, next] = row
  expect(nextLook(before, came, PACE)).toBe(next)
})

test('where nothing moves it is looked ever more rarely, and for ever', () => {
  let delay = PACE.first
  for (let looks = 0; looks < 10_000; looks += 1) {
    const next = nextLook(delay, 'still', PACE) ?? 0
    expect(next).toBeGreaterThanOrEqual(delay)
    delay = next
  }
  expect(delay).toBe(PACE.slowest)
})
