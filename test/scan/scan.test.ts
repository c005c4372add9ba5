import { beforeAll, describe, expect, test } from 'vitest'
import { RULES } from '../../src/people/rules.ts'
import { scanFreshServers, type Scan } from './scan.ts'

describe('servers that were just started', () => {
  let scan: Scan
  beforeAll(async () => {
    scan = await scanFreshServers()
  }, 300_000)

  test('have no answer whose headers leave anything to wish', () => {
    expect(scan.findings).toEqual([])
  })

  test('were asked by every route, over http and with TLS, and answered more than problems', () => {
    for (const way of ['over http', 'behind a proxy with TLS', 'configured with https']) {
      const calls = new Set(scan.answers.map(({ call }) => call.replace(/ by nobody/, '')))
      const missing = Object.keys(RULES).filter(
        (route) => !calls.has(`${route}, ${way}`) && !ASKED_OTHERWISE.test(route),
      )
      expect([way, missing]).toEqual([way, []])
    }
    // What is named by its id is there: a route that only tells that nothing is has told nothing of its headers.
    const found = new Set(
      scan.answers.filter(({ status }) => status !== 404).map(({ call }) => call.split(', ')[0]),
    )
    const named = Object.keys(RULES).filter(
      (route) =>
        /:(?!secret)/.test(route) && !route.includes('/:secret/') && !ASKED_OTHERWISE.test(route),
    )
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((route) => !found.has(route))).toEqual([])
    const statuses = new Set(scan.answers.map(({ status }) => status))
    for (const status of [200, 201, 204, 303, 400, 401, 403, 404, 409, 413, 414])
      expect([status, statuses.has(status)]).toEqual([status, true])
    const kinds = scan.answers.map(({ headers }) => headers.get('content-type')?.split(';')[0])
    expect(new Set(kinds)).toEqual(new Set(KINDS))
    expect(scan.answers.filter(({ endsSession }) => endsSession)).toHaveLength(9)
  })
})

/** These end a session, and are asked by pressing their buttons. */
const ASKED_OTHERWISE = /^POST \/(?:sign-out|account\/sessions\/)/

/** What fresh servers give out: redirects and what has no content have no type. */
const KINDS = [
  undefined,
  'text/html',
  'text/plain',
  'text/css',
  'text/javascript',
  'application/json',
  'application/epub+zip',
  'image/jpeg',
]
