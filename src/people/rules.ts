import { inspectRoutes } from 'hono/dev'
import type { Hono, Env } from 'hono'
import type { Person } from './person.ts'
import type { Scope } from './scope.ts'

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

/**
 * Every route of the server with its rule, besides SPACES; calls of the API also with the scope that a token needs. A server that
 * mounts another route does not start.
 */
export const RULES: Readonly<Record<string, Rule | readonly [Rule, Scope]>> = {
  'GET /': 'public',
  'GET /public/:file': 'public',
  'GET /first-visit': 'public',
  'POST /first-visit': 'public',
  'GET /scripts/*': 'public',
  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'POST /sign-out': 'person',
  'POST /sign-in/passkey/challenge': 'public',
  'POST /sign-in/passkey': 'public',
  'GET /sign-in/recovery': 'public',
  'POST /sign-in/recovery': 'public',
  'POST /account/passkeys/challenge': 'own',
  'POST /account/passkeys': 'own',
  'POST /account/passkeys/:id/name': 'own',
  'POST /account/passkeys/:id/remove': 'own',
  'POST /account/recovery-codes': 'own',
  'POST /sign-in/provider': 'public',
  'GET /sign-in/provider/back': 'public',
  'POST /first-visit/provider': 'public',
  'POST /invitation/provider': 'public',
  'POST /account/provider': 'own',
  'POST /account/provider/unlink': 'own',
  'GET /account': 'own',
  'POST /account/password': 'own',
  'POST /account/sessions/end': 'own',
  'POST /account/sessions/:id/end': 'own',
  'POST /account/tokens': 'own',
  'POST /account/tokens/:id/revoke': 'own',
  'GET /people': 'owner',
  'POST /people/invitations': 'owner',
  'POST /people/invitations/:id/withdraw': 'owner',
  'GET /people/:id/removal': 'owner',
  'POST /people/:id/removal': 'owner',
  'GET /invitation': 'public',
  'POST /invitation': 'public',
  'GET /errata': 'own',
  'POST /errata/:id/actions/:name': 'own',
  'POST /errata/:id/dismiss': 'own',
  'GET /devices': 'own',
  'GET /connect': 'own',
  'POST /connect': 'own',
  'GET /devices/:id': 'own',
  'GET /devices/:id/connecting': 'own',
  'GET /devices/:id/settings': 'own',
  'POST /devices/:id/settings': 'own',
  'POST /devices/:id/address': 'own',
  'POST /devices/:id/revoke': 'own',
  'POST /devices/:id/pause': 'own',
  'GET /devices/:id/now': 'own',
  'POST /devices/:id/conf': 'own',
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
  'GET /books/:id/cover': 'person',
  'POST /books/:id/cover': 'person',
  'POST /books/:id/cover/crop': 'person',
  'POST /books/:id/shelves': 'person',
  'GET /books/:id/files/:kind': 'person',
  'POST /light': 'person',
  'GET /shelves': 'own',
  'POST /shelves': 'own',
  'GET /shelves/:id': 'own',
  'POST /shelves/:id/name': 'own',
  'POST /shelves/:id/place': 'own',
  'POST /shelves/:id/carriers': 'own',
  'POST /shelves/:id/deletion': 'own',
  'GET /colophon': 'person',
  'GET /settings': 'person',
  'GET /under-way': 'person',
  'GET /books/:id/cover/:width': 'person',
  'GET /healthz': 'public',

  'GET /kobo/files/:mediaKey/:book/:artifact': 'media-key',
  'GET /kobo/covers/:coverKey/:imageId/:width/:height/:grey/image.jpg': 'media-key',
  'GET /kobo/covers/:coverKey/:imageId/:width/:height/:quality/:grey/image.jpg': 'media-key',
  'ALL /kobo/*': 'public',

  'GET /api/v1/openapi.json': 'public',
  'POST /api/v1/books': ['person', 'shelve'],
  'GET /api/v1/books': ['person', 'read'],
  'GET /api/v1/books/:id': ['person', 'read'],
  'PATCH /api/v1/books/:id': ['person', 'shelve'],
  'DELETE /api/v1/books/:id': ['owner-or-uploader', 'shelve'],
  'POST /api/v1/books/:id/restore': ['owner-or-uploader', 'shelve'],
  'PUT /api/v1/books/:id/cover': ['person', 'shelve'],
  'PUT /api/v1/books/:id/cover/crop': ['person', 'shelve'],
  'GET /api/v1/books/:id/file': ['person', 'read'],
  'GET /api/v1/shelves': ['own', 'read'],
  'POST /api/v1/shelves': ['own', 'shelve'],
  'PATCH /api/v1/shelves/:id': ['own', 'shelve'],
  'DELETE /api/v1/shelves/:id': ['own', 'shelve'],
  'POST /api/v1/shelves/:id/books': ['own', 'shelve'],
  'PUT /api/v1/shelves/:id/books/:book': ['own', 'shelve'],
  'DELETE /api/v1/shelves/:id/books/:book': ['own', 'shelve'],
  'GET /api/v1/devices': ['own', 'read'],
  'POST /api/v1/devices': ['own', 'devices'],
  'GET /api/v1/devices/:id': ['own', 'read'],
  'PATCH /api/v1/devices/:id': ['own', 'devices'],
  'DELETE /api/v1/devices/:id': ['own', 'devices'],
  'GET /api/v1/devices/:id/next-sync': ['own', 'read'],
  'POST /api/v1/devices/:id/resend': ['own', 'devices'],
  'POST /api/v1/devices/:id/retract': ['own', 'devices'],
  'POST /api/v1/devices/:id/reset-sync': ['own', 'devices'],
  'POST /api/v1/devices/:id/removals/:book/bring-back': ['own', 'devices'],
  'POST /api/v1/devices/:id/regenerate': ['own', 'devices'],
  'POST /api/v1/devices/:id/restore': ['own', 'devices'],
  'GET /api/v1/devices/:id/contents': ['own', 'read'],
  'GET /api/v1/devices/:id/syncs': ['own', 'read'],
  'GET /api/v1/devices/:id/syncs/:syncId/bundle': ['own', 'read'],
  'POST /api/v1/devices/:id/audits': ['own', 'devices'],
  'GET /api/v1/devices/:id/audits': ['own', 'read'],
  'GET /api/v1/devices/:id/audits/:audit': ['own', 'read'],
  'POST /api/v1/devices/:id/audits/:audit/heal': ['own', 'devices'],
  'GET /api/v1/people': ['owner', 'admin'],
  'DELETE /api/v1/people/:id': ['owner', 'admin'],
  'GET /api/v1/invitations': ['owner', 'admin'],
  'POST /api/v1/invitations': ['owner', 'admin'],
  'DELETE /api/v1/invitations/:id': ['owner', 'admin'],
  'GET /api/v1/tokens': ['own', 'admin'],
  'POST /api/v1/tokens': ['own', 'admin'],
  'DELETE /api/v1/tokens/:id': ['own', 'admin'],
  'GET /api/v1/sessions': ['own', 'admin'],
  'DELETE /api/v1/sessions/:id': ['own', 'admin'],
  'GET /api/v1/passkeys': ['own', 'admin'],
  'PATCH /api/v1/passkeys/:id': ['own', 'admin'],
  'DELETE /api/v1/passkeys/:id': ['own', 'admin'],
  'GET /api/v1/provider-identities': ['own', 'admin'],
  'DELETE /api/v1/provider-identities/:id': ['own', 'admin'],
  'GET /api/v1/recovery-codes': ['own', 'admin'],
  'DELETE /api/v1/recovery-codes': ['own', 'admin'],
  'GET /api/v1/errata': ['own', 'read'],
  'POST /api/v1/errata/:id/actions/:name': ['own', 'devices'],
  'POST /api/v1/errata/:id/dismiss': ['own', 'devices'],
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
  const entry = RULES[`${method} ${path}`]
  const rule =
    (typeof entry === 'string' ? entry : entry?.[0]) ??
    SPACES.find(([beginning]) => path.startsWith(beginning))?.[1]
  if (!rule) throw new Error(`The route ${method} ${path} has no rule in people/rules.ts.`)
  if (rule !== 'public' && path.startsWith(API) && typeof entry === 'string')
    throw new Error(`The call ${method} ${path} has no scope in people/rules.ts.`)
  return rule
}

/** The scope that a token needs for a call of the API; undefined where none is asked for. */
export function scopeOf(method: string, path: string): Scope | undefined {
  const entry = RULES[`${method} ${path}`]
  return typeof entry === 'string' ? undefined : entry?.[1]
}

const API = '/api/v1/'

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
