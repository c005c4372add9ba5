import { openBrowser, type Browser } from './browser.ts'
import { countPerHouse } from './count-per-house.ts'
import type { House } from './house.ts'

const count = countPerHouse()

/**
 * A new browser at a house behind a proxy (`trustedProxies: '127.0.0.1'`), each as if from another caller: wrong secrets of one are answered
 * slowly. `headers` are sent with everything.
 */
export function callerAt(house: House, headers: Record<string, string> = {}): Browser {
  return openBrowser(house.url, {
    'x-forwarded-for': `203.0.113.${count(house) % 250}`,
    ...headers,
  })
}
