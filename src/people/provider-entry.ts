import { z } from 'zod'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import type { ProviderConfig } from '../provider-config.ts'
import { enterFirstOwner } from './first-visit.ts'
import { enterInvited } from './invitation.ts'
import { enterPerson, type Newcomer, type Person } from './person.ts'
import { hasOwner, ownersBut, personById, setOwner } from './person.store.ts'
import { freeName } from './free-name.ts'
import { isNamedIn, type ProviderIdentity } from './provider-identity.ts'
import {
  identitiesOf,
  insertIdentity,
  knownIdentity,
  setGaveOwnership,
  type Cause,
  type KnownIdentity,
} from './provider-identity.store.ts'

/** What somebody went to the provider for. */
export const Errand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign-in') }),
  z.object({ kind: z.literal('first-visit'), code: z.string() }),
  z.object({ kind: z.literal('invitation'), secret: z.string() }),
  z.object({ kind: z.literal('link'), person: z.string() }),
])
export type Errand = z.infer<typeof Errand>

/** Who came in, or why nobody did. */
export type ProviderEntry =
  | { person: Person }
  | {
      person: undefined
      because: 'stranger' | 'no-owner' | 'no-code' | 'no-invitation' | 'theirs' | 'another'
    }

/**
 * Lets in whom the provider vouches for: whoever the account belongs to here; else whoever brings the first code or an invitation, or is
 * on a list. Nobody gets an account for being the first, and no account is found by a name or an e-mail address.
 */
export async function enterByProvider(
  tx: Tx,
  home: Home,
  { provider, identity, errand }: Asked,
): Promise<ProviderEntry> {
  const known = await knownIdentity(tx, identity)
  if (errand.kind === 'link') return link(tx, home, { identity, known, to: errand.person })
  const person = known && (await personById(tx, known.person))
  if (known && person) {
    if (known.cause === 'list' && !isAllowed(provider, identity)) return nobody('stranger')
    return { person: await heed(tx, provider, { identity, known, person }) }
  }
  return enterNew(tx, home, { provider, identity, errand })
}

type Asked = { provider: ProviderConfig; identity: ProviderIdentity; errand: Errand }

async function enterNew(
  tx: Tx,
  home: Home,
  { provider, identity, errand }: Asked,
): Promise<ProviderEntry> {
  const isOwner = isNamedIn(provider.owners, identity)
  const newcomer: Newcomer = { name: await freeName(tx, identity.names), owner: isOwner }
  if (errand.kind === 'first-visit') {
    const { owner } = await enterFirstOwner(tx, home, errand.code, { ...newcomer, owner: true })
    if (!owner) return nobody('no-code')
    return keep(tx, home, { identity, person: owner, cause: 'code', gaveOwnership: false })
  }
  if (errand.kind === 'invitation') {
    const invited = await enterInvited(tx, home, errand.secret, { ...newcomer, owner: false })
    if (!invited) return nobody('no-invitation')
    return keep(tx, home, { identity, person: invited, cause: 'invited', gaveOwnership: false })
  }
  if (!isAllowed(provider, identity)) return nobody('stranger')
  if (!isOwner && !(await hasOwner(tx))) return nobody('no-owner')
  const person = await enterPerson(tx, home, newcomer)
  return keep(tx, home, { identity, person, cause: 'list', gaveOwnership: isOwner })
}

/** Makes the account somebody's who is signed in. */
async function link(
  tx: Tx,
  home: Home,
  {
    identity,
    known,
    to,
  }: { identity: ProviderIdentity; known: KnownIdentity | undefined; to: string },
): Promise<ProviderEntry> {
  const person = await personById(tx, to)
  if (!person || (known && known.person !== to)) return nobody('theirs')
  if (known) return { person }
  const others = await identitiesOf(tx, to)
  if (others.some(({ issuer }) => issuer === identity.issuer)) return nobody('another')
  return keep(tx, home, { identity, person, cause: 'linked', gaveOwnership: false })
}

async function keep(
  tx: Tx,
  home: Home,
  wish: {
    identity: ProviderIdentity
    person: Person
    cause: Cause
    gaveOwnership: boolean
  },
): Promise<ProviderEntry> {
  const { identity, person, cause, gaveOwnership } = wish
  const { issuer, subject, email, names } = identity
  const label = (email ?? names[0] ?? subject).slice(0, 100)
  const known = { issuer, subject, label, cause, gaveOwnership, linkedAt: home.now() }
  await insertIdentity(tx, { ...known, person: person.id })
  return { person }
}

/** Owners are those whom the provider names so now; who owns the server otherwise stays, and there is always one. */
async function heed(
  tx: Tx,
  { owners }: ProviderConfig,
  { identity, known, person }: { identity: ProviderIdentity; known: KnownIdentity; person: Person },
): Promise<Person> {
  const shallOwn = isNamedIn(owners, identity)
  if (shallOwn && !person.owner) {
    await setOwner(tx, person.id, true)
    await setGaveOwnership(tx, identity, true)
    return { ...person, owner: true }
  }
  if (!shallOwn && person.owner && known.gaveOwnership && (await ownersBut(tx, person.id)) > 0) {
    await setOwner(tx, person.id, false)
    await setGaveOwnership(tx, identity, false)
    return { ...person, owner: false }
  }
  return person
}

function isAllowed({ allow, owners }: ProviderConfig, identity: ProviderIdentity): boolean {
  return isNamedIn(allow, identity) || isNamedIn(owners, identity)
}

function nobody(because: Extract<ProviderEntry, { person: undefined }>['because']): ProviderEntry {
  return { person: undefined, because }
}
