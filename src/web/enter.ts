import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import { READING_LIMIT } from '../audit/reading.ts'
import { countErrata, maySee } from '../errata/find-errata.store.ts'
import type { Home } from '../home.ts'
import { mayEnter, ruleOf } from '../people/rules.ts'
import { same } from '../people/same.ts'
import { formToken, personOfSession } from '../people/web-session.ts'
import { Problem } from '../problem.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { baseOf, giveSecret, readSecret } from './cookie.ts'
import { fromWhere, type From } from './cross-site.ts'
import { carriesToken, fieldIn, isJson, TOKEN_FIELD } from './form.ts'
import { readLight } from './light.ts'
import { link, PATHS, rootOf } from './paths.ts'
import type { Visit, WebContext, WebEnv } from './visit.ts'
import { newOnce } from './pressed-once.ts'
import { isOfVisitor } from './visitor.ts'

/** Who looks, if they signed in: the visit, whose end this puts off. */
export async function visitOf(c: WebContext, home: Home): Promise<Visit | undefined> {
  const secret = readSecret(c, home)
  if (secret === undefined) return undefined
  const session = await personOfSession(home, secret)
  if (!session) return undefined
  if (session.slid) giveSecret(c, home, secret)
  const now = home.now()
  const sees = (whose: string | null) => maySee({ person: whose }, session.person)
  return {
    person: session.person,
    secret,
    session: session.id,
    way: session.way,
    beganAt: session.beganAt,
    token: formToken(secret),
    once: newOnce(home),
    root: rootOf(c.req.url),
    now,
    errata: await countErrata(home.db.read, session.person),
    light: readLight(c, home),
    underWay: {
      imports: home.underWay.imports.told(sees),
      preparation: home.underWay.preparation.told(sees),
    },
    tell: tellTimes(now, machineTimeZone()),
  }
}

/** Lets in whom the rule of the page lets in. Whoever did not sign in is asked to, and comes back to this page. */
export function enter(home: Home): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const visit = await visitOf(c, home)
    if (!visit) return c.redirect(signInLink(c), 303)
    const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
    if (!route || !mayEnter(ruleOf(route.method, route.path), visit.person))
      throw new Problem('forbidden', 'Only the owner may do that.')
    c.set('visit', visit)
    await next()
    return undefined
  }
}

/** Refuses forms that a page of another site sent. Where a browser hides that, the token of the form decides. */
export function refuseCrossSite(home: Home): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (senderOf(c, home) === 'elsewhere') throw fromElsewhere()
    await next()
  }
}

/** The same for forms of somebody who did not sign in: without a session there is only the token of a visitor. */
export function refuseCrossSiteVisitor(home: Home): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const sender = senderOf(c, home)
    if (sender === 'elsewhere') throw fromElsewhere()
    if (sender === 'hidden' && !isOfVisitor(c, home, await fieldIn(c, TOKEN_FIELD)))
      throw fromElsewhere()
    await next()
  }
}

function senderOf(c: WebContext, home: Home): From {
  const header = (name: string) => c.req.header(name) ?? null
  return fromWhere({
    site: header('sec-fetch-site'),
    origin: header('origin'),
    host: header('host'),
    base: baseOf(c, home),
  })
}

function fromElsewhere(): Problem {
  return new Problem(
    'forbidden',
    'This form came from another address than Holdfast’s own. Nothing was changed. If it was yours, open the page anew; behind a proxy, set HOLDFAST_PUBLIC_URL.',
  )
}

/** Refuses forms of more than `maxSize` bytes before they are read. */
export function limitForm(maxSize: number): MiddlewareHandler<WebEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem('too_large', 'That is more than this form takes.')
    },
  })
}

/** Refuses what a browser read of a Kobo's database, before it is read here, where it is too large. Files have limits of their own. */
export function limitReading(): MiddlewareHandler<WebEnv> {
  const limit = limitForm(READING_LIMIT)
  return (c, next) => (isJson(c) ? limit(c, next) : next())
}

/** Refuses forms that do not carry the token of the session that they are sent with. */
export function refuseForged(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!(await carriesToken(c, c.var.visit.token))) throw forged()
    await next()
  }
}

/** The same for a form with files, which is not read into memory: its token stands in its address. */
export function refuseForgedUpload(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!same(c.req.query(TOKEN_FIELD) ?? '', c.var.visit.token)) throw forged()
    await next()
  }
}

/** Calls `changed` after a form that may have written something. */
export function tellOfChanges(changed: () => void): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next()
    if (c.res.status < 400) changed()
  }
}

function forged(): Problem {
  return new Problem(
    'forbidden',
    'This page is from before you signed in. Nothing was changed. Please open it anew.',
  )
}

function signInLink(c: WebContext): string {
  const { pathname, search } = new URL(c.req.url)
  const root = rootOf(c.req.url)
  if (isRead(c)) return link(root, 'signIn', {}, { to: pathname + search })
  // Whoever signs out twice is signed out.
  return c.req.path === PATHS.signOut
    ? link(root, 'signIn')
    : link(root, 'signIn', {}, { undone: '1' })
}

function isRead(c: WebContext): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD'
}
