import { z } from 'zod'
import type { Home } from '../../home.ts'
import { invite, withdraw } from '../../people/invitation.ts'
import { openInvitations, type Invitation } from '../../people/invitation.store.ts'
import type { Person } from '../../people/person.ts'
import { everybody } from '../../people/person.store.ts'
import { invitationUrl } from '../../public-url.ts'
import { baseOf } from '../cookie.ts'
import { readForm } from '../form.ts'
import { Form, Layout, Time } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit, WebContext } from '../visit.ts'

const Wish = z.object({ label: z.string().max(400).default('') })

/** The household, for its owner: who belongs to it, and who is invited. */
export function showPeople(home: Home): Page {
  return async (c) => c.html(await peoplePage(c, home))
}

/** Invites somebody, and shows the address that they need. It is told by this answer alone. */
export function inviteSomebody(home: Home): Page {
  return async (c) => {
    const { label } = await readForm(c, Wish)
    const { secret } = await invite(home, { inviter: c.var.visit.person.id, label })
    return c.html(await peoplePage(c, home, invitationUrl(baseOf(c, home), secret)))
  }
}

/** Withdraws an invitation. */
export function withdrawOne(home: Home): Page {
  return async (c) => {
    await home.db.transact((tx) => withdraw(tx, c.req.param('id') ?? ''))
    return c.redirect(link(c.var.visit.root, 'people'), 303)
  }
}

async function peoplePage(c: WebContext, home: Home, made?: string) {
  const { visit } = c.var
  const people = await everybody(home.db.read)
  const invitations = await openInvitations(home.db.read, visit.now)
  return <PeoplePage {...{ visit, people, invitations, made }} />
}

function PeoplePage(props: {
  visit: Visit
  people: (Person & { createdAt: number })[]
  invitations: Invitation[]
  made: string | undefined
}) {
  const { visit, people, invitations, made } = props
  const { root } = visit
  return (
    <Layout title="People" root={root} visit={visit} here="people">
      <h1>People</h1>
      <p class="lead">
        Everybody of the household shares the library. Shelves, Kobos and reading are each person’s
        own.
      </p>
      <ul class="entries">
        {people.map(({ id, name, owner, createdAt }) => (
          <li>
            <p>
              {name}
              {owner && ', owner'}
              <span class="soft">
                , here since <Time visit={visit} at={createdAt} />
              </span>
            </p>
            {id !== visit.person.id && (
              <a class="plain-link" href={link(root, 'removal', { id })}>
                Remove<span class="unseen"> {name}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
      <Matter
        id="invite"
        title="Invite somebody"
        note="An invitation is good once, and for seven days. Whoever has its address picks a name and a password."
      >
        {made !== undefined && (
          <div role="status" class="once">
            <p class="tide">Send this address to whoever you invite. It is not shown again.</p>
            <pre>
              <code>{made}</code>
            </pre>
          </div>
        )}
        <Form visit={visit} action={link(root, 'invite')} class="fields">
          <p>
            <label for="label">For whom</label>
            <input id="label" name="label" maxlength={100} autocomplete="off" />
          </p>
          <p>
            <button>Invite</button>
          </p>
        </Form>
      </Matter>
      {invitations.length > 0 && (
        <Matter id="open" title="Open invitations">
          <ul class="entries">
            {invitations.map(({ id, label, createdAt, endsAt }) => (
              <li>
                <p>
                  {label === '' ? 'For somebody' : `For ${label}`}
                  <span class="soft">
                    , made <Time visit={visit} at={createdAt} />, good until{' '}
                    <Time visit={visit} at={endsAt} />
                  </span>
                </p>
                <Form visit={visit} action={link(root, 'withdraw', { id })}>
                  <button class="plain">Withdraw</button>
                </Form>
              </li>
            ))}
          </ul>
        </Matter>
      )}
    </Layout>
  )
}
