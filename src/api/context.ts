import type { HttpBindings } from '@hono/node-server'
import { OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import { READING_LIMIT } from '../audit/reading.ts'
import type { Home } from '../home.ts'
import { bearerOf } from '../people/api-token.ts'
import type { Person } from '../people/person.ts'
import { mayEnter, ruleOf, scopeOf } from '../people/rules.ts'
import { allows } from '../people/scope.ts'
import { Problem } from '../problem.ts'
import { answerSlowly } from '../wrong-secrets.ts'
import { problemBody } from './problem-response.ts'

/** What the calls of the API find in their context. */
export type ApiEnv = { Variables: { person: Person }; Bindings: Partial<HttpBindings> }

/** A JSON body of a call holds at most this many bytes. */
const JSON_LIMIT = 1024 * 1024

/** A part of the API: an app whose malformed requests are told in the words of this API. */
export function apiPart(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook(result, c) {
      if (result.success) return undefined
      return c.json(problemBody('invalid', complaint(result.error)), 400)
    },
  })
}

/** Lets in whom the rule of the called route lets in, and puts the person into the context. */
export function enforceRules(home: Home): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const route = calledRoute(c)
    const rule = route ? ruleOf(route.method, route.path) : 'person'
    if (rule !== 'public') {
      const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
      const bearer = token === undefined ? undefined : await bearerOf(home, token)
      if (!bearer && token !== undefined)
        await answerSlowly(home, { headers: c.req.raw.headers, env: c.env })
      if (!bearer) throw new Problem('unauthorized', 'This call needs a valid API token.')
      const { person, scopes } = bearer
      if (!mayEnter(rule, person)) throw new Problem('forbidden', 'Only the owner may do that.')
      const scope = route && scopeOf(route.method, route.path)
      if (!allows(scopes, scope))
        throw new Problem('forbidden', `This token may not do that: it lacks “${scope}”.`)
      c.set('person', person)
    }
    await next()
  }
}

/** Refuses JSON bodies that are too large before they are read. Files have limits of their own. */
export function limitJson(): MiddlewareHandler<ApiEnv> {
  const usual = jsonUpTo(JSON_LIMIT)
  const audits = jsonUpTo(READING_LIMIT)
  return (c, next) => {
    if (!/\bjson\b/i.test(c.req.header('content-type') ?? '')) return next()
    return c.req.path.endsWith('/audits') ? audits(c, next) : usual(c, next)
  }
}

function jsonUpTo(maxSize: number): MiddlewareHandler<ApiEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem('too_large', 'That is more than this call takes.')
    },
  })
}

/** Calls `changed` after every call that may have written something. */
export function tellOfChanges(changed: () => void): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next()
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && c.res.status < 400) changed()
  }
}

function calledRoute(c: Context<ApiEnv>): { method: string; path: string } | undefined {
  return matchedRoutes(c).findLast((route) => route.method !== 'ALL')
}

/** The first complaint of a validation as one sentence. */
function complaint(error: z.ZodError): string {
  const [issue] = error.issues
  if (!issue) return 'The call could not be understood.'
  const place = issue.path.join('.')
  return place ? `${place}: ${issue.message}` : issue.message
}
