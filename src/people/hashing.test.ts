import { expect, test } from 'vitest'
import { inTurn } from './hashing.ts'

test('passwords are hashed in turn; who is known comes first and is never turned away', async () => {
  const gate = Promise.withResolvers<undefined>()
  const done: string[] = []
  const work = (name: string) => async () => {
    await gate.promise
    done.push(name)
  }
  const tries: Promise<void>[] = []
  let turnedAway = 0
  for (let n = 0; n < 100; n += 1)
    tries.push(
      inTurn(work('stranger')).catch(() => {
        turnedAway += 1
      }),
    )
  const known = inTurn(work('known'), true)
  gate.resolve(undefined)
  await Promise.all([...tries, known])
  expect(turnedAway).toBeGreaterThan(0)
  expect(turnedAway + done.length).toBe(101)
  expect(done).toContain('known')
  // Only who was under way already came before.
  expect(done.indexOf('known')).toBeLessThan(done.length - 20)
  await inTurn(work('later'))
  expect(done.at(-1)).toBe('later')
})
