import { createHash } from 'node:crypto'
import type { Home } from '../home.ts'
import type { Person } from './person.ts'
import { personByName } from './person.store.ts'
import { replaceRecoveryCodes, spendRecoveryCode } from './recovery-code.store.ts'

/** So many codes are made at once. */
export const RECOVERY_CODES = 10

/** The thirty-two of Crockford: without letters that are taken for digits, or make words. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Makes recovery codes for somebody, in the place of those they had. Each has 80 bits and is good once. They are told here and never
 * again: only their hashes are kept.
 */
export async function makeRecoveryCodes(home: Home, person: Person): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => newCode(home.random(16)))
  const hashes = codes.map(hashOf)
  const now = home.now()
  await home.db.transact((tx) => replaceRecoveryCodes(tx, { person: person.id, hashes, now }))
  return codes
}

/** The person with this name, when the code is one of theirs, which is used up by it. The same is done when nobody has the name. */
export async function useRecoveryCode(
  home: Home,
  { name, code }: { name: string; code: string },
): Promise<Person | undefined> {
  const person = await personByName(home.db.read, name)
  const hash = hashOf(code)
  const isTheirs = await home.db.transact((tx) =>
    spendRecoveryCode(tx, { person: person?.id ?? '', hash }),
  )
  return isTheirs ? person : undefined
}

function newCode(bytes: Buffer): string {
  const letters = [...bytes].map((byte) => LETTERS.charAt(byte % 32)).join('')
  return (letters.match(/.{4}/g) ?? []).join('-')
}

/** However it is typed: in capitals, without marks, with spaces, or with the letters that digits are taken for. */
function hashOf(code: string): string {
  const plain = code
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/[il]/g, '1')
    .replace(/o/g, '0')
  return createHash('sha256').update(`recovery ${plain}`).digest('hex')
}
