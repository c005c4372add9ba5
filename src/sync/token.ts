import { createHmac, timingSafeEqual } from 'node:crypto'
import { tokenBodyOf } from './token-form.ts'

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

/** Reads a token that came back; undefined when it is not ours, is damaged or is absent. Never an error. */
export function readToken(key: Buffer, text: string | undefined): SyncToken | undefined {
  const body = tokenBodyOf(text)
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

function mac(key: Buffer, token: SyncToken): string {
  return createHmac('sha256', key)
    .update(`sync-token\n${token.ledger}\n${token.page}`)
    .digest('base64url')
    .slice(0, 16)
}
