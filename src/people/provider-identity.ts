import { z } from 'zod'
import type { ProviderConfig } from '../provider-config.ts'

/** Somebody as the OpenID provider tells of them. */
export type ProviderIdentity = {
  /** The provider, as it is configured. */
  issuer: string
  /** Names them at the provider, for ever. */
  subject: string
  /** An address that the provider verified; undefined for any other. */
  email: string | undefined
  groups: string[]
  /** What they may be called here, the best first. */
  names: string[]
}

const Text = z.string().max(1000)

const Claims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: Text.optional().catch(undefined),
  email_verified: z.unknown().optional(),
  name: Text.optional().catch(undefined),
  preferred_username: Text.optional().catch(undefined),
})

const Groups = z.union([z.array(z.unknown()), z.string()])

/**
 * What the claims of a provider say. An e-mail address that it did not verify is nobody's: whoever has an account there can write
 * any. Undefined for claims that name nobody. Pure.
 */
export function readIdentity(
  claims: unknown,
  { issuer, groupsClaim }: Pick<ProviderConfig, 'issuer' | 'groupsClaim'>,
): ProviderIdentity | undefined {
  const read = Claims.safeParse(claims)
  if (!read.success) return undefined
  const told = read.data
  const email = told.email_verified === true ? told.email : undefined
  const groups = Groups.safeParse(told[groupsClaim])
  const names = [told.preferred_username, told.name, told.email?.split('@')[0]]
  return {
    issuer,
    subject: told.sub,
    email,
    groups: groups.success ? [groups.data].flat().filter((group) => typeof group === 'string') : [],
    names: names.filter((name) => typeof name === 'string'),
  }
}

/**
 * Whether a list names somebody. An entry is `email:…`, `sub:…` or `group:…`. Without such a beginning one with an @ is an e-mail
 * address, and any other a group or a subject. `*` is everybody whom the provider knows. Pure.
 */
export function isNamedIn(list: readonly string[], identity: ProviderIdentity): boolean {
  return list.some((entry) => {
    const [, kind, rest] = /^(email|sub|group):(.*)$/s.exec(entry) ?? []
    if (kind === 'email') return isEmail(identity, rest)
    if (kind === 'sub') return identity.subject === rest
    if (kind === 'group') return rest !== undefined && identity.groups.includes(rest)
    if (entry === '*') return true
    if (entry.includes('@')) return isEmail(identity, entry)
    return identity.groups.includes(entry) || identity.subject === entry
  })
}

function isEmail({ email }: ProviderIdentity, entry: string | undefined): boolean {
  return email !== undefined && email.toLowerCase() === entry?.toLowerCase()
}
