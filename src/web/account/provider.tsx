import type { Home } from '../../home.ts'
import type { KnownIdentity } from '../../people/provider-identity.store.ts'
import { providerOf } from '../../people/provider.ts'
import { takeAwayIdentity } from '../../people/ways-in.ts'
import { Form, Time } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { refuseStale } from './fresh.ts'

/** Takes back that somebody signs in by the provider. */
export function unlinkProvider(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    const { issuer, name } = providerOf(home)
    const identity = { issuer, person: visit.person.id }
    await takeAwayIdentity(home, identity, `You have no account at ${name} here.`)
    return c.redirect(link(visit.root, 'account'), 303)
  }
}

/** Whether somebody signs in by the provider, and how that begins or ends. */
export function AtProvider(props: {
  visit: Visit
  name: string
  identity: KnownIdentity | undefined
}) {
  const { visit, name, identity } = props
  return (
    <Matter
      id="provider"
      title={name}
      note={`An account at ${name} that is linked signs you in as well.`}
    >
      {identity ? (
        <Form visit={visit} action={link(visit.root, 'unlinkProvider')}>
          <p>
            You sign in as {identity.label}, since <Time visit={visit} at={identity.linkedAt} />.
          </p>
          <button>Unlink</button>
        </Form>
      ) : (
        <Form visit={visit} action={link(visit.root, 'linkProvider')}>
          <button>Link my account at {name}</button>
        </Form>
      )}
    </Matter>
  )
}
