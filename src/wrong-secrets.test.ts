import { describe, expect, test } from 'vitest'
import {
  ACCOUNTS,
  CALLERS,
  CALLERS_LIMIT,
  countTry,
  delayAfter,
  FREE_TRIES,
  networkOf,
} from './wrong-secrets.ts'

describe('wrong secrets', () => {
  test('are answered at once at first, then later and later, never later than the longest wait', () => {
    expect(delayAfter(FREE_TRIES)).toBe(0)
    expect([1, 2, 3].map((more) => delayAfter(FREE_TRIES + more))).toEqual([100, 200, 400])
    expect(delayAfter(1_000_000)).toBe(CALLERS.longest)
  })

  test('at one account wait longer, and still not for ever', () => {
    expect(delayAfter(ACCOUNTS.free, ACCOUNTS)).toBe(0)
    expect(delayAfter(ACCOUNTS.free + 6, ACCOUNTS)).toBe(3200)
    expect(delayAfter(1_000_000, ACCOUNTS)).toBe(30_000)
  })

  test('are counted for each caller, and forgotten after a while', () => {
    const callers = new Map()
    expect(countTry(callers, 'a', 0).wrong).toBe(1)
    expect(countTry(callers, 'a', 1).wrong).toBe(2)
    expect(countTry(callers, 'b', 2).wrong).toBe(1)
    expect(countTry(callers, 'a', 1 + CALLERS.forgottenAfter).wrong).toBe(3)
    expect(countTry(callers, 'a', 2 + 2 * CALLERS.forgottenAfter).wrong).toBe(1)
  })

  test('of ever new callers take no more memory', () => {
    const callers = new Map()
    for (let n = 0; n < CALLERS_LIMIT + 500; n += 1) {
      countTry(callers, `caller ${n}`, n)
      countTry(callers, 'the one who goes on', n)
    }
    expect(callers.size).toBe(CALLERS_LIMIT)
    expect(callers.get('the one who goes on')?.wrong).toBe(CALLERS_LIMIT + 500)
    expect(callers.has('caller 0')).toBe(false)
  })
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:2::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  [undefined, 'nobody'],
])('a caller at %s is known as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
