import { parseArgs } from 'node:util'
import { issueApiToken } from '../people/api-token.ts'
import { WrongUse, type Io } from './io.ts'
import { personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `token add USER LABEL`: makes an API token and prints it, once. */
export async function addToken(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [user, label, ...more] = positionals
  if (user === undefined || label === undefined || more.length > 0)
    throw new WrongUse('This command needs a user and a label.')
  const issued = await withHome(io, async (home) => {
    const person = await personNamed(home, user)
    return issueApiToken(home, { person: person.id, label })
  })
  io.out(values.json ? JSON.stringify(issued) : issued.token)
  return 0
}
