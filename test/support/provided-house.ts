import { openBrowser, type Browser } from './browser.ts'
import { faultsOf } from './html.ts'
import { openHouse, type House, type HouseOptions } from './house.ts'
import { openIdentityProvider, type IdentityProvider } from './identity-provider.ts'

/** A house whose people may sign in by a provider called Lighthouse, at which Ben has an account: `s-ben`. */
export type ProvidedHouse = {
  house: House
  lighthouse: IdentityProvider
  /** Everybody of the house. */
  people: () => Promise<{ name: string; owner: number }[]>
  /** Goes to the provider by a button, and says there who one is. */
  toProvider: (browser: Browser, account: string, button?: string) => Promise<void>
  /** Somebody who signed in, or tried to, by the provider. */
  signIn: (account: string, browser?: Browser) => Promise<Browser>
  /** A browser that stops before it comes back, and where it would. `change` may spoil what the provider is asked. */
  stopBefore: (browser: Browser, account: string, change?: (url: URL) => void) => Promise<string>
  /** The faults of a page, but for its links to the provider. */
  faultsBut: (browser: Browser) => string[]
  close: () => Promise<void>
}

/** Opens both. `env` is more of the configuration; tokens of the provider are good for `tokenLife` seconds. */
export async function openProvidedHouse(
  env: Record<string, string> = {},
  more: HouseOptions & { tokenLife?: number } = {},
): Promise<ProvidedHouse> {
  const { tokenLife, ...options } = more
  const lighthouse = await openIdentityProvider(tokenLife === undefined ? {} : { tokenLife })
  lighthouse.accounts.set('s-ben', {
    email: 'ben@example.org',
    email_verified: true,
    groups: ['readers'],
    preferred_username: 'ben',
  })
  // The provider has the clock of this machine.
  const now = Math.floor(Date.now() / 1000) * 1000
  const house = await openHouse({ now, env: lighthouse.env(env), ...options })
  lighthouse.serve(house.url)

  async function toProvider(
    browser: Browser,
    account: string,
    button = 'Sign in with Lighthouse',
  ): Promise<void> {
    if (button.startsWith('Sign in')) await browser.go('/sign-in')
    await browser.press(button)
    await browser.follow('Go on to Lighthouse')
    if (browser.shown.html.includes('I am')) await browser.press('I am', { login: account })
  }

  return {
    house,
    lighthouse,
    toProvider,
    people: () =>
      house.server.home.db.read.selectFrom('person').select(['name', 'owner']).execute(),
    async signIn(account, browser = openBrowser(house.url)) {
      await toProvider(browser, account)
      return browser
    },
    async stopBefore(browser, account, change = () => {}) {
      await browser.go('/sign-in')
      await browser.press('Sign in with Lighthouse')
      const link = /href="(http[^"]+\/auth\?[^"]+)"/.exec(browser.shown.html)?.[1] ?? ''
      const url = new URL(link.replaceAll('&amp;', '&'))
      change(url)
      browser.stopAt = '/sign-in/provider/back'
      await browser.go(url.href)
      if (browser.shown.html.includes('I am')) await browser.press('I am', { login: account })
      browser.stopAt = undefined
      return browser.shown.headers.get('location') ?? ''
    },
    faultsBut: (browser) => faultsOf(browser.shown.html.replaceAll(`${lighthouse.issuer}/`, './')),
    async close() {
      await house.close()
      await lighthouse.close()
    },
  }
}
