import type { Home } from '../../home.ts'
import { browserName } from '../../people/browser-name.ts'
import { browserKnownTo, knownBrowser } from '../../people/known-browser.ts'
import type { Person } from '../../people/person.ts'
import { beginWebSession, endWebSession } from '../../people/web-session.ts'
import { Problem } from '../../problem.ts'
import { baseOf, giveKnown, giveSecret, isSecure, readKnown, readSecret } from '../cookie.ts'
import type { WebContext } from '../visit.ts'

/** Begins a session of somebody who showed who they are: a new one, never one that the browser had before. */
export async function letIn(c: WebContext, home: Home, person: Person): Promise<void> {
  const before = readSecret(c, home)
  if (before !== undefined) await endWebSession(home, before)
  giveSecret(c, home, await beginWebSession(home, person, browserName(c.req.header('user-agent'))))
  if (browserKnownTo(home, person, readKnown(c, home)) === undefined)
    giveKnown(c, home, knownBrowser(home, person))
}

/** A cookie for https is not kept by a browser that came without, so that nothing would happen. */
export function refuseUnencrypted(c: WebContext, home: Home): void {
  if (isSecure(c, home) && c.req.header('origin')?.startsWith('http:') === true)
    throw new Problem(
      'invalid',
      `Please sign in at ${baseOf(c, home)}: this connection is not encrypted.`,
    )
}
