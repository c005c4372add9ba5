import { openAuthenticator, type Lies, type PasskeyOptions } from './authenticator.ts'
import type { Browser } from './browser.ts'
import { callerAt } from './callers.ts'
import { openHouse, type House } from './house.ts'

type Authenticator = ReturnType<typeof openAuthenticator>

/** A house with a name, so that its people may have passkeys, and what the scripts of its pages do. */
export type PasskeyHouse = {
  house: House
  /** Where passkeys are for. */
  origin: string
  /** A new browser, each as if from another caller: wrong passkeys of one are answered slowly. */
  browser(): Browser
  /** Anna at her account page, signed in a moment ago. */
  annaIn(): Promise<Browser>
  /** Asks for a challenge, as a script does. */
  ask(at: Browser, path: string, token?: string): Promise<PasskeyOptions>
  /** Adds a passkey of whoever is signed in. */
  add(
    at: Browser,
    name?: string,
    lies?: Lies,
  ): Promise<{ authenticator: Authenticator; status: number }>
  /** Somebody who signs in by a passkey, and what they sent. */
  signIn(
    authenticator: Authenticator,
    lies?: Lies,
  ): Promise<{
    at: Browser
    tickets: Map<string, string>
    credential: string
    status: number
    token: string
  }>
  /** What says that a form is of our own page. */
  from: { origin: string }
  close(): Promise<void>
}

/** The token of the forms on the page that is shown. */
export const tokenOf = (at: Browser): string =>
  /name="token" value="([^"]+)"/.exec(at.shown.html)?.[1] ?? ''

/** Opens such a house. The caller closes it. */
export async function openPasskeyHouse(): Promise<PasskeyHouse> {
  const house = await openHouse({ publicHost: 'localhost', trustedProxies: '127.0.0.1' })
  const origin = house.url.replace('127.0.0.1', 'localhost')
  const from = { origin: house.url }
  const browser = (): Browser => callerAt(house)

  async function ask(at: Browser, path: string, token = tokenOf(at)): Promise<PasskeyOptions> {
    const shown = await at.post(path, { token }, from)
    if (shown.status !== 200) throw new Error(`${path} was answered ${shown.status}.`)
    return JSON.parse(shown.html) as PasskeyOptions
  }

  return {
    house,
    origin,
    browser,
    ask,
    from,
    async annaIn() {
      const anna = browser()
      await anna.signIn('Anna')
      await anna.go('/account')
      return anna
    },
    async add(at, name = 'Phone', lies = {}) {
      const authenticator = openAuthenticator(origin)
      await at.go('/account')
      const token = tokenOf(at)
      const options = await ask(at, '/account/passkeys/challenge')
      const credential = authenticator.make(options, lies)
      const shown = await at.post('/account/passkeys', { token, name, credential }, from)
      return { authenticator, status: shown.status }
    },
    async signIn(authenticator, lies = {}) {
      const at = browser()
      await at.go('/sign-in')
      const token = tokenOf(at)
      const options = await ask(at, '/sign-in/passkey/challenge')
      const tickets = new Map(at.others)
      const credential = authenticator.sign(options, lies)
      await at.post('/sign-in/passkey', { token, credential }, from)
      return { at, tickets, credential, status: at.shown.status, token }
    },
    close: () => house.close(),
  }
}
