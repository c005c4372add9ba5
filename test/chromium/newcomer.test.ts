import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { countClicks } from '../support/count-clicks.ts'
import { firstVisitLink, koboGiven, openEmptyHouse, PASSWORD } from '../support/first-day.ts'
import type { House } from '../support/house.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

const CONF = '[OneStoreServices]\napi_endpoint=https://storeapi.kobo.com\n'

/** The most that it may take to come from an empty server to a book that is on the device. */
const MOST_CLICKS = 10

let chromium: Chromium
let house: House
let folder: string
let newcomer: Person
beforeAll(async () => {
  chromium = await startChromium()
  house = await openEmptyHouse()
  folder = mkdtempSync(join(tmpdir(), 'holdfast-newcomer-'))
})
afterAll(async () => {
  closeKobos()
  await chromium.close()
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

test(`a newcomer comes from an empty server to a book on the device in at most ${MOST_CLICKS} clicks, as the pages suggest`, async () => {
  const file = join(folder, 'emma.epub')
  writeFileSync(file, await makeEpub({ title: 'Emma', authors: ['Jane Austen'], cover: 'jpeg' }))
  newcomer = await chromium.visit(house.url)
  const { page } = newcomer
  const clicks = await countClicks(page)
  await plugIn(page)

  await page.goto(firstVisitLink(house))
  clicks.beside('The link in the log')
  await page.locator('#name:focus').waitFor()
  await page.keyboard.type('Anna')
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.getByRole('button', { name: 'Make my account' }).click()

  const choosing = page.waitForEvent('filechooser')
  await page.getByText('Drop an EPUB anywhere on this page').waitFor()
  await page.getByLabel('EPUB files from this device').click()
  await (await choosing).setFiles(file)
  clicks.beside('The file, in the window of the machine')

  await page.getByText('One book added.').waitFor()
  await page.getByRole('main').getByText('Next:').waitFor()
  await page.getByRole('link', { name: 'connect a Kobo' }).click()

  await page.getByText('Put “Emma” on a first shelf').waitFor()
  await page.getByRole('button', { name: 'Make its address' }).click()

  await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
  clicks.beside('The drive, in the window of the machine')
  clicks.beside('That the page may write there, which the browser asks')
  await page.getByText('Done, and read back.').waitFor()
  await page.getByRole('link', { name: 'See how far it has come' }).click()

  const { device, address } = await whatItWasGiven(page)
  const kobo = koboGiven(house, device, address)
  await page.getByText('press Sync on it').waitFor()
  await house.settled()
  expect(await kobo.sync()).toMatchObject({ completed: true })
  await kobo.downloadAll()
  await page.getByText('(yes)').nth(3).waitFor()
  const told = page.getByRole('status').filter({ hasText: '“Emma”' })
  expect(await told.innerText()).toMatch(
    /“Emma” on device.*downloaded in full (?:today|at) 12:0\d/s,
  )
  expect(kobo.titles()).toEqual(['Emma'])
  // The whole way, so that one more is seen, and one fewer too.
  expect(clicks.told).toEqual([
    'The link in the log',
    'Make my account',
    'file',
    'The file, in the window of the machine',
    'connect a Kobo',
    'Make its address',
    'Choose the Kobo’s drive…',
    'The drive, in the window of the machine',
    'That the page may write there, which the browser asks',
    'See how far it has come',
  ])
  expect(clicks.count).toBeLessThanOrEqual(MOST_CLICKS)
  await newcomer.leave()
}, 180_000)

/** Has the browser show the drive of a Kobo in the place of the one that a person would choose. */
async function plugIn(page: Page): Promise<void> {
  await page.addInitScript('window.showDirectoryPicker = () => navigator.storage.getDirectory()')
  await page.evaluate(`(async () => {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle('.kobo', { create: true })
    const inner = await folder.getDirectoryHandle('Kobo', { create: true })
    const file = await inner.getFileHandle('Kobo eReader.conf', { create: true })
    const writing = await file.createWritable()
    await writing.write(${JSON.stringify(CONF)})
    await writing.close()
  })()`)
}

/** The Kobo that the page speaks of, and the address that now stands in its configuration. */
async function whatItWasGiven(page: Page): Promise<{ device: string; address: string }> {
  const conf = await page.evaluate<string>(`(async () => {
    const root = await navigator.storage.getDirectory()
    const folder = await (await root.getDirectoryHandle('.kobo')).getDirectoryHandle('Kobo')
    return (await (await folder.getFileHandle('Kobo eReader.conf')).getFile()).text()
  })()`)
  const device = /devices\/([\w-]+)/.exec(page.url())?.[1] ?? ''
  return { device, address: /^api_endpoint=(.*)$/m.exec(conf)?.[1] ?? '' }
}
