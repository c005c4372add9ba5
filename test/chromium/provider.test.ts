import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { openIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts'

let chromium: Chromium
let house: House
let lighthouse: IdentityProvider
beforeAll(async () => {
  chromium = await startChromium()
  lighthouse = await openIdentityProvider()
  lighthouse.accounts.set('s-ben', { preferred_username: 'Ben', groups: ['readers'] })
  lighthouse.accounts.set('s-anna', { preferred_username: 'Anna' })
  house = await openHouse({
    now: Date.now(),
    env: lighthouse.env({ HOLDFAST_OIDC_ALLOW: 'readers' }),
  })
  lighthouse.serve(house.url)
})
afterAll(async () => {
  await chromium.close()
  await house.close()
  await lighthouse.close()
})

test.each([true, false])(
  'somebody signs in by the provider, and signs out there too (scripts: %s)',
  async (scripts) => {
    const ben = await chromium.visit(house.url, { scripts, also: [lighthouse.issuer] })
    const { page } = ben
    await page.goto(`${house.url}/books`)
    await page.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
    await page.getByLabel('Account').fill('s-ben')
    await page.getByRole('button', { name: 'I am' }).click()
    await page.getByRole('button', { name: 'Sign out Ben' }).waitFor()
    expect(page.url()).toBe(`${house.url}/books`)
    await page.getByRole('button', { name: 'Sign out Ben' }).click()
    await page.getByRole('link', { name: 'Sign out at Lighthouse too' }).click()
    await page.getByRole('button', { name: 'Forget me' }).click()
    await page.waitForURL(`${house.url}/sign-in**`)
    await page.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
    await page.getByLabel('Account').waitFor()
    await ben.leave()
  },
)

test('Anna links her account there, and signs in by it from then on', async () => {
  const anna = await chromium.visit(house.url, { also: [lighthouse.issuer] })
  const { page } = anna
  await page.getByLabel('Name').fill('Anna')
  await page.getByLabel('Password').fill('the password of Anna')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Link my account at Lighthouse' }).click()
  await page.getByLabel('Account').fill('s-anna')
  await page.getByRole('button', { name: 'I am' }).click()
  await page.getByText('It is linked.').waitFor()
  await page.getByRole('button', { name: 'Sign out Anna' }).click()
  await page.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
  // The provider knows her still.
  await page.getByRole('button', { name: 'Sign out Anna' }).waitFor()
  await anna.leave()
})
