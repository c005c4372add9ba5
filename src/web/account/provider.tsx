import type { Home } from '../../home.ts'
import { deleteIdentity, type KnownIdentity } from '../../people/provider-identity.store.ts'
import { providerOf } from '../../people/provider.ts'
import { refuseLastWayIn } from '../../people/ways-in.ts'
import { Problem } from '../../problem.ts'
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
    await home.db.transact(async (tx) => {
      if (!(await deleteIdentity(tx, { issuer, person: visit.person.id })))
        throw new Problem('not_found', `You have no account at ${name} here.`)
      await refuseLastWayIn(tx, home, visit.person.id)
    })
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
