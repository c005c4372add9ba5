import { z } from 'zod'
import type { Home } from '../../home.ts'
import { tokensOf, type ApiToken } from '../../people/api-token.store.ts'
import { hashNewPassword, isPasswordOf, replacePassword } from '../../people/password.ts'
import { webSessionsOf, type WebSession } from '../../people/web-session.store.ts'
import { Problem } from '../../problem.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { accountLane } from '../session/account-lane.ts'
import { letIn } from '../session/let-in.ts'
import type { Page, Visit, WebContext } from '../visit.ts'
import { NewPasswordField, Wrong } from './fields.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'

const Change = z.object({ current: z.string().max(4000), password: z.string().max(4000) })

/** Somebody's own account: their password, and where they are signed in. */
export function showAccount(home: Home): Page {
  return async (c) => c.html(await accountPage(c, home))
}

/**
 * Gives somebody another password when they know the present one. Every session ends, also one that somebody else may have, and this
 * browser gets a new one.
 */
export function changePassword(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { current, password } = await readForm(c, Change)
    const { account } = await accountLane(c, home, person.name)
    const guess = { call: { headers: c.req.raw.headers, env: c.env }, account }
    const knows = await tryGuessable(
      home,
      guess,
      async () => (await isPasswordOf(home, person, current, true)) || undefined,
    )
    if (!knows) return c.html(await accountPage(c, home, 'That is not your present password.'), 422)
    const hash = await newHash(password, person.name)
    if (hash instanceof Problem) return c.html(await accountPage(c, home, hash.message), 422)
    const now = home.now()
    await home.db.transact((tx) => replacePassword(tx, { person: person.id, hash, now }))
    await letIn(c, home, person)
    return c.redirect(link(root, 'account', {}, { done: 'password' }), 303)
  }
}

async function newHash(password: string, name: string): Promise<string | Problem> {
  try {
    return await hashNewPassword(password, name)
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid') return error
    throw error
  }
}

async function accountPage(c: WebContext, home: Home, sentence?: string) {
  const { visit } = c.var
  const sessions = await webSessionsOf(home.db.read, visit.person.id, visit.now)
  const tokens = await tokensOf(home.db.read, visit.person.id, visit.now)
  return <AccountPage {...{ visit, sessions, tokens, sentence }} done={c.req.query('done')} />
}

function AccountPage(props: {
  visit: Visit
  sessions: WebSession[]
  tokens: ApiToken[]
  sentence: string | undefined
  done: string | undefined
}) {
  const { visit, sessions, tokens, sentence, done } = props
  const { root, person } = visit
  return (
    <Layout title="Account" root={root} visit={visit} here="account">
      <h1>{person.name}</h1>
      {done === 'password' && (
        <p role="status" class="tide">
          Your password is changed. Whoever else was signed in as you is not any more.
        </p>
      )}
      <h2>Password</h2>
      <Wrong sentence={sentence} />
      <Form visit={visit} action={link(root, 'changePassword')} class="fields">
        <p>
          <label for="current">Present password</label>
          <input
            id="current"
            name="current"
            type="password"
            required
            autocomplete="current-password"
            aria-describedby={sentence === undefined ? undefined : 'wrong'}
          />
        </p>
        <NewPasswordField label="New password" />
        <p>
          <button>Change the password</button>
        </p>
      </Form>
      <p class="soft">All your other sessions end with it. API tokens and Kobos stay.</p>
      <Sessions visit={visit} sessions={sessions} />
      <Tokens visit={visit} tokens={tokens} />
    </Layout>
  )
}
