import { z } from 'zod'
import type { Home } from '../../home.ts'
import { acceptInvitation, findInvitation } from '../../people/invitation.ts'
import { Problem } from '../../problem.ts'
import { answerSlowly, tryGuessable } from '../../wrong-secrets.ts'
import { ByProvider, NameField, NewPasswordField, Wrong } from '../account/fields.tsx'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import { letIn, refuseUnencrypted } from '../session/let-in.ts'
import type { Page, WebContext } from '../visit.ts'
import { visitorSeal } from '../visitor.ts'

const Acceptance = z.object({
  code: z.string().max(200),
  name: z.string().max(200),
  password: z.string().max(4000),
})

/** The page on which somebody who was invited picks a name and a password. Looking at it uses nothing up. */
export function showInvitation(home: Home): Page {
  return async (c) => {
    const code = c.req.query('code') ?? ''
    if (!(await findInvitation(home, code))) {
      await answerSlowly(home, { headers: c.req.raw.headers, env: c.env })
      throw isNone()
    }
    return c.html(invitationPage(c, home, { code }))
  }
}

/** Makes an account of whoever brings an invitation, and signs them in. */
export function takeInvitation(home: Home): Page {
  return async (c) => {
    const { code, name, password } = await readForm(c, Acceptance)
    refuseUnencrypted(c, home)
    const call = { headers: c.req.raw.headers, env: c.env }
    try {
      const person = await tryGuessable(home, { call }, () =>
        acceptInvitation(home, { secret: code, name, password }),
      )
      if (!person) throw isNone()
      await letIn(c, home, person)
      return c.redirect(link(rootOf(c.req.url), 'books'), 303)
    } catch (error) {
      if (!(error instanceof Problem) || !['invalid', 'conflict'].includes(error.code)) throw error
      return c.html(invitationPage(c, home, { code, name, sentence: error.message }), 422)
    }
  }
}

function isNone(): Problem {
  return new Problem(
    'not_found',
    'This invitation is good no more: it was used, withdrawn, or it is older than seven days. Please ask for another one.',
  )
}

function invitationPage(
  c: WebContext,
  home: Home,
  { code, name, sentence }: { code: string; name?: string; sentence?: string },
) {
  const root = rootOf(c.req.url)
  const provider = home.config.provider?.name
  return (
    <Layout title="You are invited" root={root}>
      <div class="door">
        <h1>You are invited</h1>
        <p class="lead">
          Holdfast keeps the books of a household and brings them to its Kobos. Pick a name and a
          password, and you have an account here.
        </p>
        <Wrong sentence={sentence} />
        <Form visit={visitorSeal(c, home)} action={link(root, 'invitation')} class="fields">
          <input type="hidden" name="code" value={code} />
          <NameField value={name} isWrong={sentence !== undefined} />
          <NewPasswordField />
          <p>
            <button class="first">Make my account</button>
          </p>
          <ByProvider root={root} path="invitedByProvider" provider={provider} />
        </Form>
      </div>
    </Layout>
  )
}
