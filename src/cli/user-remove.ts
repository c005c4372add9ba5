import { parseArgs } from 'node:util'
import { foretellRemoval, removePerson } from '../remove-person.ts'
import type { Io } from './io.ts'
import { onlyName, personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `user remove NAME`: removes somebody with all that is theirs alone; with --preview only says what goes. */
export async function removeUser(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      preview: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const name = onlyName(positionals)
  const removal = await withHome(io, async (home) => {
    const { id } = await personNamed(home, name)
    return values.preview ? foretellRemoval(home.db.read, id) : removePerson(home, id)
  })
  if (values.json) io.out(JSON.stringify(removal))
  else for (const sentence of removal.sentences) io.out(sentence)
  return 0
}
