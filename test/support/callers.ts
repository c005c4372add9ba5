import { openBrowser, type Browser } from './browser.ts'
import type { House } from './house.ts'

const counted = new WeakMap<House, number>()

/**
 * A new browser at a house behind a proxy (`trustedProxies: '127.0.0.1'`), each as if from another caller: wrong secrets of one are answered
 * slowly. `headers` are sent with everything.
 */
export function callerAt(house: House, headers: Record<string, string> = {}): Browser {
  const count = (counted.get(house) ?? 0) + 1
  counted.set(house, count)
  return openBrowser(house.url, { 'x-forwarded-for': `203.0.113.${count % 250}`, ...headers })
}
