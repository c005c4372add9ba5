import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { koboRoutes, readingServicesRoutes } from '../../src/kobo/routes.ts'
import { resourceMap } from '../../src/kobo/resource-map.ts'
import { koboUrls } from '../../src/kobo/urls.ts'
import { routesOf } from '../../src/people/rules.ts'
import { tempHome, type TempHome } from '../support/temp-home.ts'
import { Capture } from './capture.ts'

/** One row of docs/protocol/endpoints.md. */
type Row = { method: string; path: string; captures: string[] }

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/protocol/endpoints.md'), 'utf8')

/** The paths of the page that do not stand below the address of the Kobo. */
const READING_SERVICES = /^\/api\/(?:v3|UserStorage|internal(?!\/notebooks))\b/

const rows: Row[] = [...PAGE.matchAll(/^\| `(\w+) ([^`]+)` \|.*\| ([^|]*) \|$/gm)].map(
  ([, method = '', path = '', captures = '']) => ({
    method,
    path: isAtRoot(path) ? path : `/kobo/{secret}${path}`,
    captures: [...captures.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name),
  }),
)

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(() => home.close())

describe('the page about every endpoint', () => {
  test('tells of every route, and of nothing else', () => {
    const told = new Set(rows.map(({ method, path }) => `${method} ${path}`))
    const routes = routesThere()
    const untold = routes.filter(
      ({ method, path }) => !told.has(`${method} ${path}`) && !told.has(`any ${path}`),
    )
    expect(untold).toEqual([])
    const paths = new Set(routes.map(({ path }) => path))
    expect(rows.map(({ path }) => path).filter((path) => !paths.has(path))).toEqual([])
  })

  test('names captures that are there, and in each a request of that kind', () => {
    for (const { method, path, captures } of rows) {
      expect(captures, path).not.toEqual([])
      for (const name of captures) {
        const asked = requestsIn(name)
        const found = asked.some(
          (request) =>
            pattern(path).test(request.path) && (method === 'any' || request.method === method),
        )
        expect(found, `${method} ${path} in ${name}`).toBe(true)
      }
    }
  })

  test('leaves no capture out', () => {
    const named = new Set(rows.flatMap(({ captures }) => captures))
    const there = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))
    expect(
      there.map((name) => name.replace('.json', '')).filter((name) => !named.has(name)),
    ).toEqual([])
  })

  test('tells of every call of the shop that the Resources map names', () => {
    const known = rows.filter(({ path }) => path !== '/kobo/{secret}/*' && path !== '/kobo/*')
    const urls = Object.values(resourceMap(koboUrls('https://h', 's', 'k')))
    const calls = urls.flatMap((url) =>
      typeof url === 'string' && url.startsWith('https://storeapi.kobo.com/')
        ? [`/kobo/{secret}${new URL(url).pathname.replace('/Items', '/items')}`]
        : [],
    )
    expect(calls.length).toBeGreaterThan(80)
    const one = (path: string) => path.replaceAll(/%7B\w+%7D/g, 'x')
    expect(
      calls.filter((call) => !known.some(({ path }) => pattern(path).test(one(call)))),
    ).toEqual([])
  })
})

function routesThere(): { method: string; path: string }[] {
  const nowhere = () => new Response(null)
  const kobo = koboRoutes(home, { librarySync: nowhere, download: nowhere, cover: nowhere })
  return [...routesOf(kobo), ...routesOf(readingServicesRoutes(home))].map(({ method, path }) => ({
    method: method === 'ALL' ? 'any' : method,
    path: path.replace(':items{[Ii]tems}', 'items').replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}'),
  }))
}

function requestsIn(name: string): { method: string; path: string }[] {
  const read: unknown = JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
  return Capture.parse(read).exchanges.map(({ request }) => ({
    method: request.method,
    path: request.path
      .replace('{download}', '/kobo/files/k/b/a')
      .replace('{covers}', '/kobo/covers/k')
      .replace(/\?.*/, '')
      .replace(/(?<=.)\/$/, ''),
  }))
}

/** What a path of the page means: a name stands for one part, a star for anything. */
function pattern(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{\w+\}/g, '[^/]+')
    .replace(/\/\*$/, '(?:/.*)?')
  return new RegExp(`^${source}$`, 'i')
}

function isAtRoot(path: string): boolean {
  return path.startsWith('/kobo/') || READING_SERVICES.test(path)
}
