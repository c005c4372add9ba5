import type { Home } from '../home.ts'
import { identitiesOf } from '../people/provider-identity.store.ts'
import { personById } from '../people/person.store.ts'
import { waysInOf } from '../people/ways-in.store.ts'
import type { Io } from './io.ts'

/** Says so when somebody has no way to sign in any more, and what gives them one. */
export async function sayWhoIsLockedOut(home: Home, person: string, io: Io): Promise<void> {
  // The provider of the server may not be in the environment of a command.
  const ways = await waysInOf(home.db.read, person, undefined)
  const identities = await identitiesOf(home.db.read, person)
  if (ways.password || ways.passkey || identities.length > 0) return
  const name = (await personById(home.db.read, person))?.name ?? ''
  io.out(`${name} cannot sign in any more until “user password ${name} --password-stdin”.`)
}
