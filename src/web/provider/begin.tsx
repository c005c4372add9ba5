import { z } from 'zod'
import type { Home } from '../../home.ts'
import { beginAtProvider, providerOf } from '../../people/provider.ts'
import { Errand } from '../../people/provider-entry.ts'
import { Problem } from '../../problem.ts'
import { refuseStale } from '../account/fresh.ts'
import { baseOf, giveTicket } from '../cookie.ts'
import { readForm } from '../form.ts'
import { Layout } from '../layout.tsx'
import { backTo, PATHS, rootOf } from '../paths.ts'
import { refuseUnencrypted } from '../session/let-in.ts'
import type { Page, WebContext } from '../visit.ts'

/** The kind of ticket that a browser keeps while somebody is at the provider. */
export const KIND = 'provider'
/** How long they may be there, in ms. */
export const AWAY = 10 * 60_000

/** What the ticket says. */
export const Away = z.object({
  errand: Errand,
  proof: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
  redirectUri: z.string(),
  to: z.string().optional(),
})

const SignIn = z.object({ to: z.string().max(2000).optional() })
const WithCode = z.object({ code: z.string().max(200).default('') })

/** Sends somebody to the provider to sign in. */
export function signInByProvider(home: Home): Page {
  return async (c) => {
    const { to } = await readForm(c, SignIn)
    // Only what is a page of ours: the ticket must stay small enough for a cookie.
    return send(c, home, { kind: 'sign-in' }, backTo('/', to) === undefined ? undefined : to)
  }
}

/** The same on the first visit: with the code, or without it for somebody whom the configuration names as the owner. */
export function firstVisitByProvider(home: Home): Page {
  return async (c) => {
    const { code } = await readForm(c, WithCode)
    return send(c, home, code === '' ? { kind: 'sign-in' } : { kind: 'first-visit', code })
  }
}

/** The same for somebody who is invited. */
export function acceptByProvider(home: Home): Page {
  return async (c) => {
    const { code } = await readForm(c, WithCode)
    return send(c, home, { kind: 'invitation', secret: code })
  }
}

/** The same for somebody who is signed in and wants to sign in by the provider from now on. */
export function linkProvider(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    return send(c, home, { kind: 'link', person: visit.person.id })
  }
}

/**
 * A page that goes on to the provider by itself, and by a link where a browser does not: what a form leads to must be ours, by the
 * policy of our pages.
 */
async function send(c: WebContext, home: Home, errand: Errand, to?: string) {
  const { name } = providerOf(home)
  refuseUnencrypted(c, home)
  const redirectUri = baseOf(c, home) + PATHS.fromProvider
  const { url, proof } = await beginAtProvider(home, redirectUri)
  const body: z.infer<typeof Away> = { errand, proof, redirectUri, ...(to !== undefined && { to }) }
  giveTicket(c, home, { kind: KIND, body, life: AWAY })
  if (!/^https?:/.test(url)) throw new Problem('unavailable', `${name} cannot be used.`)
  c.header('refresh', `0; url=${url}`)
  return c.html(
    <Layout title={`To ${name}`} root={rootOf(c.req.url)} visit={c.get('visit')}>
      <div class="problem">
        <h1>To {name}</h1>
        <p>
          <a class="button first" href={url}>
            Go on to {name}
          </a>
        </p>
      </div>
    </Layout>,
  )
}
