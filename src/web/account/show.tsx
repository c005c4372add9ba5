import { z } from 'zod'
import type { Home } from '../../home.ts'
import { tokensOf, type ApiToken } from '../../people/api-token.store.ts'
import { hashNewPassword, isPasswordOf, replacePassword } from '../../people/password.ts'
import { passkeyPlace, type PasskeyPlace } from '../../people/passkey-place.ts'
import { passkeysOf, type Passkey } from '../../people/passkey.store.ts'
import { countRecoveryCodes } from '../../people/recovery-code.store.ts'
import { passwordHash } from '../../people/password.store.ts'
import { identitiesOf, type KnownIdentity } from '../../people/provider-identity.store.ts'
import { webSessionsOf, type WebSession } from '../../people/web-session.store.ts'
import { Problem } from '../../problem.ts'
import type { ProviderConfig } from '../../provider-config.ts'
import { tryGuessable } from '../../wrong-secrets.ts'
import { baseOf } from '../cookie.ts'
import { readForm } from '../form.ts'
import { Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { accountLane } from '../session/account-lane.ts'
import { letIn } from '../session/let-in.ts'
import type { Page, Visit, WebContext } from '../visit.ts'
import { refuseStale } from './fresh.ts'
import { asksForPresent, PasswordForm } from './password-form.tsx'
import { Passkeys } from './passkeys.tsx'
import { AtProvider } from './provider.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'

const Change = z.object({
  current: z.string().max(4000).default(''),
  password: z.string().max(4000),
})

/** Somebody's own account: how they sign in, and where they are signed in. */
export function showAccount(home: Home): Page {
  return async (c) => c.html(await accountPage(c, home))
}

/**
 * Gives somebody another password when they know the present one, or their first. Every session ends, also one that somebody else may
 * have, and this browser gets a new one.
 */
export function changePassword(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { person, root } = visit
    const { current, password } = await readForm(c, Change)
    const hasPassword = (await passwordHash(home.db.read, person.id)) !== undefined
    if (!asksForPresent(visit, hasPassword)) refuseStale(visit)
    else if (!(await knows(c, home, current)))
      return c.html(await accountPage(c, home, 'That is not your present password.'), 422)
    const hash = await newHash(password, person.name)
    if (hash instanceof Problem) return c.html(await accountPage(c, home, hash.message), 422)
    const now = home.now()
    await home.db.transact((tx) => replacePassword(tx, { person: person.id, hash, now }))
    await letIn(c, home, person)
    return c.redirect(link(root, 'account', {}, { done: 'password' }), 303)
  }
}

/** Whether the visitor knows their password; a wrong one is answered slowly. */
async function knows(c: WebContext, home: Home, password: string): Promise<boolean> {
  const { person } = c.var.visit
  const { account } = await accountLane(c, home, person.name)
  const guess = { call: { headers: c.req.raw.headers, env: c.env }, account }
  const right = await tryGuessable(
    home,
    guess,
    async () => (await isPasswordOf(home, person, password, true)) || undefined,
  )
  return right === true
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
  const { read } = home.db
  const { id } = visit.person
  const { provider } = home.config
  const identities = await identitiesOf(read, id)
  return (
    <AccountPage
      visit={visit}
      sentence={sentence}
      done={DONE.get(c.req.query('done') ?? '')}
      hasPassword={(await passwordHash(read, id)) !== undefined}
      place={passkeyPlace(baseOf(c, home))}
      passkeys={await passkeysOf(read, id)}
      recoveryCodes={await countRecoveryCodes(read, id)}
      provider={provider}
      identity={identities.find(({ issuer }) => issuer === provider?.issuer)}
      sessions={await webSessionsOf(read, id, visit.now)}
      tokens={await tokensOf(read, id, visit.now)}
    />
  )
}

/** What was done, by the word that stands in the address. */
const DONE = new Map([
  ['password', 'Your password is changed. Whoever else was signed in as you is not any more.'],
  ['passkey', 'It is added. You can sign in by it from now on.'],
  [
    'recovered',
    'You are signed in, and that code is used up. Choose a new password, or add a passkey, within half an hour.',
  ],
  ['linked', 'It is linked. You can sign in by it from now on.'],
])

function AccountPage(props: {
  visit: Visit
  sentence: string | undefined
  done: string | undefined
  hasPassword: boolean
  place: PasskeyPlace | undefined
  passkeys: Passkey[]
  recoveryCodes: number
  provider: ProviderConfig | null
  identity: KnownIdentity | undefined
  sessions: WebSession[]
  tokens: ApiToken[]
}) {
  const { visit, sentence, done, hasPassword, place, passkeys, recoveryCodes } = props
  const { provider, identity, sessions, tokens } = props
  return (
    <Layout title="Account" root={visit.root} visit={visit} here="account">
      <h1>{visit.person.name}</h1>
      {done !== undefined && (
        <p role="status" class="tide">
          {done}
        </p>
      )}
      <PasswordForm {...{ visit, hasPassword, sentence }} />
      <Passkeys visit={visit} place={place} passkeys={passkeys} />
      <RecoveryCodes visit={visit} left={recoveryCodes} />
      {provider && <AtProvider visit={visit} name={provider.name} identity={identity} />}
      <Sessions visit={visit} sessions={sessions} />
      <Tokens visit={visit} tokens={tokens} />
    </Layout>
  )
}
