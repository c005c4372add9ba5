import { describe, expect, test } from 'vitest'
import type { Answer } from './answer.ts'
import { checkAnswer } from './check-answer.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const PERMISSIONS =
  'accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), sync-xhr=(), usb=(), xr-spatial-tracking=()'

const COOKIE = '__Host-holdfast=x; Max-Age=9; Path=/; HttpOnly; Secure; SameSite=Lax'

/** A page over TLS in which nothing is wrong. */
const PAGE: Record<string, string> = {
  'content-type': 'text/html; charset=UTF-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'x-dns-prefetch-control': 'off',
  'permissions-policy': PERMISSIONS,
  'set-cookie': COOKIE,
}

/** An answer to a Kobo in which nothing is wrong. */
const KOBO: Record<string, string> = {
  'content-type': 'application/json',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-kobo-sync': 'continue',
}

/** The findings of an answer with some of its headers changed; null takes one away. */
function findings(
  usual: Record<string, string>,
  change: Record<string, string | null>,
  more: Partial<Answer> = {},
): string[] {
  const headers = new Headers(usual)
  for (const [name, value] of Object.entries(change))
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  const answer = { call: 'GET /', status: 200, headers, whose: 'person' as const, isTls: true }
  return checkAnswer({ ...answer, ...more }).map(({ header, says }) => `${header}: ${says}`)
}

const policy = (from: string, to: string) => ({
  'content-security-policy': POLICY.replace(from, to),
})
const cookie = (from: string, to: string) => ({ 'set-cookie': COOKIE.replace(from, to) })
const permissions = (from: string, to: string) => ({
  'permissions-policy': PERMISSIONS.replace(from, to),
})

describe('a page', () => {
  test('in which nothing is wrong has no finding', () => {
    expect(findings(PAGE, {})).toEqual([])
    const plain = { 'strict-transport-security': null, ...cookie('__Host-', '') }
    const unsecured = { ...plain, 'set-cookie': 'holdfast=x; Path=/; HttpOnly; SameSite=Strict' }
    expect(findings(PAGE, unsecured, { isTls: false })).toEqual([])
    const clear = { 'clear-site-data': '"cache", "storage"' }
    expect(findings(PAGE, clear, { endsSession: true })).toEqual([])
  })

  test.each([
    [{ 'x-content-type-options': null }, 'X-Content-Type-Options: is missing'],
    [{ 'x-content-type-options': 'sniff' }, 'X-Content-Type-Options: is “sniff”'],
    [{ 'referrer-policy': null }, 'Referrer-Policy: is missing'],
    [{ 'referrer-policy': 'unsafe-url' }, 'Referrer-Policy: is “unsafe-url”'],
    [{ 'x-frame-options': null }, 'X-Frame-Options: is missing'],
    [{ 'x-frame-options': 'SAMEORIGIN' }, 'X-Frame-Options: is “SAMEORIGIN”'],
    [{ 'x-permitted-cross-domain-policies': 'all' }, 'X-Permitted-Cross-Domain-Policies: is “all”'],
    [
      { 'cross-origin-resource-policy': 'cross-origin' },
      'Cross-Origin-Resource-Policy: is “cross-origin”',
    ],
    [{ 'cross-origin-embedder-policy': null }, 'Cross-Origin-Embedder-Policy: is missing'],
    [
      { 'cross-origin-opener-policy': 'unsafe-none' },
      'Cross-Origin-Opener-Policy: is “unsafe-none”',
    ],
    [{ 'x-dns-prefetch-control': null }, 'X-DNS-Prefetch-Control: is missing'],
    [{ 'strict-transport-security': null }, 'Strict-Transport-Security: is missing or less'],
    [
      { 'strict-transport-security': 'max-age=60' },
      'Strict-Transport-Security: is missing or less',
    ],
    [{ 'cache-control': null }, 'Cache-Control: is missing'],
    [{ 'cache-control': 'private, max-age=60' }, 'Cache-Control: lets a page be kept'],
    [{ 'cache-control': 'public, max-age=60' }, 'Cache-Control: lets a page be kept'],
    [{ 'content-type': 'text/html' }, 'Content-Type: has no charset'],
    [{ 'content-type': null }, 'Content-Type: is missing'],
    [{ 'permissions-policy': null }, 'Permissions-Policy: is missing'],
    [permissions('camera=(), ', ''), 'Permissions-Policy: allows camera'],
    [permissions('usb=()', 'usb=*'), 'Permissions-Policy: allows usb'],
    [permissions('usb=()', 'usb=(), battery=*'), 'Permissions-Policy: gives battery to *'],
    [{ 'x-xss-protection': '1; mode=block' }, 'X-XSS-Protection: is “1; mode=block”'],
    [{ server: 'Holdfast/1' }, 'any other: server is none that'],
    [{ 'x-powered-by': 'Hono' }, 'any other: x-powered-by is none that'],
    [{ 'x-generator': 'y' }, 'any other: x-generator is none that'],
    [{ pragma: 'no-cache' }, 'any other: pragma is none that'],
    [{ 'feature-policy': 'usb *' }, 'any other: feature-policy is none that'],
    [{ sourcemap: 'a.map' }, 'any other: sourcemap is none that'],
    [{ 'access-control-allow-origin': '*' }, 'Access-Control-…: access-control-allow-origin lets'],
    [
      { 'access-control-allow-credentials': 'true' },
      'Access-Control-…: access-control-allow-credentials lets',
    ],
    [{ 'clear-site-data': '"cache"' }, 'Clear-Site-Data: is said where nobody signed out'],
    [{ 'content-security-policy': null }, 'Content-Security-Policy: is missing'],
    [
      policy("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
      'Content-Security-Policy: allows',
    ],
    [policy("script-src 'self'", "script-src 'unsafe-eval'"), 'Content-Security-Policy: allows'],
    [policy("script-src 'self'", 'script-src *'), 'Content-Security-Policy: allows * in'],
    [policy("script-src 'self'", 'script-src https:'), 'Content-Security-Policy: allows https: in'],
    [policy("script-src 'self'", 'img-src data:'), 'Content-Security-Policy: allows data: in'],
    [policy("style-src 'self'", 'img-src http://x'), 'Content-Security-Policy: allows http://x in'],
    [
      policy("style-src 'self'", "style-src 'wasm-unsafe-eval'"),
      "Content-Security-Policy: allows 'wasm-unsafe-eval' in",
    ],
    [
      policy("style-src 'self'", 'img-src covers.example'),
      'Content-Security-Policy: lets parts come without encryption',
    ],
    [policy("default-src 'none'; ", ''), 'Content-Security-Policy: has a default-src other'],
    [policy("default-src 'none'", 'default-src *'), 'Content-Security-Policy: has a default-src'],
    [policy("default-src 'none'", "default-src 'self'"), 'Content-Security-Policy: allows plugins'],
    [
      policy("default-src 'none'", "default-src 'none'; object-src 'self'"),
      'Content-Security-Policy: allows plugins',
    ],
    [policy("; base-uri 'none'", ''), 'Content-Security-Policy: does not say base-uri'],
    [policy("form-action 'self'; ", ''), 'Content-Security-Policy: does not say form-action'],
    [
      policy("form-action 'self'", "form-action 'self' https://x"),
      'Content-Security-Policy: is wide in form-action',
    ],
    [policy("; frame-ancestors 'none'", ''), 'Content-Security-Policy: does not say frame-anc'],
    [
      policy("frame-ancestors 'none'", "frame-ancestors 'self'"),
      'Content-Security-Policy: may be framed',
    ],
    [
      policy("; base-uri 'none'", "; sandbox allow-scripts; base-uri 'none'"),
      'Content-Security-Policy: allows allow-scripts in sandbox',
    ],
    [cookie('; HttpOnly', ''), 'Set-Cookie: __Host-holdfast can be read by scripts'],
    [cookie('; SameSite=Lax', ''), 'Set-Cookie: __Host-holdfast is sent by other sites'],
    [cookie('=Lax', '=None'), 'Set-Cookie: __Host-holdfast is sent by other sites'],
    [cookie('; Secure', ''), 'Set-Cookie: __Host-holdfast is sent without encryption'],
    [cookie('__Host-', ''), 'Set-Cookie: holdfast can be set by other hosts'],
    [cookie('Path=/', 'Path=/books'), 'Set-Cookie: __Host-holdfast is not for the whole host'],
    [
      cookie('; Secure', '; Secure; Domain=x'),
      'Set-Cookie: __Host-holdfast is sent to other hosts',
    ],
  ] as [Record<string, string | null>, string][])(
    'with %j has the finding “%s”',
    (change, told) => {
      expect(findings(PAGE, change)).toContainEqual(expect.stringContaining(told))
    },
  )

  test('has a head that every proxy takes', () => {
    const told = 'all together: are longer than 4 KB'
    expect(findings(PAGE, { vary: 'x'.repeat(2500) })).toEqual([])
    expect(findings(PAGE, { vary: 'x'.repeat(3500) })).toEqual([told])
  })

  test('over http must not promise TLS, nor give a cookie that browsers drop', () => {
    expect(findings(PAGE, {}, { isTls: false })).toEqual([
      'Set-Cookie: __Host-holdfast is not taken without encryption',
      'Strict-Transport-Security: is said where there is no TLS',
    ])
  })

  test('by which somebody signs out leaves nothing in their browser', () => {
    expect(findings(PAGE, {}, { endsSession: true })).toEqual([
      'Clear-Site-Data: leaves "cache"',
      'Clear-Site-Data: leaves "storage"',
    ])
  })
})

describe('what is no page', () => {
  test('may be kept by its person, and by everybody where it is for everybody', () => {
    const jpeg = { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=60' }
    expect(findings(PAGE, jpeg)).toEqual([])
    const shared = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public' }
    expect(findings(PAGE, shared, { whose: 'everybody' })).toEqual([])
    expect(findings(PAGE, shared)).toEqual(['Cache-Control: lets others keep what is one person’s'])
  })

  test('has no type where it has nothing', () => {
    const nothing = { 'content-type': null }
    expect(findings(PAGE, nothing, { status: 204 })).toEqual([])
    expect(findings(PAGE, { ...nothing, location: './' }, { status: 303 })).toEqual([])
    expect(findings(PAGE, nothing, { status: 404 })).toEqual(['Content-Type: is missing'])
  })
})

describe('an answer to a Kobo', () => {
  test('in which nothing is wrong has no finding', () => {
    expect(findings(KOBO, {}, { whose: 'kobo' })).toEqual([])
  })

  test.each([
    [{ 'strict-transport-security': 'max-age=31536000' }, 'Strict-Transport-Security: is “max'],
    [{ 'clear-site-data': '"cache"' }, 'Clear-Site-Data: is “"cache"”'],
    [{ 'set-cookie': COOKIE }, 'Set-Cookie: is given to a Kobo'],
    [{ 'x-kobo-synctoken': 'x'.repeat(2048) }, 'all together: are longer than 2 KB'],
    [{ 'cache-control': 'public' }, 'Cache-Control: lets others keep'],
    [{ 'x-content-type-options': null }, 'X-Content-Type-Options: is missing'],
    [{ 'content-security-policy': "default-src 'none'; sandbox" }, 'Content-Security-Policy: does'],
  ])('with %j has the finding “%s”', (change, told) => {
    const found = findings(KOBO, change, { whose: 'kobo' })
    expect(found).toContainEqual(expect.stringContaining(told))
  })
})
