import { routesOf } from '../../src/people/rules.ts'
import type { House } from '../support/house.ts'
import type { Answer } from './answer.ts'
import type { Furnished } from './furnish-all.ts'

/** How a server is reached: what a proxy says beside, and whether it knows by that that there is TLS. */
export type Way = { name: string; headers: Record<string, string>; isTls: boolean }

type Asked = {
  method: string
  path: string
  call: string
  headers?: Record<string, string>
  body?: string
}

/** These end the session that they are asked with. They are asked apart from the others. */
const ENDING = /^\/(?:sign-out|account\/sessions\/(?:end|:id\/end))$/

/**
 * The answers of every route to the owner of the target, and to nobody where there is no target. `everything`: also to nobody and to forms
 * that are not understood, of what is no route, and whether another site may ask.
 */
export async function askRoutes(
  house: House,
  way: Way,
  { target, everything = false }: { target?: Furnished; everything?: boolean },
): Promise<Answer[]> {
  const routes = routesOf(house.server.app).filter(({ path }) => !ENDING.test(path))
  // What is only looked at first: some calls delete.
  const ordered = routes.toSorted((one, other) => Number(changes(one)) - Number(changes(other)))
  const asked = ordered.flatMap((route) => {
    const nobody = askedByNobody(route, target)
    if (!target) return [nobody]
    return everything
      ? [nobody, ...askedWithoutToken(route, target), askedByOwner(route, target)]
      : [askedByOwner(route, target)]
  })
  if (everything) asked.push(...others(target), ...preflights(routes, target))
  const answers: Answer[] = []
  for (const each of asked) answers.push(await ask(house.url, way, each))
  return answers
}

/** Asks one thing. Each as if from another caller: wrong secrets of one are answered slowly. */
export async function ask(url: string, way: Way, asked: Asked): Promise<Answer> {
  callers += 1
  const { method, path, call, headers, body } = asked
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': `203.0.113.${callers % 250}, 198.51.100.${callers % 249}`,
      ...headers,
      ...way.headers,
    },
    ...(body !== undefined && { body }),
  })
  await answer.arrayBuffer()
  return {
    call: `${call}, ${way.name}`,
    status: answer.status,
    headers: answer.headers,
    whose: whoseIs(path),
    isTls: way.isTls,
  }
}

let callers = 0

function whoseIs(path: string): Answer['whose'] {
  if (/^\/+(?:kobo\/|api\/(?:v3|UserStorage|internal)\/)/.test(path)) return 'kobo'
  return /^\/(?:public|scripts)\//.test(path) ? 'everybody' : 'person'
}

function changes({ method }: Route): boolean {
  return !['GET', 'ALL'].includes(method)
}

type Route = { method: string; path: string }

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

function askedByNobody(route: Route, target: Furnished | undefined): Asked {
  const asked = { ...plainly(route, target), call: `${route.method} ${route.path} by nobody` }
  if (!changes(route)) return asked
  return isApi(route)
    ? { ...asked, headers: JSON_TYPE, body: '{}' }
    : { ...asked, headers: FORM_TYPE, body: '' }
}

function askedByOwner(route: Route, target: Furnished): Asked {
  const headers = ownersHeaders(target)
  const asked = { ...plainly(route, target), headers }
  if (!changes(route)) return asked
  if (isApi(route)) return { ...asked, headers: { ...headers, ...JSON_TYPE }, body: '{}' }
  const token = target.form
  const fields = { token, name: 'A name', label: 'x', light: 'dark', reason: 'x' }
  const body = String(new URLSearchParams(fields))
  // A form with files has its token in its address.
  const path = `${asked.path}?token=${token}`
  return { ...asked, path, headers: { ...headers, ...FORM_TYPE }, body }
}

function askedWithoutToken(route: Route, target: Furnished): Asked[] {
  if (!changes(route) || isApi(route)) return []
  const headers = { ...ownersHeaders(target), ...FORM_TYPE }
  const asked = plainly(route, target)
  return [{ ...asked, call: `${asked.call} without a token`, headers, body: '' }]
}

function plainly({ method, path }: Route, target: Furnished | undefined): Asked {
  return {
    method: method === 'ALL' ? 'GET' : method,
    path: addressOf({ method, path }, target),
    call: `${method} ${path}`,
  }
}

function ownersHeaders({ cookie, token }: Furnished): Record<string, string> {
  return { cookie, authorization: `Bearer ${token}`, 'x-kobo-deviceid': 'f'.repeat(64) }
}

function isApi({ path }: Route): boolean {
  return path.startsWith('/api/v1/')
}

/** The address of a route, with what its parts name: in a furnished house one that is there. */
function addressOf({ method, path }: Route, target: Furnished | undefined): string {
  return path
    .replace('/public/:file', '/public/style.css')
    .replaceAll(/:(?!secret\b)(\w+)(?:\{[^}]*\})?/g, (_, name: string, at: number) =>
      target ? idOf(name, path.slice(0, at), target, { method, path }) : 'x',
    )
    .replace(':secret', target?.secret ?? 'x'.repeat(43))
    .replace('/scripts/*', '/scripts/web/browser/page.js')
    .replace('*', 'x')
}

/** What a part of an address names: `:id` is of what the word before it says. */
function idOf(name: string, before: string, target: Furnished, { method, path }: Route): string {
  // What a Kobo asks of its own shelves, reviews and orders is answered without looking.
  if (/^\/(?:kobo\/:secret|api\/(?:v3|UserStorage|internal))\//.test(before))
    return /^(?:ids?|book|item)$/.test(name) ? target.book : 'x'
  const noun = name === 'id' ? (before.split('/').at(-2) ?? '') : name
  return target.idFor(noun, changes({ method, path }) ? `${method} ${path}` : 'a look')
}

/** What is asked of no route, or goes wrong before one. */
function others(target: Furnished | undefined): Asked[] {
  const paths = [
    '/nothing/here',
    '/kobo/x',
    '/api/v1/x',
    '/public/x',
    '/scripts/x.js',
    '//',
    `/${'x'.repeat(9000)}`,
    '/errata?to=%ff',
  ]
  const bearer = { authorization: `Bearer ${target?.token ?? 'hf_wrong'}` }
  return [
    ...[...paths, ...(target?.files ?? []), `/api/v1/books/${target?.book ?? 'x'}/file`].map(
      (path) => ({
        method: 'GET',
        path,
        call: `GET ${path.slice(0, 60)}`,
        headers: bearer,
      }),
    ),
    ...['/sign-in', '/api/v1/shelves', '/books'].map((path) => ({
      method: 'POST',
      path,
      call: `POST ${path}, too much`,
      headers: { ...bearer, 'content-type': 'application/json' },
      body: ' '.repeat(2_000_000),
    })),
    ...['HEAD', 'DELETE', 'PUT'].map((method) => ({
      method,
      path: '/sign-in',
      call: `${method} /sign-in`,
    })),
  ]
}

/** What a browser asks before another site may send more than a form. */
function preflights(routes: Route[], target: Furnished | undefined): Asked[] {
  return [...new Set(routes.map(({ path }) => path))].map((path) => ({
    method: 'OPTIONS',
    path: addressOf({ method: 'GET', path }, target),
    call: `OPTIONS ${path}`,
    headers: {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization',
    },
  }))
}
