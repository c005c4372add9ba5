import { describe, expect, test } from 'vitest'
import { fromWhere } from './cross-site.ts'

const nothing = { site: null, origin: null, host: null, base: 'http://192.168.1.20:8190' }

describe('a form', () => {
  test.each([
    ['same-origin', 'here'],
    ['none', 'here'],
    ['same-site', 'elsewhere'],
    ['cross-site', 'elsewhere'],
    ['', 'elsewhere'],
  ])('whose browser says it comes from %s', (site, who) => {
    expect(fromWhere({ ...nothing, site })).toBe(who)
    // What the browser itself says counts more than any name.
    expect(fromWhere({ ...nothing, site, origin: nothing.base, host: '192.168.1.20:8190' })).toBe(
      who,
    )
  })

  test.each([
    ['http://192.168.1.20:8190', '192.168.1.20:8190', 'here'],
    ['http://192.168.1.20:8190', null, 'here'],
    ['http://holdfast.local:8190', 'Holdfast.local:8190', 'here'],
    ['https://books.example.org', 'books.example.org', 'here'],
    ['https://books.example.org:8443', 'books.example.org', 'here'],
    ['http://[fd00::1]:8190', '[fd00::1]:8190', 'here'],
    ['http://192.168.1.20:8080', '192.168.1.20:8190', 'elsewhere'],
    ['https://elsewhere.example', '192.168.1.20:8190', 'elsewhere'],
    ['https://elsewhere.example', null, 'elsewhere'],
    ['https://192.168.1.20.elsewhere.example', '192.168.1.20', 'elsewhere'],
    ['https://elsewhere.example/192.168.1.20:8190', '192.168.1.20:8190', 'elsewhere'],
    ['null', '192.168.1.20:8190', 'hidden'],
    ['null', 'null', 'hidden'],
    ['', '', 'elsewhere'],
    ['file://', '', 'elsewhere'],
  ])('from %s to the host %s', (origin, host, who) => {
    expect(fromWhere({ ...nothing, origin, host })).toBe(who)
  })

  test('of a program that says nothing is left to its token', () => {
    expect(fromWhere(nothing)).toBe('silent')
  })
})
