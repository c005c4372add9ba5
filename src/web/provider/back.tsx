import type { Home } from '../../home.ts'
import { providerOf, readAnswer } from '../../people/provider.ts'
import { enterByProvider, type ProviderEntry } from '../../people/provider-entry.ts'
import { Problem } from '../../problem.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { takeTicket } from '../cookie.ts'
import { visitOf } from '../enter.ts'
import { Layout } from '../layout.tsx'
import { link, rootOf } from '../paths.ts'
import { afterwards } from '../session/afterwards.ts'
import { letIn } from '../session/let-in.ts'
import type { Page, WebContext } from '../visit.ts'
import { Away, KIND } from './begin.tsx'

type Because = Extract<ProviderEntry, { person: undefined }>['because'] | 'refused'

/** Somebody comes back from the provider, with its answer in the address. */
export function comeBack(home: Home): Page {
  return async (c) => {
    const { name } = providerOf(home)
    const away = takeTicket(c, home, KIND, Away)
    if (!away)
      throw new Problem(
        'invalid',
        `This was not begun in this browser, or longer than ten minutes ago, or it was used already. Please begin anew.`,
      )
    const { errand, proof, redirectUri, to } = away
    if (errand.kind === 'link') await requireSame(c, home, errand.person)
    let because: Because = 'refused'
    const call = { headers: c.req.raw.headers, env: c.env }
    const person = await tryGuessable(home, { call }, async () => {
      const url = new URL(redirectUri + new URL(c.req.url).search)
      const identity = await readAnswer(home, url, proof)
      if (!identity) return undefined
      const provider = providerOf(home)
      const entry = await home.db.transact((tx) =>
        enterByProvider(tx, home, { provider, identity, errand }),
      )
      if (!entry.person) because = entry.because
      return entry.person
    })
    if (!person) return c.html(refusedPage(c, name, because), 422)
    if (errand.kind === 'link')
      return c.redirect(link(rootOf(c.req.url), 'account', {}, { done: 'linked' }), 303)
    await letIn(c, home, person, 'provider')
    return c.redirect(afterwards(c, to), 303)
  }
}

/** An account is linked to whoever asked for it, and to nobody who signed in meanwhile. */
async function requireSame(c: WebContext, home: Home, person: string): Promise<void> {
  const visit = await visitOf(c, home)
  if (visit?.person.id !== person)
    throw new Problem('forbidden', 'You are signed in otherwise than when this was begun.')
}

const SENTENCES: Record<Because, (name: string) => string> = {
  refused: (name) => `${name} did not say who you are, or not in a way that can be believed.`,
  stranger: (name) =>
    `Nobody here has that account at ${name}. Who has an account here links it under Account; others are invited by the owner.`,
  'no-owner': (name) =>
    `Nobody owns this server yet, and it was not told that you shall. Begin with the code in its log, and go on to ${name} from there.`,
  'no-code': () => 'That is not the code that this server logged last, or it is good no more.',
  'no-invitation': () => 'This invitation is good no more. Please ask for another one.',
  theirs: (name) => `That account at ${name} is somebody else’s here.`,
  another: (name) => `You have another account at ${name} here. Unlink it first.`,
}

function refusedPage(c: WebContext, name: string, because: Because) {
  const root = rootOf(c.req.url)
  return (
    <Layout title="Not let in" root={root}>
      <div class="problem">
        <h1>Not let in</h1>
        <p class="lead">{SENTENCES[because](name)}</p>
        <p>
          <a class="button" href={link(root, 'signIn')}>
            Sign in otherwise
          </a>
        </p>
      </div>
    </Layout>
  )
}
