import { hash, verify } from '@node-rs/argon2'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { LONGEST_PASSWORD, type Person } from './person.ts'
import { personToVerify } from './person.store.ts'

/** So many passwords are verified at once: each takes 19 MB and a processor. */
const AT_ONCE = 8

let underWay = 0
/** The hash of a password that nobody has. */
let decoy: Promise<string> | undefined

/**
 * The person with this name and this password; undefined when there is none. It takes as long when nobody has the name.
 * Throws `Problem('too_many')` when many try at once.
 */
export async function signIn(
  home: Home,
  { name, password }: { name: string; password: string },
): Promise<Person | undefined> {
  if (underWay >= AT_ONCE)
    throw new Problem('too_many', 'Too many people sign in at this moment. Please try again.')
  underWay += 1
  try {
    decoy ??= hash(home.random(32).toString('base64url'))
    const nobodys = await decoy
    const known = await personToVerify(home.db.read, name)
    const isRight = await verify(
      known?.passwordHash ?? nobodys,
      password.slice(0, LONGEST_PASSWORD),
    )
    return known && isRight && password.length <= LONGEST_PASSWORD ? known.person : undefined
  } finally {
    underWay -= 1
  }
}
