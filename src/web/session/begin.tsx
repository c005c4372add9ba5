import { NameField } from '../account/fields.tsx'
import { z } from 'zod'
import type { Home } from '../../home.ts'
import { hasOwner } from '../../people/person.store.ts'
import { passkeyPlace } from '../../people/passkey-place.ts'
import { signIn } from '../../people/sign-in.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { Wrong } from '../account/fields.tsx'
import { baseOf } from '../cookie.ts'
import { visitOf } from '../enter.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import type { Page, Seal, WebContext } from '../visit.ts'
import { visitorSeal } from '../visitor.ts'
import { accountLane } from './account-lane.ts'
import { afterwards } from './afterwards.ts'
import { letIn, refuseUnencrypted } from './let-in.ts'
import { PasskeyButton } from './passkey.tsx'

const SignIn = z.object({
  name: z.string().max(200),
  password: z.string().max(4000),
  to: z.string().max(2000).optional(),
})

/** The page on which somebody signs in. Whoever did already goes on at once. */
export function showSignIn(home: Home): Page {
  return async (c) => {
    const to = c.req.query('to')
    if (await visitOf(c, home)) return c.redirect(afterwards(c, to), 303)
    const root = rootOf(c.req.url)
    if (!(await hasOwner(home.db.read))) return c.redirect(link(root, 'firstVisit'), 303)
    const form = { root, seal: visitorSeal(c, home), to, undone: c.req.query('undone') === '1' }
    return c.html(<SignInPage {...form} {...otherWays(c, home)} />)
  }
}

/** Signs somebody in: a new session, never one that the browser had before. */
export function beginSession(home: Home): Page {
  return async (c) => {
    const { name, password, to } = await readForm(c, SignIn)
    refuseUnencrypted(c, home)
    const { account, isKnown } = await accountLane(c, home, name)
    const guess = { call: { headers: c.req.raw.headers, env: c.env }, account }
    const person = await tryGuessable(home, guess, () =>
      signIn(home, { name, password, first: isKnown }),
    )
    if (!person) {
      const form = { root: rootOf(c.req.url), seal: visitorSeal(c, home), to, name }
      return c.html(<SignInPage {...form} {...otherWays(c, home)} isWrong />, 422)
    }
    await letIn(c, home, person)
    return c.redirect(afterwards(c, to), 303)
  }
}

/** The ways to sign in beside a password: what the provider is called, if there is one, and whether passkeys can be used here. */
function otherWays(c: WebContext, home: Home) {
  const provider = home.config.provider?.name
  return { provider, hasPasskeys: passkeyPlace(baseOf(c, home)) !== undefined }
}

function SignInPage(props: {
  root: string
  seal: Seal
  to?: string | undefined
  name?: string
  isWrong?: boolean
  /** They sent a form that nobody was signed in for any more. */
  undone?: boolean
  provider: string | undefined
  hasPasskeys: boolean
}) {
  const { root, seal, to, name, isWrong, undone, provider, hasPasskeys } = props
  return (
    <Layout title="Sign in" root={root}>
      <div class="door">
        <h1>Sign in</h1>
        {undone === true && (
          <p role="status" class="stamp">
            You were signed out meanwhile. What you sent was not done.
          </p>
        )}
        <Wrong sentence={isWrong ? 'Nobody here has this name and this password.' : undefined} />
        <Form visit={seal} action={link(root, 'signIn')} class="fields">
          {to !== undefined && <input type="hidden" name="to" value={to} />}
          <NameField value={name} isWrong={isWrong} />
          <p>
            <label for="password">Password</label>
            <input
              id="password"
              name="password"
              type="password"
              required
              autocomplete="current-password"
              aria-describedby={isWrong ? 'wrong' : undefined}
            />
          </p>
          <p>
            <button class="first">Sign in</button>
          </p>
        </Form>
        {(hasPasskeys || provider !== undefined) && (
          <div class="others">
            {hasPasskeys && <PasskeyButton root={root} token={seal.token} to={to} />}
            {provider !== undefined && (
              <Form visit={seal} action={link(root, 'toProvider')}>
                {to !== undefined && <input type="hidden" name="to" value={to} />}
                <p>
                  <button>Sign in with {provider}</button>
                </p>
              </Form>
            )}
          </div>
        )}
        <p class="after">
          Whoever lost all of it <a href={link(root, 'recovery')}>takes a recovery code</a>. Whoever
          has no account yet is invited by the owner of this server.
        </p>
      </div>
    </Layout>
  )
}
