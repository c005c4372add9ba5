import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** The page of a token that is given before any page was ever acknowledged: it names none and proves nothing. */
export const NO_PAGE = ''

/** What a sync token of ours says: which ledger, and which page of it. */
export type SyncToken = { ledger: string; page: string }

/**
 * The token a device is given: standard base64 of a small JSON object, without a dot (some firmware refuses one), under 200
 * bytes, with a short MAC. It names a page and holds nothing else.
 */
export function writeToken(key: Buffer, token: SyncToken): string {
  const body = { v: 1, l: token.ledger, p: token.page, m: mac(key, token) }
  return Buffer.from(JSON.stringify(body)).toString('base64')
}

/** Whether a text has the form of such a token, whoever made it. */
export function looksLikeOurs(text: string): boolean {
  return bodyOf(text) !== undefined
}

/** Reads a token that came back; undefined when it is not ours, is damaged or is absent. Never an error. */
export function readToken(key: Buffer, text: string | undefined): SyncToken | undefined {
  const body = bodyOf(text)
  if (!body) return undefined
  const expected = Buffer.from(mac(key, body))
  const given = Buffer.from(body.mac)
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
  return { ledger: body.ledger, page: body.page }
}

/** The same with several keys: the server's own, and those it had before. */
export function readTokenWith(
  keys: readonly Buffer[],
  text: string | undefined,
): SyncToken | undefined {
  for (const key of keys) {
    const token = readToken(key, text)
    if (token) return token
  }
  return undefined
}

function bodyOf(text: string | undefined): (SyncToken & { mac: string }) | undefined {
  if (!text || text.length > 400 || !/^[A-Za-z0-9+/]+=*$/.test(text)) return undefined
  return parse(Buffer.from(text, 'base64').toString('utf8'))
}

const WIRE = z.object({ v: z.literal(1), l: z.string(), p: z.string(), m: z.string() })

function parse(text: string): (SyncToken & { mac: string }) | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const wire = WIRE.safeParse(body)
  return wire.success ? { ledger: wire.data.l, page: wire.data.p, mac: wire.data.m } : undefined
}

function mac(key: Buffer, token: SyncToken): string {
  return createHmac('sha256', key)
    .update(`sync-token\n${token.ledger}\n${token.page}`)
    .digest('base64url')
    .slice(0, 16)
}
