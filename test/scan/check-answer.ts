import { bytesOfHead, isPage, typeOf, type Answer, type Finding } from './answer.ts'
import { faultsOfCookie } from './check-cookie.ts'
import { faultsOfPolicy } from './check-policy.ts'

/**
 * Everything that is wrong with the headers of an answer, after what OWASP tells servers to say: the Secure Headers Project (its lists of
 * headers to add and to remove) and the cheat sheet HTTP Headers, both as of 2026. Where Holdfast departs from them, it is said here why.
 */
export function checkAnswer(answer: Answer): Finding[] {
  const told = [...RULES, ...(answer.whose === 'kobo' ? KOBO_RULES : BROWSER_RULES)]
  return told.flatMap(([header, faults]) =>
    faults(answer).map((says) => ({ call: answer.call, header, says })),
  )
}

type RuleOfHeader = readonly [header: string, faults: (answer: Answer) => string[]]

/** What any answer needs. */
const RULES: readonly RuleOfHeader[] = [
  ['X-Content-Type-Options', must('x-content-type-options', /^nosniff$/i)],
  // The cheat sheet is content with less; but secrets stand in our addresses.
  ['Referrer-Policy', must('referrer-policy', /^no-referrer$/)],
  [
    'Content-Security-Policy',
    ({ headers }) => faultsOfPolicy(headers.get('content-security-policy') ?? ''),
  ],
  ['Cache-Control', faultsOfCaching],
  ['Content-Type', faultsOfType],
  ['Set-Cookie', faultsOfCookies],
  [
    'Access-Control-…',
    ({ headers }) => named(headers, /^access-control-/, 'lets other sites read it'),
  ],
  ['X-XSS-Protection', may('x-xss-protection', /^0$/)],
  // In the place of the long list of what tells of a server's insides: whatever is not known to be needed is too much.
  ['any other', ({ headers }) => named(headers, UNKNOWN, 'is none that an answer needs')],
]

/** What an answer to a browser needs besides. */
const BROWSER_RULES: readonly RuleOfHeader[] = [
  // Without includeSubDomains: the host may have others below it that are not Holdfast's, and have no TLS. What it would keep away,
  // cookies that they set, the names of our cookies keep away.
  [
    'Strict-Transport-Security',
    ({ headers, isTls }) => {
      const [, seconds] =
        /^max-age=(\d+)\b/.exec(headers.get('strict-transport-security') ?? '') ?? []
      if (!isTls) return seconds === undefined ? [] : ['is said where there is no TLS']
      return Number(seconds ?? 0) >= YEAR ? [] : ['is missing or less than a year']
    },
  ],
  ['X-Frame-Options', must('x-frame-options', /^deny$/i)],
  ['X-Permitted-Cross-Domain-Policies', must('x-permitted-cross-domain-policies', /^none$/)],
  ['Cross-Origin-Resource-Policy', must('cross-origin-resource-policy', /^same-origin$/)],
  ['Cross-Origin-Embedder-Policy', must('cross-origin-embedder-policy', /^require-corp$/)],
  ['Cross-Origin-Opener-Policy', ofPages(must('cross-origin-opener-policy', /^same-origin$/))],
  ['X-DNS-Prefetch-Control', ofPages(must('x-dns-prefetch-control', /^off$/))],
  ['Permissions-Policy', ofPages(faultsOfPermissions)],
  // Without "cookies": that word signs a person out of every other site of the same domain, the provider's too.
  [
    'Clear-Site-Data',
    ({ headers, endsSession }) => {
      const said = headers.get('clear-site-data') ?? ''
      if (endsSession !== true) return said === '' ? [] : ['is said where nobody signed out']
      return ['"cache"', '"storage"']
        .filter((what) => !said.includes(what))
        .map((what) => `leaves ${what}`)
    },
  ],
  // In so much nginx wants to find the head of an answer, unless it is told otherwise.
  ['all together', shorterThan(4)],
]

/** What an answer to a Kobo must not be: too long for small proxies, a promise of TLS, or anything that is kept in a browser. */
const KOBO_RULES: readonly RuleOfHeader[] = [
  ['Strict-Transport-Security', may('strict-transport-security', /^never$/)],
  ['Clear-Site-Data', may('clear-site-data', /^never$/)],
  ['Set-Cookie', ({ headers }) => headers.getSetCookie().map(() => 'is given to a Kobo')],
  ['all together', shorterThan(2)],
]

const YEAR = 365 * 24 * 60 * 60

/** What no page of ours uses, and a script that got into one would like. Browsers complain of names that they do not know. */
const FORBIDDEN = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'sync-xhr',
  'usb',
  'xr-spatial-tracking',
]

/** Headers that an answer may have. */
const KNOWN =
  'accept-ranges|access-control-.*|allow|cache-control|clear-site-data|connection|content-(?:disposition|encoding|language|length|range|security-policy|type)|cross-origin-(?:embedder|opener|resource)-policy|date|etag|keep-alive|last-modified|location|origin-agent-cluster|permissions-policy|referrer-policy|refresh|retry-after|set-cookie|strict-transport-security|transfer-encoding|vary|www-authenticate|x-(?:accel-buffering|content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection)|x-kobo-.*'
const UNKNOWN = new RegExp(`^(?!(?:${KNOWN})$)`)

function must(header: string, value: RegExp): (answer: Answer) => string[] {
  return ({ headers }) => {
    const said = headers.get(header)
    if (said === null) return ['is missing']
    return value.test(said) ? [] : [`is “${said}”`]
  }
}

function may(header: string, value: RegExp): (answer: Answer) => string[] {
  return ({ headers }) => {
    const said = headers.get(header)
    return said === null || value.test(said) ? [] : [`is “${said}”`]
  }
}

function shorterThan(kilobytes: number): (answer: Answer) => string[] {
  return (answer) =>
    bytesOfHead(answer) < kilobytes * 1024 ? [] : [`are longer than ${kilobytes} KB`]
}

function ofPages(faults: (answer: Answer) => string[]): (answer: Answer) => string[] {
  return (answer) => (isPage(answer) ? faults(answer) : [])
}

function named(headers: Headers, names: RegExp, says: string): string[] {
  return [...headers.keys()].filter((name) => names.test(name)).map((name) => `${name} ${says}`)
}

/** Pages are kept nowhere, and what is a person's in no cache that others share. */
function faultsOfCaching(answer: Answer): string[] {
  const said = answer.headers.get('cache-control')
  if (said === null) return ['is missing']
  const words = said.split(',').map((word) => word.trim().toLowerCase())
  if (words.includes('no-store') || answer.whose === 'everybody') return []
  if (isPage(answer)) return ['lets a page be kept']
  return words.includes('private') ? [] : ['lets others keep what is one person’s']
}

/** What is text says how it is written, so that it cannot be read as something else. */
function faultsOfType(answer: Answer): string[] {
  const { status, headers } = answer
  const type = typeOf(answer)
  const isEmpty = status === 204 || status === 304 || headers.get('content-length') === '0'
  if (type === '') return isEmpty || (status < 400 && headers.has('location')) ? [] : ['is missing']
  // What JSON is written in is laid down.
  if (!/^text\/|[/+]xml$|javascript/.test(type)) return []
  return /;\s*charset="?utf-8"?/i.test(headers.get('content-type') ?? '') ? [] : ['has no charset']
}

function faultsOfCookies({ headers, isTls }: Answer): string[] {
  return headers.getSetCookie().flatMap((cookie) => faultsOfCookie(cookie, isTls))
}

function faultsOfPermissions({ headers }: Answer): string[] {
  const said = headers.get('permissions-policy')
  if (said === null) return ['is missing']
  const granted = new Map(
    said.split(',').map((each): [string, string] => {
      const [name = '', whom = ''] = each.trim().split('=')
      return [name, whom]
    }),
  )
  return [
    ...FORBIDDEN.filter((name) => granted.get(name) !== '()').map((name) => `allows ${name}`),
    ...[...granted]
      .filter(([, whom]) => whom !== '()' && whom !== '(self)' && whom !== 'self')
      .map(([name, whom]) => `gives ${name} to ${whom}`),
  ]
}
