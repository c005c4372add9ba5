import { describe, expect, test } from 'vitest'
import { callerAddress, forwardedBase, isTrusted } from './forwarded.ts'

const proxies = ['10.0.0.0/8', '::1']

function base(headers: Record<string, string>, peer: string | undefined = '10.1.2.3') {
  return forwardedBase({ headers: new Headers(headers), peer }, proxies)
}

const https = { 'x-forwarded-proto': 'https' }

describe('a proxy that is trusted', () => {
  test.each<[Record<string, string>, string]>([
    [{ ...https, 'x-forwarded-host': 'books.example.org' }, 'https://books.example.org'],
    [{ ...https, 'x-forwarded-host': 'Books.Example.org:8443' }, 'https://books.example.org:8443'],
    [
      { ...https, 'x-forwarded-host': 'books.example.org', 'x-forwarded-port': '8443' },
      'https://books.example.org:8443',
    ],
    [
      { ...https, 'x-forwarded-host': 'books.example.org', 'x-forwarded-port': '443' },
      'https://books.example.org',
    ],
    [
      { ...https, 'x-forwarded-host': 'books.example.org', 'x-forwarded-prefix': '/shelf/' },
      'https://books.example.org/shelf',
    ],
    [{ 'x-forwarded-proto': 'http', host: '192.168.1.5' }, 'http://192.168.1.5'],
    [
      { 'x-forwarded-proto': 'http', 'x-forwarded-port': '8080', host: '192.168.1.5' },
      'http://192.168.1.5:8080',
    ],
    [{ ...https, 'x-forwarded-host': '2001:db8::7' }, 'https://[2001:db8::7]'],
    [
      { ...https, 'x-forwarded-host': '2001:db8::7', 'x-forwarded-port': '8443' },
      'https://[2001:db8::7]:8443',
    ],
    [{ ...https, 'x-forwarded-host': '[2001:db8::7]:8443' }, 'https://[2001:db8::7]:8443'],
    [{ forwarded: 'for=1.2.3.4;proto=https;host=books.example.org' }, 'https://books.example.org'],
    [
      { forwarded: 'For="[2001:db8::1]:99"; Proto=HTTPS; Host="books.example.org:8443"' },
      'https://books.example.org:8443',
    ],
    [
      { forwarded: 'proto=https;host=a.example', ...https, 'x-forwarded-host': 'b.example' },
      'https://a.example',
    ],
  ])('that sends %j gives %s', (headers, expected) => {
    expect(base(headers)).toBe(expected)
  })

  test('speaks also from an IPv4 address inside an IPv6 one', () => {
    const headers = { ...https, 'x-forwarded-host': 'a.example' }
    expect(base(headers, '::ffff:10.1.2.3')).toBe('https://a.example')
    expect(base(headers, '::1')).toBe('https://a.example')
  })

  test('is believed and the stranger before it is not', () => {
    const headers = {
      'x-forwarded-for': '10.9.9.9, 203.0.113.5',
      'x-forwarded-host': 'evil.example, books.example.org',
      'x-forwarded-proto': 'http, https',
    }
    expect(base(headers)).toBe('https://books.example.org')
    expect(
      base({
        forwarded:
          'for=10.9.9.9;host=evil.example;proto=http, for=203.0.113.5;host=a.example;proto=https',
      }),
    ).toBe('https://a.example')
  })

  test('is not spoken for by what a stranger wrote before it', () => {
    expect(base({ forwarded: 'host=evil.example;proto=https, for=203.0.113.5' })).toBeUndefined()
    expect(
      base({ forwarded: 'host=evil.example, for=203.0.113.5;proto=https', host: 'a.example' }),
    ).toBe('https://a.example')
  })

  test('lets the first trusted proxy of several speak', () => {
    const headers = {
      'x-forwarded-for': '203.0.113.5, 10.0.0.2',
      'x-forwarded-host': 'books.example.org, inner',
      'x-forwarded-proto': 'https, http',
    }
    expect(base(headers)).toBe('https://books.example.org')
    expect(base({ ...headers, 'x-forwarded-host': 'books.example.org' })).toBe(
      'https://books.example.org',
    )
  })

  test.each<Record<string, string>>([
    {},
    { host: 'books.example.org' },
    { 'x-forwarded-host': 'books.example.org' },
    { 'x-forwarded-proto': 'ftp', 'x-forwarded-host': 'a.example' },
    { ...https, 'x-forwarded-host': 'a.example/path' },
    { ...https, 'x-forwarded-host': 'a.example:99999' },
    { ...https, 'x-forwarded-host': 'user@a.example' },
    { ...https, 'x-forwarded-host': '[fe80::zz]' },
    { ...https, 'x-forwarded-host': `${'a'.repeat(300)}.example` },
    { ...https, 'x-forwarded-host': 'a.example', 'x-forwarded-prefix': 'shelf' },
    { ...https, 'x-forwarded-host': 'a.example', 'x-forwarded-prefix': '//evil.example' },
    { ...https, 'x-forwarded-host': 'a.example', 'x-forwarded-prefix': '/a/../b' },
  ])('that sends %j is not understood', (headers) => {
    expect(base(headers)).toBeUndefined()
  })
})

test.each(['203.0.113.5', '192.168.1.5', '::ffff:192.168.1.5', 'fe80::1%eth0', undefined])(
  'nothing is believed of %s',
  (peer) => {
    expect(
      forwardedBase(
        { headers: new Headers({ ...https, 'x-forwarded-host': 'a.example' }), peer },
        proxies,
      ),
    ).toBeUndefined()
  },
)

test.each([
  ['10.1.2.3', ['10.0.0.0/8'], true],
  ['11.1.2.3', ['10.0.0.0/8'], false],
  ['::ffff:10.1.2.3', ['10.1.2.3'], true],
  ['10.1.2.3', ['::ffff:10.0.0.0/104'], true],
  ['2001:db8::7', ['2001:db8::/32'], true],
  ['2001:db9::7', ['2001:db8::/32'], false],
  ['fe80::1%eth0', ['fe80::/10'], true],
  ['nonsense', ['0.0.0.0/0'], false],
  [undefined, ['0.0.0.0/0', '::/0'], false],
  ['10.1.2.3', [], false],
])('%s within %j is %s', (address, trusted, expected) => {
  expect(isTrusted(address, trusted)).toBe(expected)
})

test.each([
  ['10.1.2.3', { 'x-forwarded-for': '203.0.113.5, 10.0.0.2' }, '203.0.113.5'],
  ['10.1.2.3', { 'x-forwarded-for': '1.1.1.1, 203.0.113.5' }, '203.0.113.5'],
  ['10.1.2.3', { forwarded: 'for="[2001:db8::1]:99"' }, '2001:db8::1'],
  ['10.1.2.3', { 'x-forwarded-for': 'unknown' }, '10.1.2.3'],
  ['10.1.2.3', {}, '10.1.2.3'],
  ['203.0.113.9', { 'x-forwarded-for': '1.1.1.1' }, '203.0.113.9'],
  ['::ffff:203.0.113.9', {}, '203.0.113.9'],
])('a call that reached us from %s with %j is of %s', (peer, headers, expected) => {
  expect(callerAddress({ headers: new Headers(headers), peer }, proxies)).toBe(expected)
})
