import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { pressInTurn } from '../support/press-in-turn.ts'

let chromium: Chromium
let house: House
let folder: string
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse()
  folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'))
})
afterAll(async () => {
  await chromium.close()
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the keyboard is at, as somebody who hears the page is told. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    `(({ activeElement: at }) => at?.labels?.[0]?.textContent || at?.textContent || at?.tagName || '')(document)`,
  )
}

/** Goes on by the Tab key until the keyboard is at what has these words. */
async function tabTo(page: Page, words: string): Promise<void> {
  const passed: string[] = []
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press('Tab')
    const at = (await focused(page)).trim()
    if (at.startsWith(words)) return
    passed.push(at.slice(0, 30))
  }
  throw new Error(`The Tab key does not come to “${words}”, but to: ${passed.join(', ')}`)
}

test('a book comes from a file onto a shelf, and everything is gone to, by the keyboard alone', async () => {
  const person = await chromium.signIn(house.url, 'Anna')
  const { page } = person
  const keys = async (...all: string[]) => {
    for (const key of all) await page.keyboard.press(key)
  }
  const arrived = async (path: RegExp, title: string) => {
    await page.waitForURL(path)
    await page.waitForLoadState('load')
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await page.waitForLoadState('load')

  // A file, with the key that presses what the keyboard is at.
  const file = join(folder, 'emma.epub')
  writeFileSync(file, await makeEpub({ title: 'Emma', authors: ['Jane Austen'] }))
  const choosing = page.waitForEvent('filechooser')
  await tabTo(page, 'EPUB files from this device')
  await keys('Enter')
  await (await choosing).setFiles(file)
  await page.getByText('One book added.').waitFor()
  await page.waitForLoadState('load')

  // The book, and a new shelf for it.
  await keys('j', 'Enter')
  await arrived(/\/books\/[\da-f-]{36}$/, 'Emma')
  await tabTo(page, 'A new shelf')
  await page.keyboard.type('Sofa')
  await keys('Enter')
  // The field works before the script has come, and after.
  await page.getByText(/Kept\.|Its shelves are changed\./).waitFor()
  await page.waitForLoadState('load')
  expect(await page.getByLabel('Sofa').isChecked()).toBe(true)
  // Taken off and put on again, by the key that ticks, which is enough: another look at the page finds it so.
  for (const isOn of [false, true]) {
    await tabTo(page, 'Sofa')
    await keys('Space')
    await page.getByText('Kept.').waitFor()
    await page.reload()
    expect(await page.getByLabel('Sofa').isChecked()).toBe(isOn)
  }

  // Every part of the house.
  for (const [key, path, title] of [
    ['s', /\/shelves$/, 'Shelves'],
    ['d', /\/devices$/, 'Devices'],
    ['e', /\/errata$/, 'Errata'],
    ['l', /\/books$/, 'Library'],
  ] as const) {
    await pressInTurn(page, `g${key}`)
    await arrived(path, title)
  }
  await keys('?')
  await page.waitForURL(/\/colophon#keys$/)
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await page.waitForLoadState('load')

  // A second book, between which the keys move and find.
  await house.addBook(await makeEpub({ title: 'Persuasion', seed: 'second' }))
  await keys('/')
  await page.waitForURL(/\/books#search$/)
  await page.waitForLoadState('load')
  await expect.poll(() => focused(page)).toContain('Title, author or series')
  // What is typed is typed, and goes nowhere.
  await page.keyboard.type('gsj')
  expect(await page.locator('#q').inputValue()).toBe('gsj')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('e')
  await expect.poll(() => page.getByRole('heading', { name: 'Found' }).count()).toBe(1)
  await pressInTurn(page, 'gl')
  await page.locator('#q').blur()
  await pressInTurn(page, 'gl')
  await arrived(/\/books$/, 'Library')
  await keys('j')
  expect(await focused(page)).toContain('Emma')
  await keys('j')
  expect(await focused(page)).toContain('Persuasion')
  await keys('k')
  expect(await focused(page)).toContain('Emma')
  // A ring says where the keyboard is.
  const ring = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)
  expect(ring).not.toBe('none')
  await person.leave()
}, 180_000)
