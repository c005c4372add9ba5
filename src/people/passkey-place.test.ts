import { expect, test } from 'vitest'
import { passkeyPlace } from './passkey-place.ts'

test.each([
  ['https://books.example.org', 'books.example.org', 'https://books.example.org'],
  ['https://books.example.org:8443/shelf', 'books.example.org', 'https://books.example.org:8443'],
  ['http://localhost:8190', 'localhost', 'http://localhost:8190'],
])('passkeys can be used at %s', (base, rpId, origin) => {
  expect(passkeyPlace(base)).toEqual({ rpId, origin })
})

test.each([
  'http://books.example.org',
  'http://192.168.1.20:8190',
  'https://192.168.1.20',
  'https://[fd00::1]:8190',
  'http://127.0.0.1:8190',
])('passkeys cannot be used at %s', (base) => {
  expect(passkeyPlace(base)).toBeUndefined()
})
