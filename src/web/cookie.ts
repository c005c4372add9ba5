import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Home } from '../home.ts'
import { IDLE } from '../people/web-session.ts'
import { requestBase } from '../request-base.ts'
import type { WebContext } from './visit.ts'

/** The secret of the session. */
const SESSION = 'holdfast'
/** Says that somebody signed in with this browser before, and who (known-browser.ts). */
const KNOWN = 'holdfast-known'
/** What the forms of somebody who did not sign in are tied to (visitor.ts). */
const VISITOR = 'holdfast-visitor'

const YEAR = 365 * 24 * 60 * 60

/** The secret of the browser's session, if it has one. */
export function readSecret(c: WebContext, home: Home): string | undefined {
  return getCookie(c, named(c, home, SESSION))
}

/** Gives the browser the secret of its session, or gives it anew so that it keeps it longer. */
export function giveSecret(c: WebContext, home: Home, secret: string): void {
  give(c, home, SESSION, secret, IDLE / 1000)
}

/** Takes the secret from the browser. */
export function takeSecret(c: WebContext, home: Home): void {
  deleteCookie(c, named(c, home, SESSION), attributes(c, home))
}

/** What the browser brings of an earlier time that somebody signed in with it. */
export function readKnown(c: WebContext, home: Home): string | undefined {
  return getCookie(c, named(c, home, KNOWN))
}

/** Gives the browser what it may bring the next time that somebody signs in. */
export function giveKnown(c: WebContext, home: Home, value: string): void {
  give(c, home, KNOWN, value, YEAR)
}

/** What the forms of a visitor are tied to, if the browser has it. */
export function readVisitor(c: WebContext, home: Home): string | undefined {
  return getCookie(c, named(c, home, VISITOR))
}

/** Gives the browser what the forms of a visitor are tied to, until it is closed. */
export function giveVisitor(c: WebContext, home: Home, value: string): void {
  setCookie(c, named(c, home, VISITOR), value, { ...attributes(c, home), sameSite: 'Strict' })
}

/** What the address of this server begins with, as this browser should know it. */
export function baseOf(c: WebContext, home: Home): string {
  return requestBase(home.config, c.req.raw.headers, c.env.incoming)
}

/** Whether this browser should know the server by https alone. */
export function isSecure(c: WebContext, home: Home): boolean {
  return baseOf(c, home).startsWith('https:')
}

function give(c: WebContext, home: Home, name: string, value: string, maxAge: number): void {
  setCookie(c, named(c, home, name), value, { ...attributes(c, home), maxAge })
}

/** Behind TLS the name itself forbids other hosts and plain connections to set it. */
function named(c: WebContext, home: Home, name: string): string {
  return isSecure(c, home) ? `__Host-${name}` : name
}

function attributes(c: WebContext, home: Home) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(c, home) } as const
}
