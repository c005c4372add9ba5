import { parseArgs } from 'node:util'
import { revokeToken } from '../people/api-token.store.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `token revoke ID`: an API token opens nothing any more. */
export async function revokeOne(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0)
    throw new WrongUse('This command needs the id of a token, which “token list” tells.')
  const wasThere = await withHome(io, (home) => {
    const now = home.now()
    return home.db.transact((tx) => revokeToken(tx, { id, person: undefined, now }))
  })
  if (!wasThere) throw new Problem('not_found', `There is no API token with the id “${id}”.`)
  io.out('It opens nothing any more.')
  return 0
}
