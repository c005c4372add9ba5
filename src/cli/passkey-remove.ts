import { parseArgs } from 'node:util'
import { deletePasskey, passkeyById } from '../people/passkey.store.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'
import { sayWhoIsLockedOut } from './locked-out.ts'
import { withHome } from './with-home.ts'

/** `passkey remove ID`: a passkey opens nothing any more, also when it was the only way in: it may be stolen. */
export async function removePasskey(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0)
    throw new WrongUse('This command needs the id of a passkey, which “user ways” tells.')
  await withHome(io, async (home) => {
    const passkey = await passkeyById(home.db.read, id)
    if (!passkey) throw new Problem('not_found', `There is no passkey with the id “${id}”.`)
    await home.db.transact((tx) => deletePasskey(tx, passkey))
    io.out('It opens nothing any more.')
    await sayWhoIsLockedOut(home, passkey.person, io)
  })
  return 0
}
