import { nameKey } from '../name-key.ts'
import { Problem } from '../problem.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { hashNewPassword } from './password.ts'
import { setPasswordHash } from './password.store.ts'
import { insertPerson, personByName } from './person.store.ts'

/** Somebody of the household. The owner also looks after what is nobody's in particular. */
export type Person = { id: string; name: string; owner: boolean }

/** Who shall become a person: a name that will do, and the hash of their password. */
export type Newcomer = { name: string; passwordHash: string; owner: boolean }

const LONGEST_NAME = 60

/**
 * Adds a person, whose password is kept only as an argon2id hash.
 * Throws `Problem('invalid')` for a name or password that will not do, `Problem('conflict')` for a name that is taken.
 */
export async function addPerson(
  home: Home,
  wish: { name: string; password: string; owner: boolean },
): Promise<Person> {
  const newcomer = await readNewcomer(wish)
  return home.db.transact((tx) => enterPerson(tx, home, newcomer))
}

/** Checks a name and a password, and hashes it: slow work that no transaction should wait for. Throws `Problem('invalid')`. */
export async function readNewcomer(wish: {
  name: string
  password: string
  owner: boolean
}): Promise<Newcomer> {
  const name = wish.name.normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST_NAME || /[\p{Cc}\p{Bidi_Control}]/u.test(name))
    throw new Problem('invalid', `A name has 1 to ${LONGEST_NAME} characters on one line.`)
  return { name, passwordHash: await hashNewPassword(wish.password, name), owner: wish.owner }
}

/** Writes a person and their password. Throws `Problem('conflict')` for a name that is taken. */
export async function enterPerson(tx: Tx, home: Home, newcomer: Newcomer): Promise<Person> {
  const { name, owner } = newcomer
  if (nameKey(name) === '') throw new Problem('invalid', 'A name needs a letter or a digit.')
  if (await personByName(tx, name))
    throw new Problem('conflict', `There is already somebody called “${name}”.`)
  const person: Person = { id: randomId(home.random), name, owner }
  const now = home.now()
  await insertPerson(tx, { ...person, nameKey: nameKey(name), createdAt: now })
  await setPasswordHash(tx, { person: person.id, hash: newcomer.passwordHash, now })
  return person
}
