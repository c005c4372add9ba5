import { expect, test } from 'vitest'
import { publicUrl, reachableBases, syncUrl } from './public-url.ts'

const open = { publicUrl: null, host: '0.0.0.0', port: 8190 }
const lan = '192.168.1.20'

test('the configured address wins over everything', () => {
  const configured = { publicUrl: 'https://books.example.org/shelf', host: '0.0.0.0', port: 8190 }
  expect(publicUrl(configured, { address: '10.0.0.9', port: 80 }, lan)).toBe(
    'https://books.example.org/shelf',
  )
})

test.each([
  ['10.0.0.9', 'http://10.0.0.9:9000'],
  ['::ffff:10.0.0.9', 'http://10.0.0.9:9000'],
  ['2001:db8::7', 'http://[2001:db8::7]:9000'],
  ['127.0.0.1', 'http://192.168.1.20:9000'],
  ['::1', 'http://192.168.1.20:9000'],
  ['::ffff:127.0.0.1', 'http://192.168.1.20:9000'],
  ['0.0.0.0', 'http://192.168.1.20:9000'],
  ['169.254.3.3', 'http://192.168.1.20:9000'],
  ['fe80::1', 'http://192.168.1.20:9000'],
  [undefined, 'http://192.168.1.20:9000'],
])('a request that reached %s is given %s', (address, base) => {
  expect(publicUrl(open, { address, port: 9000 }, lan)).toBe(base)
})

test('loopback is given only where there is no network', () => {
  expect(publicUrl(open, { address: '127.0.0.1', port: 9000 }, undefined)).toBe(
    'http://127.0.0.1:9000',
  )
  expect(publicUrl(open, undefined, undefined)).toBe('http://127.0.0.1:8190')
})

test('the address of a Kobo ends with its secret', () => {
  expect(syncUrl('http://10.0.0.9:8190', 'S')).toBe('http://10.0.0.9:8190/kobo/S')
})

test('a server that listens on one address gives that one, and a local one never an address that does not answer', () => {
  const lan = '192.168.1.20'
  expect(publicUrl({ ...open, host: '10.0.0.5' }, undefined, lan)).toBe('http://10.0.0.5:8190')
  expect(publicUrl({ ...open, host: '127.0.0.1' }, undefined, lan)).toBe('http://127.0.0.1:8190')
})

test.each([
  [
    'a configured address',
    { publicUrl: 'https://books.example.org', host: '0.0.0.0' },
    'https://books.example.org',
    ['https://books.example.org'],
  ],
  [
    'all addresses of the machine',
    { publicUrl: null, host: '0.0.0.0' },
    'http://10.0.0.9:8190',
    ['http://10.0.0.9:8190', 'http://192.168.1.20:8190'],
  ],
  [
    'the others, to a page on the machine itself',
    { publicUrl: null, host: '::' },
    'http://127.0.0.1:8190',
    ['http://192.168.1.20:8190', 'http://10.0.0.9:8190'],
  ],
  [
    'what a proxy said',
    { publicUrl: null, host: '0.0.0.0' },
    'https://books.example.org/shelf',
    ['https://books.example.org/shelf'],
  ],
  [
    'nothing, where only the machine itself is listened to',
    { publicUrl: null, host: '127.0.0.1' },
    'http://127.0.0.1:8190',
    [],
  ],
  [
    'nothing, where loopback was configured',
    { publicUrl: 'http://localhost:8190', host: '0.0.0.0' },
    'http://localhost:8190',
    [],
  ],
])('a Kobo is offered %s', (_, configured, base, bases) => {
  expect(reachableBases(configured, base, ['192.168.1.20', '10.0.0.9'])).toEqual(bases)
})
