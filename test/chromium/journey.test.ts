import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { dropFiles } from '../support/drop-files.ts'
import { firstVisitLink, koboByPage, openEmptyHouse, PASSWORD } from '../support/first-day.ts'
import type { House } from '../support/house.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { writeNotes } from '../../src/sync/facts.ts'

const MINUTE = 60_000

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let house: House
let folder: string
let anna: Person
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-journey-'))
  house = await openEmptyHouse()
})
afterEach(async () => {
  closeKobos()
  await house.close()
  rmSync(folder, { recursive: true, force: true })
  await anna.leave()
})

/** One whole sync, with all that a Kobo fetches by itself; then it sleeps, and its session is over. */
async function syncs(kobo: HouseKobo): Promise<void> {
  expect(await kobo.sync()).toMatchObject({ completed: true })
  await kobo.downloadAll()
  await later(2 * MINUTE)
}

async function later(ms: number): Promise<void> {
  await writeNotes(house.server.home)
  house.advance(ms)
}

/** Goes to a part of the house by the words that stand on every page. */
async function to(page: Page, part: string): Promise<void> {
  const parts = page.getByRole('navigation', { name: 'Holdfast' })
  await parts.getByRole('link', { name: part }).click()
}

/** How the book stands on the only Kobo, as its page says under “Where it is”. */
async function whereItIs(page: Page): Promise<string> {
  await to(page, 'Library')
  await page.getByRole('link', { name: 'Emma' }).first().click()
  await page.waitForLoadState('load')
  const where = page.getByRole('region', { name: 'Where it is' })
  return (await where.innerText()).replaceAll(/\s+/g, ' ')
}

/** The lamps that are lit on the page of a Kobo that is being connected. */
async function lit(page: Page, scripts: boolean): Promise<number> {
  if (!scripts) await page.getByRole('link', { name: 'Look again' }).click()
  // It may have come in part.
  await page.waitForLoadState('load')
  return page.getByRole('listitem').filter({ hasText: '(yes)' }).count()
}

test.each([true, false])(
  'a book goes from a file to a Kobo, is removed there, comes back, is lost and is healed, by clicks (scripts: %s)',
  async (scripts) => {
    const file = join(folder, 'emma.epub')
    writeFileSync(file, await makeEpub({ title: 'Emma', authors: ['Jane Austen'], cover: 'jpeg' }))
    anna = await chromium.visit(house.url, { scripts })
    const { page } = anna

    // The first visit, with the code from the log.
    await page.getByRole('heading', { name: 'First visit' }).waitFor()
    const code = new URL(firstVisitLink(house)).searchParams.get('code') ?? ''
    await page.getByLabel('Code').fill(code)
    await page.getByLabel('Name').fill('Anna')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make my account' }).click()
    await page.getByText('Your library is empty.').waitFor()

    // A book, by dropping it where a script can take it.
    if (scripts) {
      await page.getByText('drop files and folders anywhere').waitFor()
      await page.waitForLoadState('load')
      await dropFiles(page, [file])
    } else {
      await page.getByLabel('EPUB files from this device').setInputFiles(file)
      await page.getByRole('button', { name: 'Add them' }).click()
    }
    await page.getByText('One book added.').waitFor()

    // A shelf, and the book on it.
    await to(page, 'Shelves')
    await page.getByLabel('Its name').fill('Sofa')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('heading', { name: 'Sofa' }).waitFor()
    expect(await whereItIs(page)).toContain('You have no Kobo yet.')
    await page.getByLabel('Sofa').check()
    await page.getByRole('button', { name: 'Keep' }).click()
    // The button works before the script has come, and after.
    await page.getByText(/Kept\.|Its shelves are changed\./).waitFor()

    // A Kobo, which is given the address of the page and syncs.
    await to(page, 'Devices')
    await page.getByRole('link', { name: 'Connect a Kobo' }).first().click()
    await page.getByLabel('What do you call it?').fill('Libra')
    await page.getByRole('button', { name: 'Make its address' }).click()
    const kobo = await koboByPage(house, page)
    await page.getByRole('link', { name: 'See how far it has come' }).click()
    expect(await lit(page, scripts)).toBe(0)
    await house.settled()
    await syncs(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    await expect.poll(() => lit(page, scripts), { timeout: 30_000 }).toBe(4)
    await page.getByText('Done.').waitFor()

    // There, and why that is known.
    const there = await whereItIs(page)
    expect(there).toContain('Libra on device')
    expect(there).toMatch(/Offered today [^;]*; downloaded in full .*It is on the device\./)

    // Removed on the device: the page says so, and the Kobo keeps it off until somebody brings it back.
    const [{ id } = { id: '' }] = kobo.contents()
    kobo.remove(id)
    await syncs(kobo)
    await syncs(kobo)
    expect(kobo.titles()).toEqual([])
    const removed = await whereItIs(page)
    expect(removed).toContain('Libra excluded')
    expect(removed).toContain('Removed on the Kobo')
    await page.getByRole('button', { name: 'Bring it back…' }).click()
    await page.getByRole('button', { name: 'Yes, bring back' }).click()
    await page.getByText('It is asked for.').waitFor()
    await syncs(kobo)
    await syncs(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    expect(await whereItIs(page)).toContain('Libra on device')

    // Lost in silence: only the Kobo's own database tells of it.
    kobo.loseRows([id])
    await syncs(kobo)
    expect(await whereItIs(page)).toContain('Libra on device')
    const database = join(folder, 'KoboReader.sqlite')
    writeFileSync(database, kobo.database())
    await to(page, 'Devices')
    await page.getByRole('link', { name: 'Libra', exact: true }).click()
    await page.getByRole('link', { name: 'Audit it by its own database' }).click()
    await page.getByLabel('.kobo/KoboReader.sqlite', { exact: true }).setInputFiles(database)
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByText('0 of 1 confirmed').waitFor()
    expect(await whereItIs(page)).toContain('the Kobo’s own database lacked it')
    await to(page, 'Errata')
    await expect.poll(() => page.getByRole('article').count()).toBe(1)
    await page.goBack()
    await page.goBack()
    await page.goBack()
    await page.getByRole('button', { name: 'Heal…' }).click()
    await page.getByText('“Emma” arrives.').waitFor()
    await page.getByRole('button', { name: 'Yes, heal' }).click()
    await page.getByText('It is asked for.').waitFor()
    await syncs(kobo)
    await syncs(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    expect(await whereItIs(page)).toContain('Libra on device')
    await to(page, 'Errata')
    await page.getByText('No errata.').waitFor()
    expect(kobo.violations).toEqual([])
  },
  240_000,
)
