import { createHash } from 'node:crypto'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import type { Person } from './person.ts'
import { personById } from './person.store.ts'
import { same } from './same.ts'
import {
  deleteWebSession,
  insertWebSession,
  slideWebSession,
  tidyWebSessions,
  webSession,
} from './web-session.store.ts'

const DAY = 24 * 60 * 60_000

/** A session that is not used for so long has ended, in ms. */
export const IDLE = 30 * DAY
/** The longest that a session lasts, however much it is used, in ms. */
export const LONGEST = 180 * DAY
/** How often it is written down that a session is used, in ms. */
const STEP = 60 * 60_000
/** The most sessions of one person; whoever signs in once more ends the one that was used longest ago. */
export const MOST = 50

const FORM = /^[A-Za-z0-9_-]{43}$/

/** Begins a session of a person. The secret is given out here and never again: only its SHA-256 is kept. */
export async function beginWebSession(
  home: Home,
  person: Person,
  browser: string,
): Promise<string> {
  const secret = home.random(32).toString('base64url')
  const id = randomId(home.random)
  const now = home.now()
  await home.db.transact(async (tx) => {
    await insertWebSession(tx, {
      id,
      hash: sha256(secret),
      person: person.id,
      browser,
      beganAt: now,
      seenAt: now,
      endsAt: now + IDLE,
    })
    await tidyWebSessions(tx, { person: person.id, most: MOST, now })
  })
  return secret
}

/**
 * Whose session this is, and its id; undefined for anything that is not the secret of one that lasts. Using it puts off its end; `slid` says that
 * this was written down.
 */
export async function personOfSession(
  home: Home,
  secret: string,
): Promise<{ person: Person; id: string; slid: boolean } | undefined> {
  if (!FORM.test(secret)) return undefined
  const hash = sha256(secret)
  const now = home.now()
  const session = await webSession(home.db.read, hash, now)
  if (!session || !same(session.hash, hash)) return undefined
  const { id } = session
  const person = await personById(home.db.read, session.person)
  if (!person) return undefined
  if (now - session.seenAt < STEP) return { person, id, slid: false }
  const endsAt = Math.min(now + IDLE, session.beganAt + LONGEST)
  try {
    await home.db.transact((tx) => slideWebSession(tx, { hash, seenAt: now, endsAt }))
    return { person, id, slid: true }
  } catch (error) {
    // A full disk keeps nobody from looking.
    if (error instanceof Problem) return { person, id, slid: false }
    throw error
  }
}

/** Ends the session with this secret, if there is one. */
export async function endWebSession(home: Home, secret: string): Promise<void> {
  if (FORM.test(secret)) await home.db.transact((tx) => deleteWebSession(tx, sha256(secret)))
}

/** What every form of a session carries, so that no other site can make one: only who knows the secret can say it. */
export function formToken(secret: string): string {
  return createHash('sha256').update(`form ${secret}`).digest('base64url')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
