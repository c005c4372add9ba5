import { hash, verify } from '@node-rs/argon2'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { nameKey } from '../name-key.ts'
import { Problem } from '../problem.ts'
import { isCommon } from './common-passwords.ts'
import { passwordHash, setPasswordHash } from './password.store.ts'
import { inTurn } from './hashing.ts'
import type { Person } from './person.ts'
import { deleteSessionsOf } from './web-session.store.ts'

/** In UTF-16 code units, as browsers count them. */
export const SHORTEST_PASSWORD = 10
/** The same: hashing more would only cost time. */
const LONGEST_PASSWORD = 1024
/** A password of fewer different characters is a pattern. */
const FEWEST_DIFFERENT = 5

/** The hash of a password that nobody has. */
let decoy: Promise<string> | undefined

/**
 * The argon2id hash of a new password of somebody with this name. Throws `Problem('invalid')` for one that is short, that many people
 * have, or that is little more than a name.
 */
export async function hashNewPassword(password: string, name: string): Promise<string> {
  if (password.length < SHORTEST_PASSWORD)
    throw new Problem('invalid', `A password has at least ${SHORTEST_PASSWORD} characters.`)
  if (password.length > LONGEST_PASSWORD)
    throw new Problem('invalid', `A password has at most ${LONGEST_PASSWORD} characters.`)
  if (new Set(password).size < FEWEST_DIFFERENT || isName(password, name))
    throw new Problem('invalid', 'That password is too easy to guess. A few words are a good one.')
  if (await isCommon(password))
    throw new Problem(
      'invalid',
      'Many people have that password, so it is tried first. A few words are a good one.',
    )
  return inTurn(() => hash(password))
}

/**
 * Whether a password is this person's. The same work is done when there is no person, or none with a password: the time tells
 * nothing. `first`: before others, for a browser that is known. Throws `Problem('too_many')` when many wait to be verified.
 */
export async function isPasswordOf(
  home: Home,
  person: Person | undefined,
  password: string,
  first = false,
): Promise<boolean> {
  return inTurn(async () => {
    decoy ??= hash(home.random(32).toString('base64url'))
    const nobodys = await decoy
    const known = await passwordHash(home.db.read, person?.id ?? '')
    const isRight = await verify(known ?? nobodys, password.slice(0, LONGEST_PASSWORD))
    return known !== undefined && isRight && password.length <= LONGEST_PASSWORD
  }, first)
}

/** Gives a person another password, whose hash this is, and ends every session they have. */
export async function replacePassword(
  tx: Tx,
  change: { person: string; hash: string; now: number },
): Promise<void> {
  await setPasswordHash(tx, change)
  await deleteSessionsOf(tx, change.person)
}

/** A name, with digits and marks around it or twice, is what whoever knows the person tries first. */
function isName(password: string, name: string): boolean {
  const letters = (text: string) => nameKey(text).replace(/[^\p{L}]+/gu, '')
  const rest = letters(password).replaceAll(letters(name) || '\0', '')
  return rest === '' || rest === 'holdfast'
}
