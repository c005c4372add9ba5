import { createHash } from 'node:crypto'
import type { Home } from '../home.ts'
import { same } from '../people/same.ts'
import { giveVisitor, readVisitor } from './cookie.ts'
import { newOnce } from './pressed-once.ts'
import type { Seal, WebContext } from './visit.ts'

const FORM = /^[A-Za-z0-9_-]{43}$/

/**
 * What the forms of somebody who did not sign in carry, tied to their browser by a cookie: another site knows neither. It is asked for
 * where a browser hides which site sent a form.
 */
export function visitorSeal(c: WebContext, home: Home): Seal {
  const before = readVisitor(c, home)
  const visitor =
    before !== undefined && FORM.test(before) ? before : home.random(32).toString('base64url')
  if (visitor !== before) giveVisitor(c, home, visitor)
  return { token: tokenOf(visitor), once: newOnce(home) }
}

/** Whether a form carries what was given to the browser that sends it. */
export function isOfVisitor(c: WebContext, home: Home, token: string): boolean {
  const visitor = readVisitor(c, home)
  return visitor !== undefined && FORM.test(visitor) && same(tokenOf(visitor), token)
}

function tokenOf(visitor: string): string {
  return createHash('sha256').update(`visitor ${visitor}`).digest('base64url')
}
