import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { deletePasskey } from './passkey.store.ts'
import { deleteIdentity } from './provider-identity.store.ts'
import { waysInOf } from './ways-in.store.ts'

/** Removes a passkey of somebody: it opens nothing any more. Throws `Problem('not_found')`, and `Problem('conflict')` for their last way in. */
export async function takeAwayPasskey(
  home: Home,
  passkey: { id: string; person: string },
): Promise<void> {
  await home.db.transact(async (tx) => {
    if (!(await deletePasskey(tx, passkey)))
      throw new Problem('not_found', 'You have no passkey with that id.')
    await refuseLastWayIn(tx, home, passkey.person)
  })
}

/** Takes back that somebody signs in by their account at this provider. Throws like `takeAwayPasskey`; `none` is what it says then. */
export async function takeAwayIdentity(
  home: Home,
  identity: { issuer: string; person: string },
  none: string,
): Promise<void> {
  await home.db.transact(async (tx) => {
    if (!(await deleteIdentity(tx, identity))) throw new Problem('not_found', none)
    await refuseLastWayIn(tx, home, identity.person)
  })
}

/** Nobody takes their last way to sign in away. */
async function refuseLastWayIn(tx: Tx, home: Home, person: string): Promise<void> {
  const ways = await waysInOf(tx, person, home.config.provider?.issuer)
  if (!Object.values(ways).some(Boolean))
    throw new Problem('conflict', 'That is your only way to sign in. Please add another one first.')
}
