import { createHash } from 'node:crypto'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import {
  insertApiToken,
  tokenByHash,
  tokensOf,
  touchToken,
  type ApiToken,
} from './api-token.store.ts'
import type { Person } from './person.ts'
import { personById } from './person.store.ts'
import { same } from './same.ts'
import { USUAL_SCOPES, type Scope } from './scope.ts'

const DAY = 24 * 60 * 60_000
const LONGEST_LABEL = 100
/** The most tokens of one person. */
const MOST = 100
/** How often it is written down that a token is used, in ms. */
const STEP = 10 * 60_000
const FORM = /^hf_[A-Za-z0-9_-]{43}$/

/**
 * Makes an API token for a person, good for so many days or for ever. The text is given out here and never again: only its SHA-256
 * is kept. Throws `Problem('invalid')` for a label or scopes that will not do.
 */
export async function issueApiToken(
  home: Home,
  wish: { person: string; label: string; scopes?: readonly Scope[]; days?: number | undefined },
): Promise<ApiToken & { token: string }> {
  const label = wish.label.trim()
  if (label.length === 0 || label.length > LONGEST_LABEL || /\p{Cc}/u.test(label))
    throw new Problem('invalid', `A label has 1 to ${LONGEST_LABEL} characters.`)
  const scopes = [...new Set(wish.scopes ?? USUAL_SCOPES)]
  if (scopes.length === 0) throw new Problem('invalid', 'A token needs something that it may do.')
  const id = randomId(home.random)
  const token = `hf_${home.random(32).toString('base64url')}`
  const createdAt = home.now()
  const endsAt = wish.days === undefined ? null : createdAt + wish.days * DAY
  const made = { id, person: wish.person, label, scopes, createdAt, endsAt }
  await home.db.transact(async (tx) => {
    if ((await tokensOf(tx, wish.person, createdAt)).length >= MOST)
      throw new Problem('conflict', `There are ${MOST} tokens. Please revoke one first.`)
    await insertApiToken(tx, { ...made, hash: sha256(token) })
  })
  return { ...made, usedAt: null, token }
}

/** Whose token this is, and what it may do; undefined for anything that is not a valid token. Its use is written down. */
export async function bearerOf(
  home: Home,
  token: string,
): Promise<{ person: Person; scopes: readonly Scope[] } | undefined> {
  if (!FORM.test(token)) return undefined
  const hash = sha256(token)
  const now = home.now()
  const known = await tokenByHash(home.db.read, hash, now)
  // The lookup may leak timing about a prefix of the hash, which tells nothing of the token; the decision itself does not.
  if (!known || !same(known.hash, hash)) return undefined
  const person = await personById(home.db.read, known.person)
  if (!person) return undefined
  if (known.usedAt === null || now - known.usedAt >= STEP) await touch(home, known.id, now)
  return { person, scopes: known.scopes }
}

/** A full disk keeps no call from being answered. */
async function touch(home: Home, id: string, now: number): Promise<void> {
  try {
    await home.db.transact((tx) => touchToken(tx, id, now))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
