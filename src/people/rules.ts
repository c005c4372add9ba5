import { inspectRoutes } from 'hono/dev'
import type { Hono, Env } from 'hono'
import type { Person } from './person.ts'

/**
 * Who may use a route.
 * - `public`: everybody.
 * - `pairing`: a Kobo, by the secret of its pairing in the address.
 * - `media-key`: whoever holds the key in the address, which opens nothing else.
 * - `kobo-root`: a Kobo at the server's root, where its own token tells who it is; without one it learns nothing.
 * - `person`: anybody of the household.
 * - `own`: a person, for what is theirs; somebody else's is not found.
 * - `owner-or-uploader`: a person who owns the server, or who brought the book.
 * - `owner`: the owner.
 */
export type Rule =
  | 'public'
  | 'pairing'
  | 'media-key'
  | 'kobo-root'
  | 'person'
  | 'own'
  | 'owner-or-uploader'
  | 'owner'

/** Every route of the server with its rule, besides SPACES. A server that mounts another route does not start. */
export const RULES: Readonly<Record<string, Rule>> = {
  'GET /': 'public',
  'GET /public/:file': 'public',
  'GET /scripts/*': 'public',
  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'POST /sign-out': 'person',
  'GET /errata': 'own',
  'POST /errata/:id/actions/:name': 'own',
  'POST /errata/:id/dismiss': 'own',
  'GET /devices': 'own',
  'GET /devices/:id': 'own',
  'GET /devices/:id/books/:book': 'own',
  'POST /devices/:id/heal': 'own',
  'GET /devices/:id/audits': 'own',
  'POST /devices/:id/audits': 'own',
  'GET /devices/:id/audited-books': 'own',
  'GET /devices/:id/audits/:audit': 'own',
  'POST /devices/:id/audits/:audit/heal': 'own',
  'GET /devices/:id/syncs': 'own',
  'GET /devices/:id/syncs/:syncId/bundle': 'own',
  'GET /books': 'person',
  'POST /books': 'person',
  'POST /books/chosen': 'person',
  'GET /books/:id': 'person',
  'GET /books/:id/edit': 'person',
  'POST /books/:id/edit': 'person',
  'POST /books/:id/cover': 'person',
  'POST /books/:id/shelves': 'own',
  'GET /books/:id/files/:kind': 'person',
  'POST /lamp': 'person',
  'GET /shelves': 'own',
  'POST /shelves': 'own',
  'GET /shelves/:id': 'own',
  'POST /shelves/:id/name': 'own',
  'POST /shelves/:id/place': 'own',
  'POST /shelves/:id/carriers': 'own',
  'POST /shelves/:id/deletion': 'own',
  'GET /colophon': 'person',
  'GET /books/:id/cover/:width': 'person',
  'GET /healthz': 'public',

  'GET /kobo/files/:mediaKey/:book/:artifact': 'media-key',
  'GET /kobo/covers/:coverKey/:imageId/:width/:height/:grey/image.jpg': 'media-key',
  'GET /kobo/covers/:coverKey/:imageId/:width/:height/:quality/:grey/image.jpg': 'media-key',
  'ALL /kobo/*': 'public',

  'GET /api/v1/openapi.json': 'public',
  'POST /api/v1/books': 'person',
  'GET /api/v1/books': 'person',
  'GET /api/v1/books/:id': 'person',
  'PATCH /api/v1/books/:id': 'person',
  'DELETE /api/v1/books/:id': 'owner-or-uploader',
  'POST /api/v1/books/:id/restore': 'owner-or-uploader',
  'PUT /api/v1/books/:id/cover': 'person',
  'GET /api/v1/books/:id/file': 'person',
  'GET /api/v1/shelves': 'own',
  'POST /api/v1/shelves': 'own',
  'PATCH /api/v1/shelves/:id': 'own',
  'DELETE /api/v1/shelves/:id': 'own',
  'POST /api/v1/shelves/:id/books': 'own',
  'PUT /api/v1/shelves/:id/books/:book': 'own',
  'DELETE /api/v1/shelves/:id/books/:book': 'own',
  'GET /api/v1/devices': 'own',
  'POST /api/v1/devices': 'own',
  'GET /api/v1/devices/:id': 'own',
  'PATCH /api/v1/devices/:id': 'own',
  'DELETE /api/v1/devices/:id': 'own',
  'GET /api/v1/devices/:id/next-sync': 'own',
  'POST /api/v1/devices/:id/resend': 'own',
  'POST /api/v1/devices/:id/retract': 'own',
  'POST /api/v1/devices/:id/reset-sync': 'own',
  'POST /api/v1/devices/:id/removals/:book/bring-back': 'own',
  'POST /api/v1/devices/:id/regenerate': 'own',
  'POST /api/v1/devices/:id/restore': 'own',
  'GET /api/v1/devices/:id/contents': 'own',
  'GET /api/v1/devices/:id/syncs': 'own',
  'GET /api/v1/devices/:id/syncs/:syncId/bundle': 'own',
  'POST /api/v1/devices/:id/audits': 'own',
  'GET /api/v1/devices/:id/audits': 'own',
  'GET /api/v1/devices/:id/audits/:audit': 'own',
  'POST /api/v1/devices/:id/audits/:audit/heal': 'own',
  'GET /api/v1/errata': 'own',
  'POST /api/v1/errata/:id/actions/:name': 'own',
  'POST /api/v1/errata/:id/dismiss': 'own',
}

/** Spaces of addresses that one check guards as a whole, also for what a Kobo may ask that nobody knows yet. */
const SPACES: readonly (readonly [beginning: string, rule: Rule])[] = [
  ['/kobo/:secret/', 'pairing'],
  ['/api/v3/', 'kobo-root'],
  ['/api/UserStorage/', 'kobo-root'],
  ['/api/internal/', 'kobo-root'],
]

/** The rule of a route, such as `GET` `/api/v1/books/:id`. Throws for a route that has none: that is a bug. */
export function ruleOf(method: string, path: string): Rule {
  const rule =
    RULES[`${method} ${path}`] ?? SPACES.find(([beginning]) => path.startsWith(beginning))?.[1]
  if (!rule) throw new Error(`The route ${method} ${path} has no rule in people/rules.ts.`)
  return rule
}

/** The routes of an assembled app: everything that answers, without middleware. */
export function routesOf<E extends Env>(app: Hono<E>): { method: string; path: string }[] {
  const routes = inspectRoutes(app).filter((route) => route.method !== 'ALL' || !route.isMiddleware)
  const byKey = new Map(
    routes.map(({ method, path }) => [`${method} ${path}`, { method, path }] as const),
  )
  return [...byKey.values()]
}

/** Whether this person may act under a rule for persons, as far as that can be said without the thing they act on. */
export function mayEnter(rule: Rule, person: Person): boolean {
  switch (rule) {
    case 'person':
    case 'own':
    case 'owner-or-uploader':
      return true
    case 'owner':
      return person.owner
    case 'public':
    case 'pairing':
    case 'media-key':
    case 'kobo-root':
      return false
    default:
      return rule satisfies never
  }
}

/** Rule `owner-or-uploader`: who may delete a book and bring it back. */
export function mayDeleteBook(person: Person, book: { uploader: string | null }): boolean {
  return person.owner || book.uploader === person.id
}

/** Rule `own`: whether a shelf or a device is this person's. */
export function isTheirs(person: Person, thing: { person: string }): boolean {
  return thing.person === person.id
}
