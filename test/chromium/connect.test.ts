import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openScene, type Scene } from '../support/scene.ts'

const CONF =
  '[OneStoreServices]\r\napi_endpoint=https://storeapi.kobo.com\r\n\r\n[Reading]\r\nx=1\r\n'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let scene: Scene
let people: Person[]
beforeEach(async () => {
  people = []
  scene = await openScene(['Emma'], { publicUrl: 'http://books.example.org' })
})
afterEach(async () => {
  await scene.close()
  for (const person of people) await person.leave()
})

const PICKER = 'window.showDirectoryPicker = () => navigator.storage.getDirectory()'

/** Anna, in front of the address of a Kobo. What the browser would let her choose is the drive of a Kobo with this configuration. */
async function anna(
  conf: string | undefined,
  picker = PICKER,
): Promise<{ page: Page; address: string }> {
  const person = await chromium.signIn(scene.house.url, 'Anna')
  people.push(person)
  const { page } = person
  await page.goto(`${scene.house.url}/connect`)
  await page.evaluate(`(async (text) => {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle('.kobo', { create: true })
    const inner = await folder.getDirectoryHandle('Kobo', { create: true })
    if (text === undefined) return
    const file = await inner.getFileHandle('Kobo eReader.conf', { create: true })
    const writing = await file.createWritable()
    await writing.write(text)
    await writing.close()
  })(${JSON.stringify(conf)})`)
  await page.addInitScript(picker)
  await page.getByLabel('What do you call it?').fill('Libra')
  await page.getByRole('button', { name: 'Make its address' }).click()
  const address = await page.getByLabel('Its address').inputValue()
  return { page, address }
}

async function fileOnDrive(page: Page, name: string): Promise<string> {
  return page.evaluate<string>(`(async (wanted) => {
    const root = await navigator.storage.getDirectory()
    const folder = await (await root.getDirectoryHandle('.kobo')).getDirectoryHandle('Kobo')
    return (await (await folder.getFileHandle(wanted)).getFile()).text()
  })(${JSON.stringify(name)})`)
}

test('the page writes the address into the Kobo itself, and keeps a copy of what was there', async () => {
  const { page, address } = await anna(CONF)
  const told = page.getByRole('status')
  await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
  await told.filter({ hasText: 'Done, and read back.' }).waitFor()
  expect(await fileOnDrive(page, 'Kobo eReader.conf')).toBe(
    CONF.replace('https://storeapi.kobo.com', address),
  )
  expect(await fileOnDrive(page, 'Kobo eReader.conf.before-holdfast.txt')).toBe(CONF)
  await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
  await told.filter({ hasText: 'Nothing was changed.' }).waitFor()
})

test('a browser that may not write there shows the way with the file first, and no other that it has not', async () => {
  const { page } = await anna(CONF, 'window.showDirectoryPicker = undefined')
  // A script has come, and found out.
  await page.getByRole('button', { name: 'Copy' }).waitFor()
  const shown = page.getByRole('heading', { level: 2 })
  expect(await shown.allTextContents()).toEqual(['With the file', 'By hand', 'Then'])
})

test('an address is copied, and where the browser does not let it be, it is marked for whoever copies it', async () => {
  const { page, address } = await anna(CONF)
  const copy = page.getByRole('button', { name: 'Copy' })
  const told = page.getByRole('status')
  await page.context().grantPermissions(['clipboard-write'])
  await copy.click()
  await told.filter({ hasText: 'It is copied.' }).waitFor()
  await page.evaluate(`navigator.clipboard.writeText = async () => {
    throw new DOMException('', 'NotAllowedError')
  }`)
  await copy.click()
  await told
    .filter({ hasText: 'This browser does not copy it. It is marked: copy it yourself.' })
    .waitFor()
  expect(await page.evaluate('getSelection().toString()')).toBe(address)

  await page.goto(`${scene.house.url}/books`)
  await page.locator('#q').press('Control+V')
  expect(await page.locator('#q').inputValue()).toBe(address)
})

test('the page leaves alone what is no Kobo', async () => {
  const { page } = await anna(undefined)
  await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
  await page.getByRole('status').filter({ hasText: 'There is no Kobo eReader.conf' }).waitFor()
})

test('the page leaves alone a file that is no configuration', async () => {
  const { page } = await anna('SQLite format 3\0')
  await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
  await page.getByRole('status').filter({ hasText: 'It was left as it is.' }).waitFor()
  expect(await fileOnDrive(page, 'Kobo eReader.conf')).toBe('SQLite format 3\0')
})

test('the lamps light up by themselves', async () => {
  const { page, address } = await anna(CONF)
  await page.getByRole('link', { name: 'See how far it has come' }).click()
  await expect.poll(() => page.locator('.lamps .unlit').count()).toBe(4)
  const secret = address.split('/').at(-1) ?? ''
  await fetch(`${scene.house.url}/kobo/${secret}/v1/initialization`, {
    headers: { 'x-kobo-deviceid': 'a'.repeat(64) },
  })
  await page.locator('.lamps .lit', { hasText: 'The Kobo said hello' }).waitFor()
})
