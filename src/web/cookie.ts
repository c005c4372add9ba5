import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { z } from 'zod'
import type { Home } from '../home.ts'
import { takeTicket as openTicket, writeTicket } from '../people/ticket.ts'
import { IDLE } from '../people/web-session.ts'
import { requestBase } from '../request-base.ts'
import type { WebContext } from './visit.ts'

/** The secret of the session. */
const SESSION = 'holdfast'
/** Says that somebody signed in with this browser before, and who (known-browser.ts). */
const KNOWN = 'holdfast-known'
/** What the forms of somebody who did not sign in are tied to (visitor.ts). */
const VISITOR = 'holdfast-visitor'

/** What is kept between two steps of signing in, for each kind (ticket.ts). */
const TICKET = 'holdfast-ticket'

/** By which light somebody reads (light.ts). */
const LIGHT = 'holdfast-light'

const YEAR = 365 * 24 * 60 * 60

/** The secret of the browser's session, if it has one. */
export function readSecret(c: WebContext, home: Home): string | undefined {
  return getCookie(c, named(c, home, SESSION))
}

/** Gives the browser the secret of its session, or gives it anew so that it keeps it longer. */
export function giveSecret(c: WebContext, home: Home, secret: string): void {
  give(c, home, SESSION, secret, IDLE / 1000)
}

/**
 * Takes the secret from the browser, and what the browser kept of covers and books. Not its other cookies by that word: it would sign
 * them out of every site of the same domain.
 */
export function takeSecret(c: WebContext, home: Home): void {
  deleteCookie(c, named(c, home, SESSION), attributes(c, home))
  c.header('clear-site-data', '"cache", "storage"')
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

/** The light that the browser was told, if it was. */
export function readLightCookie(c: WebContext, home: Home): string | undefined {
  return getCookie(c, named(c, home, LIGHT))
}

/** Has the browser keep a light for a year. */
export function giveLight(c: WebContext, home: Home, light: string): void {
  give(c, home, LIGHT, light, YEAR)
}

/** Gives the browser a ticket of this kind, for so many ms, in the place of one that it may have. */
export function giveTicket(
  c: WebContext,
  home: Home,
  { kind, body, life }: { kind: string; body: unknown; life: number },
): void {
  give(c, home, `${TICKET}-${kind}`, writeTicket(home, { kind, body, life }), life / 1000)
}

/** Takes the ticket of this kind from the browser: what it says, once. */
export function takeTicket<Shape extends z.ZodType>(
  c: WebContext,
  home: Home,
  kind: string,
  shape: Shape,
): z.infer<Shape> | undefined {
  const name = named(c, home, `${TICKET}-${kind}`)
  const text = getCookie(c, name)
  if (text !== undefined) deleteCookie(c, name, attributes(c, home))
  return openTicket(home, kind, text, shape)
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
