import { readdirSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/package-root.ts'
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
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
})

test('all scripts of all pages together are less than 40 kB as they are sent, the SQLite of audits apart', async () => {
  const folder = join(packageRoot(), 'dist', 'browser')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const ours = names.filter((name) => name.endsWith('.js') && !name.startsWith('sqlite'))
  expect(ours.length).toBeGreaterThan(20)
  const sizes = await Promise.all(ours.map((name) => bytesOf(`/scripts/${name}`)))
  expect(sizes.every((size) => size > 0)).toBe(true)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40_000)
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

/** How many bytes the body of an answer has as it is sent to a browser. */
function bytesOf(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip' }
    const call = get(`${house.url}${path}`, { headers, agent: false }, (response) => {
      let bytes = 0
      response.on('data', (part: Buffer) => (bytes += part.length))
      response.on('end', () => resolve(response.statusCode === 200 ? bytes : 0))
      response.on('error', reject)
    })
    call.on('error', reject)
  })
}

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
