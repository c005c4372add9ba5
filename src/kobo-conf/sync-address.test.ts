import { expect, test } from 'vitest'
import { isLoopback, syncAddress } from './sync-address.ts'

test.each([
  ['http://192.168.1.20:8190/kobo/abc', 'http://192.168.1.20:8190/kobo/abc'],
  [' https://Books.example.org/a/kobo/abc// \n', 'https://books.example.org/a/kobo/abc'],
  ['https://storeapi.kobo.com', 'https://storeapi.kobo.com'],
  ['192.168.1.20:8190/kobo/abc', undefined],
  ['ftp://192.168.1.20/kobo/abc', undefined],
  ['http://a:b@example.org/kobo/abc', undefined],
  ['http://example.org/kobo/abc?x=1', undefined],
  ['http://example.org/kobo/a\nimage_host=x', 'http://example.org/kobo/aimage_host=x'],
  ['http://', undefined],
  ['', undefined],
])('%j is taken as %j', (typed, address) => {
  expect(syncAddress(typed)).toBe(address)
})

test.each([
  ['http://localhost:8190', true],
  ['http://books.localhost', true],
  ['http://127.0.0.1:8190', true],
  ['http://127.1:8190', true],
  ['http://2130706433:8190', true],
  ['http://[::1]:8190', true],
  ['http://[::ffff:127.0.0.1]:8190', true],
  ['http://0.0.0.0:8190', true],
  ['http://128.0.0.1', false],
  ['http://localhost.example.org', false],
  ['http://192.168.1.20:8190', false],
])('%s leads back to the Kobo itself: %s', (address, isIt) => {
  expect(isLoopback(address)).toBe(isIt)
})
