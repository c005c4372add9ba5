import { parseArgs } from 'node:util'
import { hashNewPassword, replacePassword } from '../people/password.ts'
import { WrongUse, type Io } from './io.ts'
import { onlyName, personNamed } from './person-named.ts'
import { readPassword } from './read-password.ts'
import { withHome } from './with-home.ts'

/** `user password NAME --password-stdin`: gives somebody another password and ends their sessions. */
export async function setPassword(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { 'password-stdin': { type: 'boolean', default: false } },
  })
  const name = onlyName(positionals)
  if (!values['password-stdin'])
    throw new WrongUse('Please pass --password-stdin and write the password to the input.')
  const password = await readPassword(io)
  const person = await withHome(io, async (home) => {
    const known = await personNamed(home, name)
    const hash = await hashNewPassword(password, known.name)
    const now = home.now()
    await home.db.transact((tx) => replacePassword(tx, { person: known.id, hash, now }))
    return known
  })
  io.out(`${person.name} has another password, and is signed out everywhere.`)
  return 0
}
