import type { Home } from '../home.ts'
import { isPasswordOf } from './password.ts'
import type { Person } from './person.ts'
import { personByName } from './person.store.ts'

/**
 * The person with this name and this password; undefined when there is none. It takes as long when nobody has the name.
 * `first`: before others, for a browser that is known. Throws `Problem('too_many')` when many try at once.
 */
export async function signIn(
  home: Home,
  { name, password, first = false }: { name: string; password: string; first?: boolean },
): Promise<Person | undefined> {
  const known = await personByName(home.db.read, name)
  return (await isPasswordOf(home, known, password, first)) ? known : undefined
}
