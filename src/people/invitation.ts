import { createHash } from 'node:crypto'
import type { Db, Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import {
  deleteInvitation,
  insertInvitation,
  invitationByHash,
  openInvitations,
  type Invitation,
} from './invitation.store.ts'
import { enterPerson, readNewcomer, type Person } from './person.ts'
import { same } from './same.ts'

/** How long an invitation is good, in ms. */
export const INVITATION_LIFE = 7 * 24 * 60 * 60_000
/** The most that are open at once. */
export const MOST_OPEN = 20

const LONGEST_LABEL = 100
const FORM = /^[A-Za-z0-9_-]{43}$/

/**
 * Makes an invitation, good once and for seven days. Its secret is told here and never again: only its hash is kept.
 * Throws `Problem('conflict')` when many are open.
 */
export async function invite(
  home: Home,
  wish: { inviter: string; label: string },
): Promise<Invitation & { secret: string }> {
  const label = wish.label.trim()
  if (label.length > LONGEST_LABEL || /\p{Cc}/u.test(label))
    throw new Problem('invalid', `For whom it is takes at most ${LONGEST_LABEL} characters.`)
  const secret = home.random(32).toString('base64url')
  const now = home.now()
  const { inviter } = wish
  const invitation = {
    id: randomId(home.random),
    label,
    createdAt: now,
    endsAt: now + INVITATION_LIFE,
  }
  await home.db.transact(async (tx) => {
    if ((await openInvitations(tx, now)).length >= MOST_OPEN)
      throw new Problem('conflict', `${MOST_OPEN} invitations are open. Please withdraw one first.`)
    await insertInvitation(tx, { ...invitation, inviter, hash: sha256(secret) })
  })
  return { ...invitation, secret }
}

/** The open invitation with this secret. */
export async function findInvitation(home: Home, secret: string): Promise<Invitation | undefined> {
  return find(home.db.read, home, secret)
}

/**
 * Makes a person of whoever brings an invitation, which is used up by it; undefined when it is none, or none any more.
 * Throws `Problem` for a name or password that will not do: the invitation stays then.
 */
export async function acceptInvitation(
  home: Home,
  wish: { secret: string; name: string; password: string },
): Promise<Person | undefined> {
  if (!(await findInvitation(home, wish.secret))) return undefined
  const newcomer = await readNewcomer({ ...wish, owner: false })
  return home.db.transact(async (tx) => {
    // Somebody else may have used it while the password was hashed.
    const invitation = await find(tx, home, wish.secret)
    if (!invitation) return undefined
    await deleteInvitation(tx, invitation.id)
    return enterPerson(tx, home, newcomer)
  })
}

/** Withdraws an invitation. Throws `Problem('not_found')` when it is not open. */
export async function withdraw(tx: Tx, id: string): Promise<void> {
  if (!(await deleteInvitation(tx, id)))
    throw new Problem('not_found', 'There is no open invitation with that id.')
}

async function find(db: Db, home: Home, secret: string): Promise<Invitation | undefined> {
  if (!FORM.test(secret)) return undefined
  const hash = sha256(secret)
  const known = await invitationByHash(db, hash, home.now())
  return known && same(known.hash, hash) ? known : undefined
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
