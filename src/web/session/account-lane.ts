import { createHash } from 'node:crypto'
import type { Home } from '../../home.ts'
import { nameKey } from '../../name-key.ts'
import { browserKnownTo } from '../../people/known-browser.ts'
import { personByName } from '../../people/person.store.ts'
import { readKnown } from '../cookie.ts'
import type { WebContext } from '../visit.ts'

/**
 * Under what the tries at an account are counted: those of strangers together, and apart from them those of each browser that
 * somebody signed in to it with before. So whoever tries passwords from everywhere makes the person wait at no browser of theirs.
 * A name that nobody has is an account like another.
 */
export async function accountLane(
  c: WebContext,
  home: Home,
  name: string,
): Promise<{ account: string; isKnown: boolean }> {
  const person = await personByName(home.db.read, name)
  const browser = person && browserKnownTo(home, person, readKnown(c, home))
  return { account: laneOf(name, browser), isKnown: browser !== undefined }
}

/** The lane of strangers at the account with this name, or that of one browser. */
export function laneOf(name: string, browser?: string): string {
  return `${createHash('sha256').update(nameKey(name)).digest('base64url')} ${browser ?? ''}`
}
