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

test('what of a dropped folder cannot be read is told of, and the rest is taken', async () => {
  const bytes = (await makeEpub({ title: 'Persuasion' })).toString('base64')
  await page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${bytes}'), (each) => each.charCodeAt(0))
    const file = (name, body) => ({ name, isFile: true, isDirectory: false, file: (take) => take(new File([body], name)) })
    const spoilt = (name) => ({ name, isFile: true, isDirectory: false, file: (_, fail) => fail(new DOMException('', 'NotFoundError')) })
    const folder = (name, ...all) => ({ name, isFile: false, isDirectory: true, createReader: () => ({ readEntries: (take) => take(all.splice(0)) }) })
    const locked = { name: 'diaries', isFile: false, isDirectory: true, createReader: () => ({ readEntries: (_, fail) => fail(new DOMException('', 'NotReadableError')) }) }
    const held = folder('books', spoilt('gone.epub'), spoilt('gone.jpg'), locked, file('here.epub', bytes))
    const drop = new Event('drop', { bubbles: true, cancelable: true })
    drop.dataTransfer = { items: [{ webkitGetAsEntry: () => held }], files: [] }
    document.querySelector('main').dispatchEvent(drop)
  })()`)
  const told = page.locator('#uploads')
  await told.getByText('3 of 3. 1 added.').waitFor()
  await told.getByText('Persuasion is in the library.').waitFor()
  const lines = await told
    .getByRole('listitem')
    .filter({ hasText: 'could not be read' })
    .allInnerTexts()
  expect(lines).toEqual([
    'gone.epub: It could not be read on this device. Please see whether you may open it, and add it again.',
    'diaries: It could not be read on this device. Please see whether you may open it, and add it again.',
  ])
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
