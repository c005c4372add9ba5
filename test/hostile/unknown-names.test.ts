import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { callerAt } from '../support/callers.ts'
import { openHouse, type House } from '../support/house.ts'

/** How many there are of each kind. */
const EACH = 15

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
  for (let n = 0; n < EACH; n += 1) {
    await house.person(`Known ${n}`)
    // Somebody who signs in by something else.
    const wayless = await house.person(`Wayless ${n}`)
    await house.server.home.db.transact((tx) =>
      tx.deleteFrom('password').where('person', '=', wayless.id).execute(),
    )
  }
})
afterAll(() => house.close())

const browser = (): Browser => callerAt(house)

describe('a name that nobody has', () => {
  test('is told the same as a name that somebody has, whatever is wrong', async () => {
    const told = new Set<string>()
    for (const name of ['Anna', 'Nobody', 'Wayless 0', 'anna\u0000', '']) {
      const wrong = browser()
      await wrong.signIn(name, 'a password of nobody')
      expect([name, wrong.shown.status]).toEqual([name, 422])
      told.add(wrong.words)
    }
    expect(told.size).toBe(1)
  })

  test('takes as long to be refused, by a password and by a recovery code', async () => {
    // A code is refused in so few milliseconds that only the shortest of many says what that costs. No name is tried so
    // often that its answers wait.
    for (const [path, field, least, most] of [
      ['/sign-in', 'password', EACH, 4 * EACH],
      ['/sign-in/recovery', 'code', 5 * EACH, 15 * EACH],
    ] as const) {
      const shortest = new Map<string, number>()
      const ratio = (kind: string) =>
        (shortest.get(kind) ?? Infinity) / (shortest.get('Known') ?? Infinity)
      const areAlike = () =>
        ['Wayless', 'Nobody'].every((kind) => ratio(kind) > 0.5 && ratio(kind) < 2)
      // In turn, so that a machine that is busy for a while is so for all of them; and some more of each while it may be to blame.
      for (let round = 0; round < least || (round < most && !areAlike()); round += 1)
        for (const kind of ['Known', 'Wayless', 'Nobody']) {
          const wrong = browser()
          const name = `${kind} ${round % EACH}`
          const began = performance.now()
          await wrong.post(path, { name, [field]: 'wrong' }, { origin: house.url })
          const ms = performance.now() - began
          expect([path, wrong.shown.status]).toEqual([path, 422])
          shortest.set(kind, Math.min(ms, shortest.get(kind) ?? Infinity))
        }
      expect([path, ...shortest, areAlike()]).toEqual([path, ...shortest, true])
    }
  })
})
