import { z } from 'zod'
import type { Home } from '../../home.ts'
import { issueApiToken } from '../../people/api-token.ts'
import { revokeToken, type ApiToken } from '../../people/api-token.store.ts'
import { SCOPES, USUAL_SCOPES, type Scope } from '../../people/scope.ts'
import { Problem } from '../../problem.ts'
import { readForm } from '../form.ts'
import { Form, Layout, Time } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

const Wish = z.object({
  label: z.string().max(400),
  scope: z.array(z.enum(SCOPES, 'There is no such scope.')).optional(),
  days: z.enum(['30', '90', '365', '']),
})

const WORDS: Record<Scope, string> = {
  read: 'Look at books, shelves, Kobos and errata',
  shelve: 'Bring and change books, and put them on shelves',
  devices: 'Connect, change and heal Kobos, and answer errata',
  admin: 'All of it, and people, tokens and sessions',
}

/** Makes an API token and shows it. It is told by this answer alone. */
export function makeToken(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { label, scope = [], days } = await readForm(c, Wish, ['scope'])
    const { token } = await issueApiToken(home, {
      person: visit.person.id,
      label,
      scopes: scope,
      days: days === '' ? undefined : Number(days),
    })
    return c.html(<MadePage visit={visit} label={label} token={token} />)
  }
}

/** Revokes an API token. */
export function revokeOne(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const wish = { id: c.req.param('id') ?? '', person: person.id, now: home.now() }
    if (!(await home.db.transact((tx) => revokeToken(tx, wish))))
      throw new Problem('not_found', 'You have no API token with that id.')
    return c.redirect(link(root, 'account'), 303)
  }
}

/** Somebody's API tokens, and the form for another one. */
export function Tokens({ visit, tokens }: { visit: Visit; tokens: ApiToken[] }) {
  const { root } = visit
  return (
    <Matter
      id="tokens"
      title="API tokens"
      note="A program of yours shows one, and may do what its scopes say, in your name."
    >
      {tokens.length === 0 && <p>You have none.</p>}
      <ul class="entries">
        {tokens.map(({ id, label, scopes, usedAt, endsAt }) => (
          <li>
            <p>
              {label}: {scopes.join(', ')};{' '}
              {usedAt === null ? (
                'never used'
              ) : (
                <>
                  last used <Time visit={visit} at={usedAt} />
                </>
              )}
              {endsAt !== null && (
                <>
                  , good until <Time visit={visit} at={endsAt} />
                </>
              )}
            </p>
            <Form visit={visit} action={link(root, 'revokeToken', { id })}>
              <button class="plain">
                Revoke<span class="unseen"> {label}</span>
              </button>
            </Form>
          </li>
        ))}
      </ul>
      <Form visit={visit} action={link(root, 'makeToken')} class="fields">
        <p>
          <label for="token-label">What it is for</label>
          <input id="token-label" name="label" required maxlength={100} autocomplete="off" />
        </p>
        <fieldset>
          <legend>What it may do</legend>
          {SCOPES.map((scope) => (
            <p class="tick">
              <input
                type="checkbox"
                id={`scope-${scope}`}
                name="scope"
                value={scope}
                checked={USUAL_SCOPES.includes(scope)}
              />
              <label for={`scope-${scope}`}>
                {WORDS[scope]} <span class="soft">({scope})</span>
              </label>
            </p>
          ))}
        </fieldset>
        <p>
          <label for="days">How long it is good</label>
          <select id="days" name="days">
            <option value="90">Ninety days</option>
            <option value="30">Thirty days</option>
            <option value="365">A year</option>
            <option value="">Until it is revoked</option>
          </select>
        </p>
        <p>
          <button>Make a token</button>
        </p>
      </Form>
    </Matter>
  )
}

function MadePage({ visit, label, token }: { visit: Visit; label: string; token: string }) {
  return (
    <Layout title="A new API token" root={visit.root} visit={visit} here="account">
      <h1>A new API token</h1>
      <p class="lead">For {label}. It is not shown again.</p>
      <pre class="wrapped">
        <code>{token}</code>
      </pre>
      <p>
        A program sends it in the header <code>Authorization</code>, after <code>Bearer</code> and a
        space.
      </p>
      <p>
        <a class="tall" href={link(visit.root, 'account')}>
          To your account
        </a>
      </p>
    </Layout>
  )
}
