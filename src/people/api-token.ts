import { createHash, timingSafeEqual } from 'node:crypto'
import type { Db } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { insertApiToken, tokenByHash } from './api-token.store.ts'
import type { Person } from './person.ts'
import { personById } from './person.store.ts'

const LONGEST_LABEL = 100
const FORM = /^hf_[A-Za-z0-9_-]{43}$/

/** Makes an API token for a person. The text is given out here and never again: only its SHA-256 is kept. */
export async function issueApiToken(
  home: Home,
  wish: { person: string; label: string },
): Promise<{ id: string; token: string }> {
  const label = wish.label.trim()
  if (label.length === 0 || label.length > LONGEST_LABEL)
    throw new Problem('invalid', `A label has 1 to ${LONGEST_LABEL} characters.`)
  const id = randomId(home.random)
  const token = `hf_${home.random(32).toString('base64url')}`
  const createdAt = home.now()
  await home.db.transact((tx) =>
    insertApiToken(tx, { id, person: wish.person, label, hash: sha256(token), createdAt }),
  )
  return { id, token }
}

/** Whose token this is; undefined for anything that is not a valid token. */
export async function personOfToken(db: Db, token: string): Promise<Person | undefined> {
  if (!FORM.test(token)) return undefined
  const hash = sha256(token)
  const known = await tokenByHash(db, hash)
  // The lookup may leak timing about a prefix of the hash, which tells nothing of the token; the decision itself does not.
  if (!known || !timingSafeEqual(Buffer.from(known.hash, 'hex'), Buffer.from(hash, 'hex')))
    return undefined
  return personById(db, known.person)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
