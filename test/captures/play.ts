import { createHash } from 'node:crypto'
import { sendAsDevice, type DeviceAnswer, type DeviceRequest } from '../support/device-request.ts'
import type { CapturedAnswer, Exchange } from './capture.ts'
import { PUBLIC_URL, type CaptureHouse } from './house.ts'

/** An answer as a capture tells of it, and its body as it came, with `{secret}` in the place of the secret. */
export type Played = { answer: CapturedAnswer; text: string; length: number }

const DEVICE_ID = 'ab'.repeat(32)

/**
 * Sends the exchanges of a capture one after the other, a second apart, and gives what was answered. In a request stand for what
 * was given out before: `{synctoken}`, `{access}` (the last access token), `{download}` and `{covers}` (paths), `{tag}`, and
 * always `{secret}`, `{emma}`, `{kokoro}` and `{beowulf}`.
 */
export async function play(
  captured: CaptureHouse,
  name: string,
  exchanges: readonly Exchange[],
): Promise<Played[]> {
  const { house, secret, books } = captured
  const names = new Map<string, string>([['secret', secret], ...Object.entries(books)])
  const played: Played[] = []
  captured.seed(name)
  for (const { before, request } of exchanges) {
    if (before !== undefined) await captured.act(before)
    house.advance(1000)
    const answer = await sendAsDevice(house.url, asked(request, names))
    learn(names, answer)
    played.push(told(answer, secret))
  }
  return played
}

/** The headers of every call of a Kobo Libra Colour with firmware 4.45 (docs/protocol/first-contact.md). */
const KOBO = {
  Host: new URL(PUBLIC_URL).hostname,
  Accept: 'application/json',
  'Accept-Encoding': 'gzip',
  'Accept-Language': 'fr-FR, fr;q=0.9, en;q=0.8, *;q=0.7',
  'User-Agent':
    'Mozilla/5.0 (Linux; U; Android 2.0; en-us;) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/538.1 (Kobo Touch 0390/4.45.23697)',
  'x-kobo-affiliatename': 'Kobo',
  'x-kobo-appversion': '4.45.23697',
  'x-kobo-deviceid': DEVICE_ID,
  'x-kobo-devicemodel': 'Kobo Libra Colour',
  'x-kobo-deviceos': '4.9.77',
  'x-kobo-deviceosversion': 'NA',
  'x-kobo-platformid': '00000000-0000-0000-0000-000000000390',
  'x-kobo-userkey': 'a2V5IG9mIGEgdGVzdA',
}

function asked(request: Exchange['request'], names: Map<string, string>): DeviceRequest {
  const { method, path, headers = {}, body, padding = 0 } = request
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => names.get(String(name)) ?? whole)
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const content = fill(text) + ' '.repeat(padding)
  const access = names.get('access')
  const all: Record<string, string | null> = {
    ...KOBO,
    ...(access !== undefined && { Authorization: `Bearer ${access}` }),
    ...(content !== '' && { 'Content-Type': 'application/json' }),
    ...headers,
  }
  const sent = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [[name, fill(value)] as const],
  )
  return {
    method,
    path: fill(path),
    headers: Object.fromEntries(sent),
    ...(content !== '' && { body: content }),
  }
}

/** Remembers what later requests need. */
function learn(names: Map<string, string>, answer: DeviceAnswer): void {
  const token = answer.headers['x-kobo-synctoken']
  if (typeof token === 'string') names.set('synctoken', token)
  const text = answer.body.toString()
  const found: [string, RegExp][] = [
    ['access', /"(?:access_token|AccessToken)":"([^"]+)"/],
    ['download', /"Url":"https:\/\/[^/"]+([^"]+)"/],
    ['covers', /"image_url_template":"https:\/\/[^/"]+([^"{]+)\/\{/],
    ['tag', /^"([\da-f-]{36})"$/],
  ]
  for (const [name, pattern] of found) {
    const value = pattern.exec(text)?.[1]
    if (value !== undefined) names.set(name, value)
  }
}

/** Headers that say when and over which connection: they are Node's. */
const OF_THE_CONNECTION = new Set(['date', 'connection', 'keep-alive'])

function told({ status, headers, body }: DeviceAnswer, secret: string): Played {
  const hide = (text: string) => text.replaceAll(secret, '{secret}')
  const shown = Object.entries(headers).flatMap(([name, value]) =>
    OF_THE_CONNECTION.has(name) ? [] : [[name, hide(String(value))] as const],
  )
  const json = /\bjson\b/.test(headers['content-type'] ?? '')
  const text = json ? hide(body.toString()) : ''
  return {
    answer: {
      status,
      headers: Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(json && text !== '' && { body: readable(text) }),
      ...(!json && body.length > 0 && { body: digest(body) }),
    },
    text,
    length: body.length,
  }
}

/** JSON where it says everything; text where JSON written again would differ, as annotations do that a Kobo wrote. */
function readable(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return JSON.stringify(value) === text ? value : text
}

function digest(bytes: Buffer): { length: number; sha256: string } {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
