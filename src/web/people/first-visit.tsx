import { z } from 'zod'
import type { Home } from '../../home.ts'
import { makeFirstOwner } from '../../people/first-visit.ts'
import { hasOwner } from '../../people/person.store.ts'
import { Problem } from '../../problem.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { ByProvider, NameField, NewPasswordField, Wrong } from '../account/fields.tsx'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import { letIn, refuseUnencrypted } from '../session/let-in.ts'
import type { Page, Seal } from '../visit.ts'
import { visitorSeal } from '../visitor.ts'

const FirstVisit = z.object({
  code: z.string().max(200),
  name: z.string().max(200),
  password: z.string().max(4000),
})

const WRONG = {
  wrong: 'That is not the code that this server logged last.',
  over: 'That code is good no more. Start the server anew: it logs another one.',
}

/** The page on which the first owner makes their account. There is none once somebody owns the server. */
export function showFirstVisit(home: Home): Page {
  return async (c) => {
    const root = rootOf(c.req.url)
    if (await hasOwner(home.db.read)) return c.redirect(link(root, 'signIn'), 303)
    const code = c.req.query('code')
    const form = { root, seal: visitorSeal(c, home), provider: home.config.provider?.name }
    return c.html(<FirstVisitPage {...form} code={code} />)
  }
}

/** Makes the first owner of whoever brings the code, and signs them in. */
export function takeFirstVisit(home: Home): Page {
  return async (c) => {
    const asked = await readForm(c, FirstVisit)
    refuseUnencrypted(c, home)
    const call = { headers: c.req.raw.headers, env: c.env }
    let sentence: string
    try {
      let because: keyof typeof WRONG = 'wrong'
      const owner = await tryGuessable(home, { call }, async () => {
        const entry = await makeFirstOwner(home, asked)
        if (!entry.owner) because = entry.because
        return entry.owner
      })
      if (owner) {
        await letIn(c, home, owner)
        return c.redirect(link(rootOf(c.req.url), 'books'), 303)
      }
      sentence = WRONG[because]
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid') throw error
      sentence = error.message
    }
    const provider = home.config.provider?.name
    const form = { root: rootOf(c.req.url), seal: visitorSeal(c, home), sentence, provider }
    return c.html(<FirstVisitPage {...form} code={asked.code} name={asked.name} />, 422)
  }
}

function FirstVisitPage(props: {
  root: string
  seal: Seal
  code: string | undefined
  name?: string
  sentence?: string
  provider: string | undefined
}) {
  const { root, seal, code, name, sentence, provider } = props
  return (
    <Layout title="First visit" root={root}>
      <div class="door">
        <h1>First visit</h1>
        <p class="lead">
          Nobody owns this server yet. Make your account with the code that it logged when it was
          started: it is good for fifteen minutes, and once.
        </p>
        <Wrong sentence={sentence} />
        <Form visit={seal} action={link(root, 'firstVisit')} class="fields">
          <p>
            <label for="code">Code</label>
            <input
              id="code"
              name="code"
              value={code}
              required
              maxlength={200}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              autofocus={code === undefined}
              aria-describedby={sentence === undefined ? undefined : 'wrong'}
            />
          </p>
          <NameField
            value={name}
            isWrong={sentence !== undefined}
            isFirst={code !== undefined && sentence === undefined}
          />
          <NewPasswordField />
          <p>
            <button class="first">Make my account</button>
          </p>
          <ByProvider root={root} path="firstByProvider" provider={provider} />
        </Form>
        <p class="after">
          Without the code an account is made on the machine of the server:{' '}
          <code>bin/holdfast user add</code>.
        </p>
      </div>
    </Layout>
  )
}
