import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Provider, type Configuration, type JWK } from 'oidc-provider'

/** Somebody with an account at the provider. */
export type Account = {
  email?: string
  email_verified?: boolean
  groups?: string[]
  preferred_username?: string
  name?: string
}

/** A real OpenID provider in this process, on loopback. Whoever types the name of an account is that account. */
export type IdentityProvider = {
  readonly issuer: string
  /** Accounts by their subject; may be changed. */
  readonly accounts: Map<string, Account>
  /** How many requests it was asked. */
  readonly asked: string[]
  /** What a house needs in its environment. */
  env(more?: Record<string, string>): Record<string, string>
  /** Lets the house at this address ask. */
  serve(house: string): void
  /** Forgets its keys and signs with new ones. */
  rotateKeys(): void
  /** Shows other keys than it signs with, by the same names. */
  showOtherKeys(): void
  /** Answers nothing, or answers again. */
  setDown(isDown: boolean): void
  /** Answers with this in the place of what it says of itself. */
  setDiscovery(text: string | undefined): void
  close(): Promise<void>
}

const SECRET = 'the secret of a client, which is long enough'

/** Opens a provider. Tokens are good for `tokenLife` seconds. */
export async function openIdentityProvider({ tokenLife = 3600 } = {}): Promise<IdentityProvider> {
  const accounts = new Map<string, Account>()
  const asked: string[] = []
  let houses: string[] = []
  let keys = newKeys()
  let provider: Provider | undefined
  let isDown = false
  let discovery: string | undefined
  let shown: JWK[] | undefined

  const http = createServer((request, response) => void answer(request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    asked.push(request.url ?? '')
    if (isDown) return void request.socket.destroy()
    if (discovery !== undefined && request.url?.startsWith('/.well-known/')) {
      return void response.setHeader('content-type', 'application/json').end(discovery)
    }
    if (shown !== undefined && request.url === '/jwks') {
      response.setHeader('content-type', 'application/jwk-set+json')
      return void response.end(JSON.stringify({ keys: shown }))
    }
    const open = (provider ??= new Provider(issuer, configuration()))
    if (request.url?.startsWith('/interaction/')) return interact(open, request, response)
    return void open.callback()(request, response)
  }

  function configuration(): Configuration {
    return {
      clients: [
        {
          client_id: 'holdfast',
          client_secret: SECRET,
          redirect_uris: houses.map((house) => `${house}/sign-in/provider/back`),
          post_logout_redirect_uris: houses.map((house) => `${house}/sign-in`),
        },
      ],
      jwks: { keys },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['name', 'preferred_username', 'groups'],
      },
      ttl: {
        IdToken: tokenLife,
        AccessToken: 3600,
        AuthorizationCode: 60,
        Session: 3600,
        Grant: 3600,
        Interaction: 600,
      },
      pkce: { required: () => true },
      features: {
        devInteractions: { enabled: false },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource(ctx, form) {
            ctx.body = `<!doctype html><html lang="en"><title>Lighthouse</title><main>${form}<button form="op.logoutForm" name="logout" value="yes">Forget me</button></main></html>`
          },
        },
      },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ sub, ...accounts.get(sub) }),
      }),
      // Whoever signs in agrees.
      async loadExistingGrant(ctx) {
        const { client, session } = ctx.oidc
        const grant = new ctx.oidc.provider.Grant({
          clientId: client?.clientId ?? '',
          accountId: session?.accountId ?? '',
        })
        grant.addOIDCScope('openid profile email')
        await grant.save()
        return grant
      },
    }
  }

  return {
    issuer,
    accounts,
    asked,
    env: (more = {}) => ({
      HOLDFAST_OIDC_ISSUER: issuer,
      HOLDFAST_OIDC_CLIENT_ID: 'holdfast',
      HOLDFAST_OIDC_CLIENT_SECRET: SECRET,
      HOLDFAST_OIDC_NAME: 'Lighthouse',
      ...more,
    }),
    serve(house) {
      houses = [...houses, house]
      provider = undefined
    },
    rotateKeys() {
      keys = newKeys()
      provider = undefined
    },
    showOtherKeys() {
      const [signing] = keys
      shown = newKeys().map(({ kty, n, e, use, alg }) => ({
        kty,
        n,
        e,
        use,
        alg,
        kid: signing?.kid,
      }))
    },
    setDown(now) {
      isDown = now
    },
    setDiscovery(text) {
      discovery = text
    },
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** The page on which somebody says who they are. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      '<!doctype html><html lang="en"><title>Lighthouse</title><main><form method="post"><label>Account <input name="login"></label><button>I am</button></form></main></html>',
    )
    return
  }
  let body = ''
  for await (const part of request) body += String(part)
  const accountId = new URLSearchParams(body).get('login') ?? ''
  await provider.interactionFinished(request, response, { login: { accountId } })
}

function newKeys(): JWK[] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomBytes(8).toString('hex')
  return [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }]
}
