import { hash } from '@node-rs/argon2'
import { nameKey } from '../name-key.ts'
import { Problem } from '../problem.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { insertPerson, personByName } from './person.store.ts'

/** Somebody of the household. The owner also looks after what is nobody's in particular. */
export type Person = { id: string; name: string; owner: boolean }

const LONGEST_NAME = 60
const SHORTEST_PASSWORD = 8
/** In UTF-16 code units. */
export const LONGEST_PASSWORD = 1024

/**
 * Adds a person, whose password is kept only as an argon2id hash.
 * Throws `Problem('invalid')` for a name or password that will not do, `Problem('conflict')` for a name that is taken.
 */
export async function addPerson(
  home: Home,
  wish: { name: string; password: string; owner: boolean },
): Promise<Person> {
  const name = wish.name.normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST_NAME || /\p{Cc}/u.test(name))
    throw new Problem('invalid', `A name has 1 to ${LONGEST_NAME} characters on one line.`)
  if (wish.password.length < SHORTEST_PASSWORD || wish.password.length > LONGEST_PASSWORD)
    throw new Problem('invalid', `A password has at least ${SHORTEST_PASSWORD} characters.`)

  const passwordHash = await hash(wish.password)
  const person: Person = { id: randomId(home.random), name, owner: wish.owner }
  const now = home.now()
  return home.db.transact(async (tx) => {
    if (await personByName(tx, name))
      throw new Problem('conflict', `There is already somebody called “${name}”.`)
    await insertPerson(tx, { ...person, nameKey: nameKey(name), passwordHash, createdAt: now })
    return person
  })
}
