import { z } from 'zod'
import type { Home } from '../../home.ts'
import { signIn } from '../../people/sign-in.ts'
import { beginWebSession, endWebSession } from '../../people/web-session.ts'
import { Problem } from '../../problem.ts'
import { answerSlowly, tryGuessable } from '../../wrong-secrets.ts'
import { baseOf, giveSecret, readSecret } from '../cookie.ts'
import { visitOf } from '../enter.ts'
import { readForm } from '../form.ts'
import { Layout } from '../layout.tsx'
import { backTo, link, rootOf } from '../paths.ts'
import type { Page, WebContext } from '../visit.ts'

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
    return c.html(<SignInPage root={rootOf(c.req.url)} to={to} />)
  }
}

/** Signs somebody in: a new session, never one that the browser had before. */
export function beginSession(home: Home): Page {
  return async (c) => {
    const { name, password, to } = await readForm(c, SignIn)
    refuseUnencrypted(c, home)
    const call = { headers: c.req.raw.headers, env: c.env }
    const person = await tryGuessable(home, call, async () => {
      const found = await signIn(home, { name, password })
      if (!found) await answerSlowly(home, call)
      return found
    })
    if (!person) {
      return c.html(<SignInPage root={rootOf(c.req.url)} to={to} name={name} isWrong />, 422)
    }
    const before = readSecret(c)
    if (before !== undefined) await endWebSession(home, before)
    giveSecret(c, home, await beginWebSession(home, person))
    return c.redirect(afterwards(c, to), 303)
  }
}

function afterwards(c: WebContext, to: string | undefined): string {
  const root = rootOf(c.req.url)
  return backTo(root, to) ?? link(root, 'books')
}

/** A cookie for https is not kept by a browser that came without, so that nothing would happen. */
function refuseUnencrypted(c: WebContext, home: Home): void {
  const base = baseOf(c, home)
  if (base.startsWith('https:') && c.req.header('origin')?.startsWith('http:') === true)
    throw new Problem('invalid', `Please sign in at ${base}: this connection is not encrypted.`)
}

function SignInPage(props: {
  root: string
  to?: string | undefined
  name?: string
  isWrong?: boolean
}) {
  const { root, to, name, isWrong } = props
  return (
    <Layout title="Sign in" root={root}>
      <h1>Sign in</h1>
      {isWrong && (
        <p role="alert" class="stamp" id="wrong">
          Nobody here has this name and this password.
        </p>
      )}
      <form method="post" action={link(root, 'signIn')} class="fields">
        {to !== undefined && <input type="hidden" name="to" value={to} />}
        <p>
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value={name}
            required
            maxlength={200}
            autocomplete="username"
            autocapitalize="none"
            aria-describedby={isWrong ? 'wrong' : undefined}
          />
        </p>
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
          <button>Sign in</button>
        </p>
      </form>
      <p>
        Accounts are made on the machine of the server: <code>bin/holdfast user add</code>.
      </p>
    </Layout>
  )
}
