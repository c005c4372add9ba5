import * as openid from 'openid-client'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import type { ProviderConfig } from '../provider-config.ts'
import { boundedFetch, Unreachable } from './bounded-fetch.ts'
import { readIdentity, type ProviderIdentity } from './provider-identity.ts'

/** How long one answer of the provider may take, in seconds. */
const PATIENCE = 10
/** By so much the clocks of the provider and of this machine may differ, in seconds. */
export const CLOCKS_APART = 60
/** How long it is remembered what the provider says of itself, in ms. */
const REMEMBERED = 5 * 60_000

/** What must come back with the answer of the provider: each is random, and for one sign-in. */
export type Proof = { state: string; nonce: string; verifier: string }

/** The provider that is configured. Throws `Problem('not_found')` when there is none. */
export function providerOf(home: Home): ProviderConfig {
  const { provider } = home.config
  if (!provider) throw new Problem('not_found', 'Nobody signs in here by another service.')
  return provider
}

/**
 * Where somebody shows the provider who they are, and what its answer must fit. `redirectUri` is where they come back to.
 * Throws `Problem('unavailable')` when the provider does not answer.
 */
export async function beginAtProvider(
  home: Home,
  redirectUri: string,
): Promise<{ url: string; proof: Proof }> {
  const provider = providerOf(home)
  const config = await configurationOf(home, provider)
  const word = () => home.random(32).toString('base64url')
  const proof = { state: word(), nonce: word(), verifier: word() }
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: provider.scopes,
    state: proof.state,
    nonce: proof.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(proof.verifier),
    code_challenge_method: 'S256',
  })
  return { url: url.href, proof }
}

/**
 * Who came back with an answer of the provider at `url`, the address with all that the provider added; undefined when the answer is
 * not what was asked for, whatever is wrong with it. The log says what. Throws `Problem('unavailable')` when the provider does not answer.
 */
export async function readAnswer(
  home: Home,
  url: URL,
  { state, nonce, verifier }: Proof,
): Promise<ProviderIdentity | undefined> {
  const provider = providerOf(home)
  const config = await configurationOf(home, provider)
  try {
    const tokens = await openid.authorizationCodeGrant(config, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) return undefined
    const hasMore = config.serverMetadata().userinfo_endpoint !== undefined
    const more = hasMore
      ? await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
      : undefined
    return readIdentity({ ...more, ...claims }, provider)
  } catch (error) {
    const why = refusal(error)
    if (isAway(error)) throw away(home, provider, why)
    home.log.warn({ why }, 'The OpenID provider’s answer was not taken.')
    return undefined
  }
}

/** Where somebody ends what the provider remembers of them, and comes back to `back`; undefined when it has no such place or does not answer. */
export async function leaveProvider(home: Home, back: string): Promise<string | undefined> {
  try {
    const config = await configurationOf(home, providerOf(home))
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined
    return openid.buildEndSessionUrl(config, { post_logout_redirect_uri: back }).href
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** The provider's keys are fetched anew for each sign-in, so that keys it changed are known at once. */
async function configurationOf(
  home: Home,
  provider: ProviderConfig,
): Promise<openid.Configuration> {
  const metadata = await metadataOf(home, provider)
  const { clientId, clientSecret } = provider
  const config = new openid.Configuration(
    metadata,
    clientId,
    {
      // Time is the server's here, as everywhere.
      [openid.clockSkew]: Math.round((home.now() - Date.now()) / 1000),
      [openid.clockTolerance]: CLOCKS_APART,
    },
    clientSecret === null ? openid.None() : secretAuth(metadata, clientSecret),
  )
  config.timeout = PATIENCE
  config[openid.customFetch] = boundedFetch
  // Without this a token that came straight from the provider is believed for its encryption alone.
  openid.enableNonRepudiationChecks(config)
  if (provider.issuer.startsWith('http:')) openid.allowInsecureRequests(config)
  return config
}

function secretAuth(metadata: openid.ServerMetadata, secret: string): openid.ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? openid.ClientSecretBasic(secret)
    : openid.ClientSecretPost(secret)
}

/** What the provider says of itself: asked once at a time, and only when somebody comes. */
async function metadataOf(home: Home, provider: ProviderConfig): Promise<openid.ServerMetadata> {
  const known = memories.get(home)
  if (known && home.now() - known.at < REMEMBERED) return known.metadata
  const metadata = discover(provider)
  memories.set(home, { at: home.now(), metadata })
  try {
    return await metadata
  } catch (error) {
    memories.delete(home)
    throw away(home, provider, refusal(error))
  }
}

async function discover(provider: ProviderConfig): Promise<openid.ServerMetadata> {
  const issuer = new URL(provider.issuer)
  const isPlain = issuer.protocol === 'http:'
  const config = await openid.discovery(issuer, provider.clientId, undefined, undefined, {
    timeout: PATIENCE,
    [openid.customFetch]: boundedFetch,
    execute: isPlain ? [openid.allowInsecureRequests] : [],
  })
  return config.serverMetadata()
}

/** What the library says in words; its causes hold tokens. Throws again what it did not throw on purpose: that is a bug. */
function refusal(error: unknown): string {
  if (
    error instanceof openid.ClientError ||
    error instanceof openid.AuthorizationResponseError ||
    error instanceof openid.ResponseBodyError ||
    error instanceof openid.WWWAuthenticateChallengeError
  ) {
    const { cause } = error
    const inner = cause instanceof Error ? `: ${cause.message}` : ''
    const said = 'error' in error ? ` (${error.error.slice(0, 100)})` : ''
    return `${error.message}${inner}${said}`
  }
  throw error
}

function isAway(error: unknown): boolean {
  if (!(error instanceof openid.ClientError)) return false
  return error.cause instanceof Unreachable || error.code === 'OAUTH_TIMEOUT'
}

function away(home: Home, { name }: ProviderConfig, why: string): Problem {
  home.log.warn({ why }, 'The OpenID provider could not be used.')
  return new Problem(
    'unavailable',
    `${name} does not answer as it should. Nobody can sign in by it now; passwords and passkeys go on.`,
  )
}

const memories = new WeakMap<Home, { at: number; metadata: Promise<openid.ServerMetadata> }>()
