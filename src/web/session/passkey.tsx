import { z } from 'zod'
import type { Home } from '../../home.ts'
import { PASSKEY_PATIENCE } from '../../people/passkey.ts'
import { askToSign, personOfPasskey } from '../../people/sign-with-passkey.ts'
import { PASSKEYS_NEED, passkeyPlace, type PasskeyPlace } from '../../people/passkey-place.ts'
import { Problem } from '../../problem.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { baseOf, giveTicket, takeTicket } from '../cookie.ts'
import { readForm, TOKEN_FIELD } from '../form.ts'
import { Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import type { Page, WebContext } from '../visit.ts'
import { afterwards } from './afterwards.ts'
import { letIn, refuseUnencrypted } from './let-in.ts'

/** The kind of ticket that a browser keeps while a passkey signs. */
const KIND = 'passkey'
const Asked = z.object({ challenge: z.string() })
const Signed = z.object({
  credential: z.string().max(16_000),
  to: z.string().max(2000).optional(),
})

/** Where passkeys can be used, as this browser knows the server. Throws `Problem('not_found')` where they cannot. */
export function requirePlace(c: WebContext, home: Home): PasskeyPlace {
  const place = passkeyPlace(baseOf(c, home))
  if (!place) throw new Problem('not_found', PASSKEYS_NEED)
  return place
}

/** What a script of ours asks before a passkey signs. The challenge is for this browser, once, and for five minutes. */
export function askPasskey(home: Home): Page {
  return async (c) => {
    const options = await askToSign(home, requirePlace(c, home))
    const body: z.infer<typeof Asked> = { challenge: options.challenge }
    giveTicket(c, home, { kind: KIND, body, life: PASSKEY_PATIENCE })
    return c.json(options)
  }
}

/** Signs somebody in whose passkey signed. */
export function signInByPasskey(home: Home): Page {
  return async (c) => {
    const { credential, to } = await readForm(c, Signed)
    refuseUnencrypted(c, home)
    const place = requirePlace(c, home)
    const asked = takeTicket(c, home, KIND, Asked)
    const call = { headers: c.req.raw.headers, env: c.env }
    const person =
      asked &&
      (await tryGuessable(home, { call }, () =>
        personOfPasskey(home, place, { ...asked, credential }),
      ))
    if (!person) return c.html(refusedPage(c), 422)
    await letIn(c, home, person, 'passkey')
    return c.redirect(afterwards(c, to), 303)
  }
}

function refusedPage(c: WebContext) {
  const root = rootOf(c.req.url)
  return (
    <Layout title="Not let in" root={root}>
      <div class="problem">
        <h1>Not let in</h1>
        <p class="lead">
          That passkey is not known here, or it took longer than five minutes. Please try again, or
          sign in otherwise.
        </p>
        <p>
          <a class="button" href={link(root, 'signIn')}>
            Back to the sign-in page
          </a>
        </p>
      </div>
    </Layout>
  )
}

/** The button for whoever has a passkey. A script shows it where the browser knows passkeys. */
export function PasskeyButton(props: { root: string; token: string; to: string | undefined }) {
  const { root, token, to } = props
  return (
    <>
      <form
        method="post"
        action={link(root, 'signInPasskey')}
        id="passkey"
        data-ask={link(root, 'askPasskey')}
        data-does="sign"
        hidden
      >
        <input type="hidden" name={TOKEN_FIELD} value={token} />
        {to !== undefined && <input type="hidden" name="to" value={to} />}
        <input type="hidden" name="credential" value="" />
        <p>
          <button>Sign in with a passkey</button>
        </p>
        <p role="status" id="told"></p>
      </form>
      <script type="module" src={link(root, 'script', { '*': 'web/browser/passkeys.js' })} />
    </>
  )
}
