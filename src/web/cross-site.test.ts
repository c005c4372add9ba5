import { describe, expect, test } from 'vitest'
import { isFromHere } from './cross-site.ts'

const nothing = { site: null, origin: null, host: null, base: 'http://192.168.1.20:8190' }

describe('a form', () => {
  test.each([
    ['same-origin', true],
    ['none', true],
    ['same-site', false],
    ['cross-site', false],
    ['', false],
  ])('whose browser says it comes from %s', (site, isOurs) => {
    expect(isFromHere({ ...nothing, site })).toBe(isOurs)
    // What the browser itself says counts more than any name.
    expect(isFromHere({ ...nothing, site, origin: nothing.base, host: '192.168.1.20:8190' })).toBe(
      isOurs,
    )
  })

  test.each([
    ['http://192.168.1.20:8190', '192.168.1.20:8190', true],
    ['http://192.168.1.20:8190', null, true],
    ['http://holdfast.local:8190', 'Holdfast.local:8190', true],
    ['https://books.example.org', 'books.example.org', true],
    ['https://books.example.org:8443', 'books.example.org', true],
    ['http://[fd00::1]:8190', '[fd00::1]:8190', true],
    ['http://192.168.1.20:8080', '192.168.1.20:8190', false],
    ['https://elsewhere.example', '192.168.1.20:8190', false],
    ['https://elsewhere.example', null, false],
    ['https://192.168.1.20.elsewhere.example', '192.168.1.20', false],
    ['https://elsewhere.example/192.168.1.20:8190', '192.168.1.20:8190', false],
    ['null', '192.168.1.20:8190', false],
    ['null', 'null', false],
    ['', '', false],
    ['file://', '', false],
  ])('from %s to the host %s', (origin, host, isOurs) => {
    expect(isFromHere({ ...nothing, origin, host })).toBe(isOurs)
  })

  test('from an old browser that says nothing is left to its token', () => {
    expect(isFromHere(nothing)).toBe(true)
  })
})
