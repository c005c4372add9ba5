import type { Page } from 'playwright-core'
import type { Chromium, Person } from './chromium.ts'
import { openHouse, type House } from './house.ts'
import { openIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import type { ReadingRoom } from './reading-room.ts'

/** Houses beside a reading room: one that nobody owns yet, and one with an owner, a provider, and nothing else. */
export type Houses = { room: ReadingRoom; unowned: House; bare: House; close(): Promise<void> }

/** A page that is seen by somebody else, in another house, or after something was done. */
export type RoomState = {
  name: string
  at: 'room' | 'unowned' | 'bare'
  as: 'Anna' | 'Ben' | 'nobody'
  /** Has the page shown: `url` is where the house is reached. */
  show: (page: Page, url: string) => Promise<unknown>
}

/** Opens the other houses, and lets Ben live in the first. The caller closes what was opened here. */
export async function openHouses(room: ReadingRoom): Promise<Houses> {
  const { house } = room.scene
  await house.person('Ben')
  await house.api('POST', '/invitations', { label: 'Cleo' })
  const provider = await openIdentityProvider()
  const env = provider.env()
  const unowned = await openHouse({ isEmpty: true, publicHost: 'localhost', env })
  const bare = await openHouse({
    publicUrl: null,
    now: Date.now(),
    // So that it has addresses which it can give to a Kobo.
    env: { ...env, HOLDFAST_HOST: '0.0.0.0' },
  })
  provider.serve(localhost(bare))
  return { room, unowned, bare, close: () => closeAll(provider, unowned, bare) }
}

async function closeAll(provider: IdentityProvider, ...houses: House[]): Promise<void> {
  for (const house of houses) await house.close()
  await provider.close()
}

/** Where a house is reached. A passkey belongs to a name: a browser makes none for 127.0.0.1. */
function localhost({ url }: House): string {
  return url.replace('127.0.0.1', 'localhost')
}

/** Shows every state once to `look`, each in the window of whoever sees it. `how`: as for a window. */
export async function eachState(
  chromium: Chromium,
  houses: Houses,
  how: { userAgent?: string | undefined; ready?: (page: Page) => Promise<unknown> },
  look: (name: string, person: Person) => Promise<unknown>,
): Promise<void> {
  const people = new Map<string, Person>()
  for (const { name, at, as, show } of roomStates(houses)) {
    const url = at === 'room' ? houses.room.scene.house.url : localhost(houses[at])
    const person =
      people.get(`${as} ${at}`) ??
      (as === 'nobody' ? await chromium.visit(url, how) : await chromium.signIn(url, as, how))
    if (!people.has(`${as} ${at}`)) await how.ready?.(person.page)
    people.set(`${as} ${at}`, person)
    await show(person.page, url)
    await look(name, person)
  }
  for (const person of people.values()) await person.leave()
}

const at = (path: string) => (page: Page, url: string) => page.goto(url + path)

const pressed = (path: string, button: string) => async (page: Page, url: string) => {
  await page.goto(url + path)
  await page.getByRole('button', { name: button, exact: true }).first().click()
  await page.waitForLoadState()
}

async function connected(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/connect`)
  await page.getByLabel('What do you call it?').fill('Ben’s old Aura')
  await page.getByRole('button', { name: 'Make its address' }).click()
  await page.getByRole('heading', { name: 'The address of' }).waitFor()
}

function roomStates({ room: { scene, libra } }: Houses): RoomState[] {
  const ofRoom = { at: 'room', as: 'Anna' } as const
  const ofBare = { at: 'bare', as: 'Anna' } as const
  return [
    { name: 'front', at: 'bare', as: 'nobody', show: at('/') },
    { name: 'front-before-first-visit', at: 'unowned', as: 'nobody', show: at('/') },
    { name: 'first-visit', at: 'unowned', as: 'nobody', show: at('/first-visit?code=QPLM-4T7V') },
    {
      name: 'first-visit-wrong',
      at: 'unowned',
      as: 'nobody',
      async show(page, url) {
        await page.goto(`${url}/first-visit?code=QPLM-4T7V`)
        await page.getByLabel('Name').fill('Anna')
        await page.getByLabel('Password').fill('four quiet words here')
        await page.getByRole('button', { name: 'Make my account' }).click()
        await page.getByRole('alert').waitFor()
      },
    },
    { name: 'sign-in', at: 'bare', as: 'nobody', show: at('/sign-in') },
    {
      name: 'sign-in-wrong',
      at: 'room',
      as: 'nobody',
      async show(page, url) {
        await page.goto(`${url}/sign-in`)
        await page.getByLabel('Name').fill('Anna')
        await page.getByLabel('Password').fill('not her password')
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        await page.getByRole('alert').waitFor()
      },
    },
    { name: 'recovery', at: 'bare', as: 'nobody', show: at('/sign-in/recovery') },
    { name: 'not-let-in', at: 'bare', as: 'nobody', show: at('/sign-in/provider/back?error=x') },
    { name: 'invitation-over', at: 'room', as: 'nobody', show: at('/invitation?code=x') },
    {
      name: 'people-invited',
      ...ofRoom,
      async show(page, url) {
        await page.goto(`${url}/people`)
        await page.getByLabel('For whom').fill('Dora')
        await page.getByRole('button', { name: 'Invite', exact: true }).click()
        await page.getByText('Send this address').waitFor()
      },
    },
    {
      name: 'invitation',
      ...ofRoom,
      async show(page, url) {
        await page.goto(`${url}/people`)
        await page.getByLabel('For whom').fill('Dora')
        await page.getByRole('button', { name: 'Invite', exact: true }).click()
        await page.getByText('Send this address').waitFor()
        // It may have come in part.
        await page.waitForLoadState('load')
        const address = await page.locator('main pre').textContent()
        await page.goto(url + new URL(address ?? '').pathname + new URL(address ?? '').search)
      },
    },
    {
      name: 'person-removal',
      ...ofRoom,
      async show(page, url) {
        await page.goto(`${url}/people`)
        await page.getByRole('link', { name: 'Remove Ben' }).click()
        await page.getByText('Yes, remove').waitFor()
      },
    },
    { name: 'account-bare', ...ofBare, show: at('/account') },
    { name: 'recovery-codes', ...ofBare, show: pressed('/account', 'Make new recovery codes') },
    {
      name: 'token-made',
      ...ofBare,
      async show(page, url) {
        await page.goto(`${url}/account`)
        await page.getByLabel('What it is for').fill('The cupboard’s own script')
        await page.getByRole('button', { name: 'Make a token' }).click()
        await page.getByText('It is not shown again').waitFor()
      },
    },
    { name: 'account', ...ofBare, show: at('/account?done=password') },
    { name: 'settings-bare', ...ofBare, show: at('/settings') },
    { name: 'library-empty', ...ofBare, show: at('/books') },
    { name: 'shelves-empty', ...ofBare, show: at('/shelves') },
    { name: 'devices-empty', ...ofBare, show: at('/devices') },
    { name: 'errata-empty', ...ofBare, show: at('/errata') },
    { name: 'connect-bare', ...ofBare, show: at('/connect') },
    { name: 'address-none', ...ofRoom, show: connected },
    { name: 'address', ...ofBare, show: connected },
    {
      name: 'connecting-begun',
      ...ofBare,
      async show(page) {
        await page.getByRole('link', { name: 'See how far it has come' }).click()
        await page.locator('#lamps').waitFor()
      },
    },
    {
      name: 'chosen-deletion',
      ...ofRoom,
      async show(page, url) {
        await page.goto(`${url}/books?choose=1`)
        for (const title of ['Cranford', 'Dracula', 'Emma'])
          await page.getByRole('checkbox', { name: title }).check()
        await page.getByRole('button', { name: 'Delete…' }).click()
        await page.getByText('Nothing is changed yet.').waitFor()
      },
    },
    {
      name: 'healing-preview',
      ...ofRoom,
      show: pressed(`/devices/${libra.device}/books/${scene.id('Emma')}`, 'Send it again…'),
    },
    { name: 'problem-404', ...ofRoom, show: at('/books/none') },
    { name: 'problem-404-nobody', at: 'room', as: 'nobody', show: at('/no/such/page') },
    { name: 'problem-403', at: 'room', as: 'Ben', show: at('/people') },
    { name: 'settings-of-ben', at: 'room', as: 'Ben', show: at('/settings') },
    { name: 'book-of-ben', at: 'room', as: 'Ben', show: at(`/books/${scene.id('Emma')}`) },
  ]
}
