import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let house: House
let at: string
let people: Person[]
beforeEach(async () => {
  people = []
  // A passkey belongs to a name: a browser makes none for 127.0.0.1.
  house = await openHouse({ publicHost: 'localhost', now: Date.now() })
  at = house.url.replace('127.0.0.1', 'localhost')
})
afterEach(async () => {
  for (const person of people) await person.leave()
  await house.close()
})

/** Anna, at a computer that keeps passkeys and knows her finger. */
async function anna() {
  const person = await chromium.signIn(at, 'Anna')
  people.push(person)
  const { page } = person
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const kept = async () =>
    (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return { page, devtools, authenticatorId, kept }
}

test('a passkey is added, signs in without a name, and is removed', async () => {
  const { page, kept } = await anna()
  await page.goto(`${at}/account`)
  await page.getByLabel('What you call it').fill('This computer')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('It is added.').waitFor()
  expect(await kept()).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }])

  await page.getByRole('button', { name: 'Sign out Anna' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out Anna' }).waitFor()
  expect(page.url()).toBe(`${at}/books`)

  await page.goto(`${at}/account`)
  await page.getByText('This computer, since').waitFor()
  // The same authenticator makes no second one.
  await page.getByLabel('What you call it').fill('Again')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('There is a passkey of yours already.').waitFor()
  await page.getByRole('button', { name: 'Remove This computer' }).click()
  await page.getByText('This computer, since').waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Sign out Anna' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('That passkey is not known here').waitFor()
})

test('a passkey leads to the page that was asked for, and one that nobody touches does nothing', async () => {
  const { page, devtools, authenticatorId } = await anna()
  await page.goto(`${at}/account`)
  await page.getByLabel('What you call it').fill('This computer')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('It is added.').waitFor()
  await page.getByRole('button', { name: 'Sign out Anna' }).click()
  await page.goto(`${at}/devices`)
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('No passkey was used.').waitFor()
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out Anna' }).waitFor()
  expect(page.url()).toBe(`${at}/devices`)
})

test('a recovery code lets in who lost everything, who then chooses a password', async () => {
  const { page } = await anna()
  await page.goto(`${at}/account`)
  await page.getByRole('button', { name: 'Make new recovery codes' }).click()
  await page.waitForLoadState('load')
  const codes = (await page.locator('pre').innerText()).split('\n')
  await page.getByRole('button', { name: 'Sign out Anna' }).click()
  await page.getByRole('link', { name: 'takes a recovery code' }).click()
  await page.getByLabel('Name').fill('Anna')
  await page.getByLabel('Recovery code').fill(codes[3] ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('9 are left.').waitFor()
  await page.getByLabel('New password').fill('a lantern in the hall')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('Your password is changed.').waitFor()
})

test('without scripts, and at an address without a name, the page is as it was', async () => {
  for (const [url, scripts] of [
    [at, false],
    [house.url, true],
  ] as const) {
    const person = await chromium.visit(url, { scripts, also: [at] })
    people.push(person)
    const button = person.page.getByRole('button', { name: 'Sign in with a passkey' })
    expect([url, scripts && url === at, await button.isVisible()]).toEqual([url, false, url !== at])
  }
})
