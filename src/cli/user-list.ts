import { parseArgs } from 'node:util'
import { everybody } from '../people/person.store.ts'
import type { Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `user list`: everybody of the household. */
export async function listUsers(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'boolean', default: false } },
  })
  const items = await withHome(io, (home) => everybody(home.db.read))
  if (values.json) io.out(JSON.stringify({ items }))
  else if (items.length === 0) io.out('Nobody yet.')
  else for (const { id, name, owner } of items) io.out(`${id}  ${name}${owner ? ', owner' : ''}`)
  return 0
}
