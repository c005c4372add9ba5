import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Home } from '../home.ts'
import { IDLE } from '../people/web-session.ts'
import { requestBase } from '../request-base.ts'
import type { WebContext } from './visit.ts'

const NAME = 'holdfast'

/** The secret of the browser's session, if it has one. */
export function readSecret(c: WebContext): string | undefined {
  return getCookie(c, NAME)
}

/** Gives the browser the secret of its session, or gives it anew so that it keeps it longer. */
export function giveSecret(c: WebContext, home: Home, secret: string): void {
  setCookie(c, NAME, secret, { ...attributes(c, home), maxAge: IDLE / 1000 })
}

/** Takes the secret from the browser. */
export function takeSecret(c: WebContext, home: Home): void {
  deleteCookie(c, NAME, attributes(c, home))
}

/** What the address of this server begins with, as this browser should know it. */
export function baseOf(c: WebContext, home: Home): string {
  return requestBase(home.config, c.req.raw.headers, c.env.incoming)
}

function attributes(c: WebContext, home: Home) {
  const secure = baseOf(c, home).startsWith('https:')
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
}
