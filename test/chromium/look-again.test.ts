import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

let chromium: Chromium
let house: House
let book: string
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse()
  book = (await house.addBook(await makeEpub({ title: 'Emma' }))).id
  await house.shelf('Sofa')
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
  let looks = 0
  page.on('response', (response) => {
    if (response.url().endsWith('/under-way')) looks += 1
  })
  await page.clock.install()
  await page.goto(`${house.url}/shelves`)
  const later = async () => {
    await page.clock.runFor(30_000)
    return looks
  }
  await expect.poll(later, { timeout: 20_000 }).toBeGreaterThan(25)
  await turn(true)
  const before = looks
  await page.clock.runFor(3_600_000)
  expect(looks).toBeLessThanOrEqual(before + 1)
  const hidden = looks
  await page.clock.runFor(3_600_000)
  expect(looks).toBe(hidden)
  await turn(false)
  await expect.poll(() => looks).toBe(hidden + 1)
}, 60_000)

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

test('a name that a shelf may not have is refused beside it, in the words of the server', async () => {
  await page.goto(`${house.url}/books/${book}`)
  await page.getByPlaceholder('A new shelf').fill('sofa')
  await page.getByRole('button', { name: 'Keep' }).click()
  const told = page.locator('form.shelve').getByRole('status')
  await told.filter({ hasText: /^You already have a shelf called “sofa”\.$/ }).waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('sofa')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Keep' }).click()
  await told.filter({ hasText: 'That was not kept: you were signed out meanwhile.' }).waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('sofa')
})

test('a shelf that is ticked and unticked before the first answer came is left without the book', async () => {
  await page.goto(`${house.url}/books/${book}`)
  const sofa = page.getByLabel('Sofa', { exact: true })
  await page.waitForLoadState('load')
  const answers: Promise<unknown>[] = [1, 2].map((nth) => {
    let seen = 0
    return page.waitForResponse((each) => /\/books\/[^/?]+\?/.test(each.url()) && ++seen === nth)
  })
  await page.evaluate(`(() => {
    const tick = document.querySelector('form.shelve input[type=checkbox]')
    tick.click()
    tick.click()
  })()`)
  await Promise.all(answers)
  await page.locator('form.shelve').getByRole('status').filter({ hasText: 'Kept.' }).waitFor()
  expect(await sofa.isChecked()).toBe(false)
  const { body } = await house.api<{ items: { books: number }[] }>('GET', '/shelves')
  expect(body.items.map(({ books }) => books)).toEqual([0])
})

test('that a shelf was kept is not said of the next one while that is on its way', async () => {
  await page.goto(`${house.url}/books/${book}`)
  const sofa = page.getByLabel('Sofa', { exact: true })
  const told = page.locator('form.shelve').getByRole('status')
  const letGo = Promise.withResolvers<void>()
  await sofa.check()
  await told.filter({ hasText: 'Kept.' }).waitFor()
  await page.route('**/shelves', async (route) => {
    await letGo.promise
    await route.continue()
  })
  await sofa.uncheck()
  expect(await told.textContent()).toBe('')
  letGo.resolve()
  await told.filter({ hasText: 'Kept.' }).waitFor()
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
