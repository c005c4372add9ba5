import { get } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

test.each([
  ['web/browser/audit-page.js', 'text/javascript; charset=utf-8'],
  ['web/browser/audit-worker.js', 'text/javascript; charset=utf-8'],
  ['sqlite/index.mjs', 'text/javascript; charset=utf-8'],
  ['sqlite/sqlite3.wasm', 'application/wasm'],
])('%s is given out once, and not again while it is the same', async (path, type) => {
  const first = await fetch(`${house.url}/scripts/${path}`)
  expect([first.status, first.headers.get('content-type')]).toEqual([200, type])
  expect((await first.arrayBuffer()).byteLength).toBeGreaterThan(0)
  const tag = first.headers.get('etag') ?? ''
  const second = await fetch(`${house.url}/scripts/${path}`, { headers: { 'if-none-match': tag } })
  expect(second.status).toBe(304)
})

test('a script obeys a policy of its own: what it loads is ours, and WebAssembly may run', async () => {
  const { headers } = await fetch(`${house.url}/scripts/web/browser/audit-worker.js`)
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'",
  )
})

test('nothing else is given out as a script', async () => {
  const paths = [
    '',
    'web',
    'web/browser',
    'nothing.js',
    '../package.json',
    '../src/main.js',
    '..%2Fsrc%2Fmain.js',
    'web/../../src/main.js',
    '%2Fetc%2Fpasswd',
    'web/browser/audit-page.js/',
    'web//browser/audit-page.js',
  ]
  for (const path of paths) expect([path, await statusOf(`/scripts/${path}`)]).toEqual([path, 404])
})

/** Asks for a path just as it is written. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = get(house.url, { path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject)
  })
}
