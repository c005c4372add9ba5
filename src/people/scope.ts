/**
 * What an API token may do.
 * - `read`: look at books, shelves, devices and errata.
 * - `shelve`: bring and change books, and put them on shelves.
 * - `devices`: connect, change and heal devices, audit them, and answer errata.
 * - `admin`: all of it, and people, invitations, tokens and sessions.
 */
export type Scope = (typeof SCOPES)[number]

export const SCOPES = ['read', 'shelve', 'devices', 'admin'] as const

/** What a token may do whose maker did not say: everything but what lets others in. */
export const USUAL_SCOPES: readonly Scope[] = ['read', 'shelve', 'devices']

/** Whether a token with these scopes may do what needs `scope`. Pure. */
export function allows(scopes: readonly Scope[], scope: Scope | undefined): boolean {
  return scope === undefined || scopes.includes(scope) || scopes.includes('admin')
}

/** Scopes as they are kept; words that are none are left out. Pure. */
export function readScopes(text: string): Scope[] {
  const words = text.split(' ')
  return SCOPES.filter((scope) => words.includes(scope))
}
