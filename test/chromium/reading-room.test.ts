import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openReadingRoom, type ReadingRoom } from '../support/reading-room.ts'
import { roomPages } from '../support/room-pages.ts'

let chromium: Chromium
let room: ReadingRoom
let folder: string
beforeAll(async () => {
  chromium = await startChromium()
  room = await openReadingRoom()
  folder = mkdtempSync(join(tmpdir(), 'holdfast-room-'))
}, 120_000)
afterAll(async () => {
  closeKobos()
  await room.scene.close()
  await chromium.close()
  rmSync(folder, { recursive: true, force: true })
})

let people: Person[] = []
beforeEach(() => {
  people = []
})
afterEach(async () => {
  for (const person of people) await person.leave()
})

async function anna(path: string, how: { scripts?: boolean } = {}): Promise<Page> {
  const person = await chromium.signIn(room.scene.house.url, 'Anna', how)
  people.push(person)
  await person.page.goto(`${room.scene.house.url}${path}`)
  return person.page
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What an accessibility checker finds serious on the page that is shown. */
async function seriousOn(page: Page): Promise<string[]> {
  // By the protocol and not as an element: the policy of the page lets no foreign script run.
  await page.evaluate(AXE)
  const found: unknown = await page.evaluate(`axe.run().then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`)
  return found as string[]
}

describe('every page of the reading room', () => {
  test.each(['light', 'dark'] as const)(
    'is accessible in %s',
    async (colorScheme) => {
      const page = await anna('/books')
      await page.emulateMedia({ colorScheme })
      for (const [name, path] of await roomPages(room)) {
        await page.goto(`${room.scene.house.url}${path}`)
        expect(await seriousOn(page), name).toEqual([])
      }
    },
    120_000,
  )

  test('is light on its first visit, and its scripts are small', async () => {
    const person = await chromium.signIn(room.scene.house.url, 'Anna')
    people.push(person)
    const { page } = person
    const sizes = new Map<string, number>()
    page.on('response', (response) => {
      const type = response.headers()['content-type'] ?? ''
      if (type.startsWith('image/')) return
      void response
        .request()
        .sizes()
        .then(({ responseBodySize }) => sizes.set(response.url(), responseBodySize))
        .catch(() => undefined)
    })
    const session = await page.context().newCDPSession(page)
    for (const path of ['/books', `/books/${room.scene.id('Emma')}`, '/shelves', '/colophon']) {
      await session.send('Network.clearBrowserCache')
      sizes.clear()
      await page.goto(`${room.scene.house.url}${path}`, { waitUntil: 'networkidle' })
      await expect.poll(() => sizes.size).toBeGreaterThan(5)
      const all = [...sizes]
      const total = all.reduce((sum, [, size]) => sum + size, 0)
      const scripts = all.filter(([url]) => url.includes('/scripts/'))
      expect(total, `${path}: ${JSON.stringify(all)}`).toBeLessThan(100_000)
      expect(scripts.length).toBeGreaterThan(3)
      expect(scripts.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(40_000)
    }
  }, 60_000)
})

describe('somebody with scripts', () => {
  test('searches while typing, and finds again what the address says', async () => {
    const page = await anna('/books')
    await page.keyboard.press('/')
    await page.keyboard.type('bront')
    await expect.poll(() => page.locator('#found .covers li').count()).toBe(3)
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('bront')
    await page.reload()
    expect(await page.locator('#found .covers li').count()).toBe(3)
  })

  test('goes by keys', async () => {
    const page = await anna('/books')
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL(/\/shelves$/)
    await page.keyboard.press('/')
    await page.waitForURL(/\/books#search$/)
    await expect
      .poll(() => page.locator('#q').evaluate((field) => field.matches(':focus')))
      .toBe(true)
    await page.locator('#q').blur()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/books\/[\da-f-]{36}$/)
  })

  test('drops files and sees what became of each', async () => {
    const page = await anna('/books')
    const book = (await makeEpub({ title: 'A Dropped Book', seed: 'dropped' })).toString('base64')
    await page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob('${book}'), (each) => each.charCodeAt(0))
      const held = new DataTransfer()
      held.items.add(new File([bytes], 'dropped.epub'))
      held.items.add(new File(['nothing'], 'spoilt.epub'))
      held.items.add(new File(['nothing'], 'notes.txt'))
      document.querySelector('main').dispatchEvent(
        new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }))
    })()`)
    const told = page.locator('#uploads')
    await expect.poll(() => told.textContent()).toContain('2 of 2.')
    expect(await told.textContent()).toContain('A Dropped Book is in the library.')
    expect(await told.textContent()).toContain('spoilt.epub: This is not an EPUB')
    await told.getByRole('link', { name: 'Show what arrived' }).click()
    expect(await page.locator('.covers .title').first().textContent()).toBe('A Dropped Book')
  })
})

test('the page of a Kobo tells by itself that it syncs, and what came of that', async () => {
  const { scene, libra } = room
  await scene.later(5 * 60_000)
  const page = await anna(`/devices/${libra.device}`)
  expect(await page.locator('#now').textContent()).toBe('')
  await scene.shelve('Three Men in a Boat')
  await libra.sync()
  await scene.later(0)
  await expect
    .poll(() => page.locator('#now').textContent(), { timeout: 20_000 })
    .toMatch(/\d+ books? downloaded so far/)
  await scene.later(5 * 60_000)
  await expect.poll(() => page.locator('#now').textContent(), { timeout: 20_000 }).toBe('')
  await expect.poll(() => page.locator('#next').textContent()).toContain('nothing to do')
}, 60_000)

describe.each([true, false])('with scripts: %s', (scripts) => {
  test('a book is added, shelved, edited, deleted and brought back', async () => {
    const page = await anna('/books', { scripts })
    const title = `By Hand ${String(scripts)}`
    const path = join(folder, `${title}.epub`)
    writeFileSync(path, await makeEpub({ title, authors: ['Ann Author'], seed: title }))
    await page.getByText('Add books').click()
    await page.setInputFiles('#file', path)
    await page.getByRole('button', { name: 'Add them' }).click()
    if (scripts) await page.getByRole('link', { name: 'Show what arrived' }).click()
    await page.getByRole('link', { name: title }).first().click()

    await page.getByLabel('Later', { exact: true }).check()
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByText('Its shelves are changed.').waitFor()
    expect(await page.getByLabel('Later', { exact: true }).isChecked()).toBe(true)

    await page.getByRole('link', { name: 'Edit it, or change its cover' }).click()
    await page.getByLabel('Title', { exact: true }).fill(`${title}, mended`)
    await page.getByRole('button', { name: 'Keep the changes' }).click()
    await page.getByText(`Ann Author/${title}, mended.epub`).waitFor()

    await page.getByRole('button', { name: 'Delete it…' }).click()
    await page.getByText('Nothing is changed yet.').waitFor()
    await page.getByRole('button', { name: 'Yes, delete' }).click()
    await page.getByText('One book deleted.').waitFor()
    await page.getByRole('link', { name: 'Deleted', exact: true }).click()
    await page.getByRole('link', { name: `${title}, mended` }).click()
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await page.getByText('It is back.').waitFor()
  }, 60_000)

  test('a light is chosen, and kept', async () => {
    const page = await anna('/shelves', { scripts })
    await page.getByRole('button', { name: 'Lamplight' }).click()
    await page.waitForURL(/\/shelves$/)
    expect(await page.locator('html').getAttribute('data-light')).toBe('dark')
    await page.goto(`${room.scene.house.url}/colophon`)
    expect(await page.locator('html').getAttribute('data-light')).toBe('dark')
    await page.getByRole('button', { name: 'As this device' }).click()
    expect(await page.locator('html').getAttribute('data-light')).toBeNull()
  })
})
