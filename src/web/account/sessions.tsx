import { z } from 'zod'
import type { Home } from '../../home.ts'
import {
  deleteSessionOf,
  deleteSessionsOf,
  type WebSession,
} from '../../people/web-session.store.ts'
import { Problem } from '../../problem.ts'
import { takeSecret } from '../cookie.ts'
import { readForm } from '../form.ts'
import { Form, Time } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

/** Ends one session of somebody, also the one that they look with. */
export function endOneSession(home: Home): Page {
  return async (c) => {
    const { person, root, session } = c.var.visit
    const id = c.req.param('id') ?? ''
    const wasThere = await home.db.transact((tx) => deleteSessionOf(tx, { id, person: person.id }))
    if (!wasThere) throw new Problem('not_found', 'You have no session with that id.')
    if (id !== session) return c.redirect(link(root, 'account'), 303)
    takeSecret(c, home)
    return c.redirect(link(root, 'signIn'), 303)
  }
}

const Ending = z.object({ which: z.enum(['others', 'all']) })

/** Ends every session of somebody, or every one but that which they look with. */
export function endSessions(home: Home): Page {
  return async (c) => {
    const { person, root, session } = c.var.visit
    const { which } = await readForm(c, Ending)
    const but = which === 'others' ? session : undefined
    await home.db.transact((tx) => deleteSessionsOf(tx, person.id, but))
    if (which === 'others') return c.redirect(link(root, 'account'), 303)
    takeSecret(c, home)
    return c.redirect(link(root, 'signIn'), 303)
  }
}

/** Where somebody is signed in. */
export function Sessions({ visit, sessions }: { visit: Visit; sessions: WebSession[] }) {
  const { root } = visit
  return (
    <Matter
      id="sessions"
      title="Signed in"
      note="Each browser in which you are signed in. One that you do not know is ended here at once."
    >
      <ul class="entries">
        {sessions.map((session) => (
          <li>
            <p>
              {session.browser === '' ? 'A browser' : capital(session.browser)},{' '}
              {session.id === visit.session ? (
                'this one'
              ) : (
                <>
                  last used <Time visit={visit} at={session.seenAt} />
                </>
              )}
              , since <Time visit={visit} at={session.beganAt} />
            </p>
            <Form visit={visit} action={link(root, 'endOne', { id: session.id })}>
              <button class="plain">
                {session.id === visit.session ? 'End this session' : 'End that session'}
              </button>
            </Form>
          </li>
        ))}
      </ul>
      <Form visit={visit} action={link(root, 'endSessions')} class="row">
        <button name="which" value="others">
          End all the others
        </button>{' '}
        <button name="which" value="all">
          Sign out everywhere
        </button>
      </Form>
    </Matter>
  )
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
