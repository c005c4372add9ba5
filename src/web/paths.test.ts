import { describe, expect, test } from 'vitest'
import { backTo, link, rootOf } from './paths.ts'

test('links are relative to where they stand', () => {
  expect(rootOf('http://h/')).toBe('./')
  expect(rootOf('http://h/errata?after=a/b')).toBe('./')
  expect(rootOf('http://h/devices/x/books/y')).toBe('../../../')
  expect(link('../', 'device', { id: 'a/b?c' }, { filter: 'missing', after: undefined })).toBe(
    '../devices/a%2Fb%3Fc?filter=missing',
  )
  expect(link('./', 'front')).toBe('./')
})

describe('the way back after signing in', () => {
  test.each([
    ['/devices/x?filter=missing', './devices/x?filter=missing'],
    ['//elsewhere.example', undefined],
    ['/\\elsewhere.example', undefined],
    ['/a\\b', undefined],
    ['https://elsewhere.example', undefined],
    ['javascript:alert(1)', undefined],
    ['/a\r\nlocation: b', undefined],
    ['/ä', undefined],
    [`/${'x'.repeat(2000)}`, undefined],
    ['/', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('from %j', (asked, way) => {
    expect(backTo('./', asked)).toBe(way)
  })
})
