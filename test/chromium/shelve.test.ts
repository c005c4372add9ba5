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
  const { id } = await house.addBook(await makeEpub({ title: 'Emma' }))
  await house.shelf('Garden')
  await house.shelf('Sofa')
  await house.settled()
  anna = await chromium.signIn(house.url, 'Anna')
  page = anna.page
  await page.goto(`${house.url}/books/${id}`)
})
afterEach(async () => {
  await anna.leave()
  await house.close()
})

const told = () => page.locator('form.shelve').getByRole('status')
const tick = (shelf: string) => page.getByLabel(shelf, { exact: true })

/** How many books are on the shelves, by name. */
async function counts(): Promise<Record<string, number>> {
  type Shelves = { items: { name: string; books: number }[] }
  const { body } = await house.api<Shelves>('GET', '/shelves')
  return Object.fromEntries(body.items.map(({ name, books }) => [name, books]))
}

/** Holds what is sent to the shelves, one by one. */
async function holdSends(): Promise<{ sent: () => number; letGo: () => void }> {
  const held: (() => void)[] = []
  let sent = 0
  await page.route('**/shelves', async (route) => {
    sent += 1
    await new Promise<void>((go) => held.push(go))
    await route.continue()
  })
  return { sent: () => sent, letGo: () => held.shift()?.() }
}

test('a name that a shelf may not have is refused beside it, in the words of the server', async () => {
  await page.getByPlaceholder('A new shelf').fill('sofa')
  await page.getByRole('button', { name: 'Keep' }).click()
  await told()
    .filter({ hasText: /^You already have a shelf called “sofa”\.$/ })
    .waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('sofa')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Keep' }).click()
  await told().filter({ hasText: 'That was not kept: you were signed out meanwhile.' }).waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('sofa')
})

test('a shelf that is ticked and unticked before the first answer came is left without the book', async () => {
  await page.evaluate(`(() => {
    const tick = document.querySelector('form.shelve input[type=checkbox]')
    tick.click()
    tick.click()
  })()`)
  await told().filter({ hasText: 'Kept.' }).waitFor()
  expect(await tick('Garden').isChecked()).toBe(false)
  expect(await counts()).toEqual({ Garden: 0, Sofa: 0 })
})

test('a shelf that is ticked, cleared and ticked again has the book', async () => {
  for (const books of [1, 0, 1]) {
    await tick('Garden').click()
    await expect.poll(counts).toEqual({ Garden: books, Sofa: 0 })
    await told().filter({ hasText: 'Kept.' }).waitFor()
  }
})

test('that a shelf was kept is not said of the next one while that is on its way', async () => {
  await tick('Sofa').check()
  await told().filter({ hasText: 'Kept.' }).waitFor()
  const sends = await holdSends()
  await tick('Sofa').uncheck()
  expect(await told().textContent()).toBe('')
  await expect.poll(sends.sent).toBe(1)
  sends.letGo()
  await told().filter({ hasText: 'Kept.' }).waitFor()
})

test('what is ticked while the tick before is on its way stands as it was ticked, and only the last is said to be kept', async () => {
  const sends = await holdSends()
  await tick('Sofa').check()
  await expect.poll(sends.sent).toBe(1)
  await tick('Sofa').uncheck()
  sends.letGo()
  // It is sent as soon as the answer before it was taken.
  await expect.poll(sends.sent).toBe(2)
  expect(await tick('Sofa').isChecked()).toBe(false)
  expect(await told().textContent()).toBe('')
  await tick('Garden').check()
  sends.letGo()
  await expect.poll(sends.sent).toBe(3)
  sends.letGo()
  await told().filter({ hasText: 'Kept.' }).waitFor()
  expect([await tick('Garden').isChecked(), await tick('Sofa').isChecked()]).toEqual([true, false])
  expect(await counts()).toEqual({ Garden: 1, Sofa: 0 })
})

test('the name of a shelf that is being typed stays when another is ticked', async () => {
  await page.getByPlaceholder('A new shelf').fill('Atti')
  await tick('Sofa').check()
  await told().filter({ hasText: 'Kept.' }).waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('Atti')
  await page.getByPlaceholder('A new shelf').press('End')
  await page.keyboard.type('c')
  await page.getByRole('button', { name: 'Keep' }).click()
  await tick('Attic').waitFor()
  expect(await page.getByPlaceholder('A new shelf').inputValue()).toBe('')
  expect(await counts()).toEqual({ Attic: 1, Garden: 0, Sofa: 1 })
})

test('a tick while a new shelf is being made leaves the book on that', async () => {
  const sends = await holdSends()
  await page.getByPlaceholder('A new shelf').fill('Attic')
  await page.getByRole('button', { name: 'Keep' }).click()
  await tick('Garden').check()
  await expect.poll(sends.sent).toBe(1)
  sends.letGo()
  await expect.poll(sends.sent).toBe(2)
  sends.letGo()
  await told().filter({ hasText: 'Kept.' }).waitFor()
  expect(await counts()).toEqual({ Attic: 1, Garden: 1, Sofa: 0 })
})

test('a new shelf is made once, however often that is asked for before the answer came', async () => {
  const sends = await holdSends()
  await page.getByPlaceholder('A new shelf').fill('Attic')
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  await expect.poll(sends.sent).toBe(1)
  sends.letGo()
  await expect.poll(sends.sent).toBe(2)
  sends.letGo()
  await told().filter({ hasText: 'Kept.' }).waitFor()
  expect(await counts()).toEqual({ Attic: 1, Garden: 0, Sofa: 0 })
})
