import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

let chromium: Chromium
let house: House
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse()
  await house.addBook(await makeEpub({ title: 'Emma' }))
  await house.settled()
}, 120_000)
afterAll(async () => {
  await chromium.close()
  await house.close()
})

let anna: Person
let page: Page
beforeEach(async () => {
  anna = await chromium.signIn(house.url, 'Anna')
  page = anna.page
})
afterEach(() => anna.leave())

const ribbon = () => page.locator('#ribbon')

async function turn(isHidden: boolean): Promise<void> {
  await page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { get: () => ${isHidden}, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })()`)
}

test('a page looks again for as long as it is seen, and not while nobody sees it', async () => {
  const looks = { begun: 0, ended: 0 }
  const isLook = (request: Request) => request.url().endsWith('/under-way')
  page.on('request', (request) => void (looks.begun += isLook(request) ? 1 : 0))
  page.on('requestfinished', (request) => void (looks.ended += isLook(request) ? 1 : 0))
  await page.clock.install()
  await page.goto(`${house.url}/shelves`)
  const later = async () => {
    await page.clock.runFor(30_000)
    return looks.ended
  }
  await expect.poll(later, { timeout: 100_000 }).toBeGreaterThan(25)
  await turn(true)
  await expect.poll(() => looks.ended).toBe(looks.begun)
  const before = looks.begun
  await page.clock.runFor(7_200_000)
  expect(looks.begun).toBe(before)
  await turn(false)
  await expect.poll(() => looks.begun).toBeGreaterThan(before)
}, 120_000)

test('whoever is signed out meanwhile is told so, and what they typed stays', async () => {
  await page.goto(`${house.url}/connect`)
  await page.getByLabel('What do you call it?').fill('A name that took long to find')
  await page.context().clearCookies()
  await page.getByRole('alert').filter({ hasText: 'You were signed out meanwhile.' }).waitFor()
  expect(await page.getByLabel('What do you call it?').inputValue()).toBe(
    'A name that took long to find',
  )
  const link = page.getByRole('link', { name: 'Sign in again' })
  expect(await link.getAttribute('href')).toBe(`${house.url}/connect`)
})

test('a search of somebody who is signed out, or whose server is away, stays as it was typed', async () => {
  // What the page asks by itself would take back what is said of the search, or say it in its place.
  await page.route('**/under-way', (route) => route.abort())
  await page.goto(`${house.url}/books`)
  await page.route('**/books?**', (route) => route.abort())
  await page.locator('#q').fill('em')
  await page.getByRole('alert').filter({ hasText: 'Holdfast does not answer.' }).waitFor()
  await page.unroute('**/books?**')
  await page.context().clearCookies()
  await page.locator('#q').fill('emm')
  await page.getByRole('alert').filter({ hasText: 'You were signed out meanwhile.' }).waitFor()
  expect([page.url(), await page.locator('#q').inputValue()]).toEqual([`${house.url}/books`, 'emm'])
})

test('only imports bring something that can be shown: after mere preparation nothing is said', async () => {
  const { imports, preparation } = house.server.home.underWay
  const ends = [preparation.begin('Emma', null), imports.begin('kim.epub', null)]
  await page.goto(`${house.url}/books`)
  expect(await ribbon().textContent()).toContain('Preparing a book')
  ends[1]?.('done')
  await ribbon().getByText('Everything is in.').waitFor()
  expect(await ribbon().textContent()).toContain('Preparing a book')
  await page.reload()
  ends[0]?.('done')
  await expect.poll(() => ribbon().textContent(), { timeout: 10_000 }).toBe('')
})
