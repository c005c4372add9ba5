import { parseArgs } from 'node:util'
import { deleteIdentity, identitiesOf } from '../people/provider-identity.store.ts'
import { Problem } from '../problem.ts'
import type { Io } from './io.ts'
import { sayWhoIsLockedOut } from './locked-out.ts'
import { onlyName, personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `user unlink NAME`: nobody signs in as somebody by a provider any more. */
export async function unlinkUser(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const name = onlyName(positionals)
  await withHome(io, async (home) => {
    const person = await personNamed(home, name)
    const identities = await identitiesOf(home.db.read, person.id)
    if (identities.length === 0)
      throw new Problem('not_found', `${person.name} has no account at a provider here.`)
    await home.db.transact(async (tx) => {
      for (const identity of identities) await deleteIdentity(tx, identity)
    })
    for (const { label, issuer } of identities) io.out(`${label} at ${issuer} is unlinked.`)
    await sayWhoIsLockedOut(home, person.id, io)
  })
  return 0
}
