import type { Config } from '../../config.ts'
import type { Home } from '../../home.ts'
import { tokensOf } from '../../people/api-token.store.ts'
import { openInvitations } from '../../people/invitation.store.ts'
import { SHORTEST_PASSWORD } from '../../people/password.ts'
import { PASSKEYS_NEED, passkeyPlace, type PasskeyPlace } from '../../people/passkey-place.ts'
import { everybody } from '../../people/person.store.ts'
import { diskOf } from '../colophon/disk.ts'
import { figuresOf } from '../colophon/figures.store.ts'
import { baseOf } from '../cookie.ts'
import { Layout } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { Backup, type Sizes } from './backup.tsx'

/** How this server is set up: the household, how people sign in, where things lie, tokens, and what a backup must hold. */
export function showHouseSettings(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { read } = home.db
    const base = baseOf(c, home)
    const tokens = (await tokensOf(read, visit.person.id, visit.now)).length
    const { owner } = visit.person
    const names = (await everybody(read)).map(({ name }) => name)
    const household = names.toSorted((one, other) => one.localeCompare(other))
    const invited = owner ? (await openInvitations(read, visit.now)).length : 0
    return c.html(
      <SettingsPage
        {...{ visit, base, household, invited, tokens }}
        config={home.config}
        place={passkeyPlace(base)}
        sizes={owner ? await sizesOf(home) : undefined}
      />,
    )
  }
}

async function sizesOf(home: Home): Promise<Sizes> {
  const { bookBytes, artifactBytes } = await figuresOf(home.db.read)
  return { ...(await diskOf(home.config)), library: bookBytes, artifacts: artifactBytes }
}

function SettingsPage(props: {
  visit: Visit
  base: string
  household: string[]
  invited: number
  tokens: number
  config: Config
  place: PasskeyPlace | undefined
  sizes: Sizes | undefined
}) {
  const { visit, base, household, invited, tokens, config, place, sizes } = props
  const { root, person } = visit
  return (
    <Layout title="Settings" root={root} visit={visit} here="house">
      <h1>Settings</h1>
      <p class="lead">
        What is set in the environment of the server is told here, with the name that it is changed
        by.
      </p>
      <Matter id="household" title="Household" note="Everybody shares the library.">
        <p>
          {inWords(household)}.{' '}
          {invited > 0 &&
            (invited === 1 ? 'One invitation is open.' : `${invited} invitations are open.`)}
        </p>
        {person.owner && (
          <p>
            <a class="tall" href={link(root, 'people')}>
              Invite or remove somebody
            </a>
          </p>
        )}
      </Matter>
      <SignIn {...{ config, place, isOwner: person.owner }} />
      {person.owner && <Paths base={base} config={config} />}
      <Matter
        id="api"
        title="API tokens"
        note="What the pages do, programs can do as well, each by a token of its own."
      >
        <p>
          {tokens === 0 ? 'You have none.' : tokens === 1 ? 'You have one.' : `You have ${tokens}.`}
        </p>
        <p>
          <a class="tall" href={`${link(root, 'account')}#tokens`}>
            Make or revoke one
          </a>
        </p>
        <p class="soft">
          The calls are described at <code>{base}/api/v1/openapi.json</code>
        </p>
      </Matter>
      {sizes && <Backup dataDir={config.dataDir} sizes={sizes} />}
    </Layout>
  )
}

function SignIn(props: { config: Config; place: PasskeyPlace | undefined; isOwner: boolean }) {
  const { config, place, isOwner } = props
  const { provider } = config
  return (
    <Matter
      id="ways"
      title="Signing in"
      note="Each person sees to their own ways in under Account."
    >
      <dl>
        <dt>Passwords</dt>
        <dd>At least {SHORTEST_PASSWORD} characters, and none that is commonly guessed</dd>
        <dt>Passkeys</dt>
        <dd>{place ? `For ${place.rpId}` : PASSKEYS_NEED}</dd>
        <dt>Provider</dt>
        <dd>
          {provider ? (
            <>
              {provider.name}
              {isOwner && (
                <>
                  , <code>{provider.issuer}</code>.{' '}
                  {provider.allow.length === 0
                    ? 'Who was invited, or linked an account, comes by it.'
                    : `Who is on the list comes by it without an invitation: ${provider.allow.join(', ')}.`}
                </>
              )}
            </>
          ) : (
            <>
              None
              {isOwner && (
                <>
                  ; one is named by <code>HOLDFAST_OIDC_ISSUER</code>
                </>
              )}
            </>
          )}
        </dd>
      </dl>
    </Matter>
  )
}

function Paths({ base, config }: { base: string; config: Config }) {
  return (
    <Matter id="paths" title="Addresses and paths" note="The names are those of the environment.">
      <dl class="named">
        <dt>Address</dt>
        <dd>
          <code>{base}</code>
          <br />
          <span class="soft">
            {config.publicUrl === null ? 'As this browser asked for it; fixed by ' : 'By '}
            <code>HOLDFAST_PUBLIC_URL</code>
          </span>
        </dd>
        <dt>Data</dt>
        <dd>
          <code>{config.dataDir}</code>
          <br />
          <span class="soft">
            By <code>HOLDFAST_DATA_DIR</code>
          </span>
        </dd>
        <dt>Inbox</dt>
        <dd>
          <code>{config.inbox}</code>
          <br />
          <span class="soft">
            By <code>HOLDFAST_INBOX</code>. What is put there becomes a book, and is taken away once
            it is safe.
          </span>
        </dd>
        <dt>Books</dt>
        <dd>
          <code>{config.library}</code>
        </dd>
      </dl>
    </Matter>
  )
}

function inWords(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names)
}
