import { parseArgs } from 'node:util'
import { addPerson } from '../people/person.ts'
import { WrongUse, type Io } from './io.ts'
import { onlyName } from './person-named.ts'
import { readPassword } from './read-password.ts'
import { withHome } from './with-home.ts'

/** `user add NAME [--owner] --password-stdin`: adds a person. */
export async function addUser(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      owner: { type: 'boolean', default: false },
      'password-stdin': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const name = onlyName(positionals)
  if (!values['password-stdin'])
    throw new WrongUse('Please pass --password-stdin and write the password to the input.')
  const password = await readPassword(io)
  const person = await withHome(io, (home) =>
    addPerson(home, { name, password, owner: values.owner }),
  )
  if (values.json) io.out(JSON.stringify(person))
  else io.out(`${person.name} is now ${person.owner ? 'an owner' : 'a person'} of this household.`)
  return 0
}
