import { Problem } from './problem.ts'

/** The OpenID provider by which people may sign in. */
export type ProviderConfig = {
  /** Where it is, and what its tokens must name as their issuer. */
  issuer: string
  clientId: string
  clientSecret: string | null
  /** What it is called on pages. */
  name: string
  scopes: string
  /** The claim that lists the groups of somebody. */
  groupsClaim: string
  /** Who gets an account by it, and who owns the server by it (provider-identity.ts says how each is read). */
  allow: string[]
  owners: string[]
}

const OTHERS = ['CLIENT_ID', 'CLIENT_SECRET', 'NAME', 'SCOPES', 'GROUPS_CLAIM', 'ALLOW', 'OWNERS']

/** Reads what the environment says of a provider; null when it names none. Throws `Problem('invalid')` with one sentence. */
export function readProvider(env: Record<string, string | undefined>): ProviderConfig | null {
  const of = (name: string) => env[`HOLDFAST_OIDC_${name}`]?.trim() || undefined
  const issuer = of('ISSUER')
  if (issuer === undefined) {
    const other = OTHERS.find((name) => of(name) !== undefined)
    if (other === undefined) return null
    throw new Problem('invalid', `HOLDFAST_OIDC_${other} needs HOLDFAST_OIDC_ISSUER beside it.`)
  }
  if (!isSafe(issuer))
    throw new Problem(
      'invalid',
      `HOLDFAST_OIDC_ISSUER must be an https address such as https://id.example.org, not “${issuer}”.`,
    )
  const clientId = of('CLIENT_ID')
  if (clientId === undefined)
    throw new Problem('invalid', 'HOLDFAST_OIDC_ISSUER needs HOLDFAST_OIDC_CLIENT_ID beside it.')
  const scopes = of('SCOPES') ?? 'openid profile email'
  if (!scopes.split(/\s+/).includes('openid'))
    throw new Problem('invalid', 'HOLDFAST_OIDC_SCOPES must name openid among its words.')
  return {
    issuer,
    clientId,
    clientSecret: of('CLIENT_SECRET') ?? null,
    name: of('NAME') ?? new URL(issuer).host,
    scopes,
    groupsClaim: of('GROUPS_CLAIM') ?? 'groups',
    allow: listOf(of('ALLOW')),
    owners: listOf(of('OWNERS')),
  }
}

/** Whether something may be asked of this address: over https, or on this machine itself. Pure. */
export function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(address)
  if (username || password || search || hash) return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Whether a host name means this machine itself. Pure. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
