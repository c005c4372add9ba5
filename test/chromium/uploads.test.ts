import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let house: House
let anna: Person
let page: Page
beforeEach(async () => {
  house = await openHouse()
  anna = await chromium.signIn(house.url, 'Anna')
  page = anna.page
  await page.goto(`${house.url}/books`)
})
afterEach(async () => {
  await anna.leave()
  await house.close()
})

async function choose(...names: string[]): Promise<void> {
  const buffer = await makeEpub({ title: 'Emma' })
  const files = names.map((name) => ({ name, mimeType: 'application/epub+zip', buffer }))
  await page.setInputFiles('#file', files)
}

test('what was there already is not counted as added', async () => {
  await choose('emma.epub', 'emma-again.epub')
  await page.getByText('One book added, one was already there.').waitFor()
})

test('a connection that broke off and a session that ended are told as such, without Errata', async () => {
  const told = page.locator('#uploads')
  await page.route('**/books?token=*', (route) => route.abort())
  await choose('emma.epub')
  await told.getByText('emma.epub: The connection broke off. Please add it again.').waitFor()
  await page.unroute('**/books?token=*')
  await page.context().clearCookies()
  await choose('kim.epub')
  await told.getByText('kim.epub: You were signed out meanwhile. Please sign in').waitFor()
  expect(await told.textContent()).toContain('2 were not taken: their lines say what to do.')
  expect(await told.getByRole('link').count()).toBe(0)
})
