import type { Home } from '../home.ts'
import type { Person } from '../people/person.ts'
import { personByName } from '../people/person.store.ts'
import { Problem } from '../problem.ts'
import { WrongUse } from './io.ts'

/** The one name that a command is about. Throws `WrongUse` when there is none, or more. */
export function onlyName([name, ...more]: readonly string[]): string {
  if (name === undefined || more.length > 0) throw new WrongUse('This command needs one name.')
  return name
}

/** The person called so. Throws `Problem('not_found')`. */
export async function personNamed(home: Home, name: string): Promise<Person> {
  const person = await personByName(home.db.read, name)
  if (!person) throw new Problem('not_found', `There is nobody called “${name}”.`)
  return person
}
