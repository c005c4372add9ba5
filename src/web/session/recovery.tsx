import { NameField } from '../account/fields.tsx'
import { z } from 'zod'
import type { Home } from '../../home.ts'
import { useRecoveryCode } from '../../people/recovery-code.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { Wrong } from '../account/fields.tsx'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import type { Page, WebContext } from '../visit.ts'
import { visitorSeal } from '../visitor.ts'
import { accountLane } from './account-lane.ts'
import { letIn, refuseUnencrypted } from './let-in.ts'

const Recovery = z.object({ name: z.string().max(200), code: z.string().max(200) })

/** The page for whoever has neither their password nor their passkey. */
export function showRecovery(home: Home): Page {
  return (c) => c.html(recoveryPage(c, home))
}

/** Signs somebody in by a recovery code, and goes on to where they see to the rest. */
export function recover(home: Home): Page {
  return async (c) => {
    const { name, code } = await readForm(c, Recovery)
    refuseUnencrypted(c, home)
    const { account } = await accountLane(c, home, name)
    const guess = { call: { headers: c.req.raw.headers, env: c.env }, account }
    const person = await tryGuessable(home, guess, () => useRecoveryCode(home, { name, code }))
    if (!person) return c.html(recoveryPage(c, home, name), 422)
    await letIn(c, home, person, 'recovery')
    return c.redirect(link(rootOf(c.req.url), 'account', {}, { done: 'recovered' }), 303)
  }
}

function recoveryPage(c: WebContext, home: Home, name?: string) {
  const root = rootOf(c.req.url)
  const isWrong = name !== undefined
  return (
    <Layout title="Recovery" root={root}>
      <div class="door">
        <h1>Sign in with a recovery code</h1>
        <Wrong
          sentence={
            isWrong ? 'Nobody here has this name and this code. Each is good once.' : undefined
          }
        />
        <Form visit={visitorSeal(c, home)} action={link(root, 'recovery')} class="fields">
          <NameField value={name} isWrong={isWrong} />
          <p>
            <label for="code">Recovery code</label>
            <input
              id="code"
              name="code"
              required
              maxlength={200}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              aria-describedby={isWrong ? 'wrong' : undefined}
            />
          </p>
          <p>
            <button class="first">Sign in</button>
          </p>
        </Form>
        <p class="after">
          <a href={link(root, 'signIn')}>Back to the sign-in page</a>
        </p>
      </div>
    </Layout>
  )
}
