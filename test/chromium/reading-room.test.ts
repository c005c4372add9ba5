import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seriousOn } from '../support/accessible.ts'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { pressInTurn } from '../support/press-in-turn.ts'
import { openReadingRoom, type ReadingRoom } from '../support/reading-room.ts'
import { roomPages } from '../support/room-pages.ts'
import { eachState, openHouses, type Houses } from '../support/room-states.ts'
import { inTabs } from '../support/tabs.ts'

let chromium: Chromium
let room: ReadingRoom
let houses: Houses
let folder: string
beforeAll(async () => {
  chromium = await startChromium()
  room = await openReadingRoom()
  houses = await openHouses(room)
  folder = mkdtempSync(join(tmpdir(), 'holdfast-room-'))
}, 120_000)
afterAll(async () => {
  closeKobos()
  await houses.close()
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

describe('every page of the reading room', () => {
  test('is accessible in the light and in the dark', async () => {
    const page = await anna('/books')
    await inTabs(page, await roomPages(room), async (tab, [name, path]) => {
      await tab.goto(`${room.scene.house.url}${path}`)
      expect(await seriousOn(tab), name).toEqual([])
    })
  }, 240_000)

  test('is so as well for others, elsewhere, and after something was done', async () => {
    await eachState(chromium, houses, {}, async (name, { page }) => {
      expect(await seriousOn(page), name).toEqual([])
    })
  }, 240_000)

  test.each(['light', 'dark'] as const)('would be found out in %s', async (colorScheme) => {
    const page = await anna('/colophon')
    await page.evaluate(`(() => {
      const faint = document.createElement('p')
      faint.textContent = 'too faint to be read'
      faint.style.color = 'light-dark(${colorScheme === 'light' ? '#ddd, #eee' : '#222, #222'})'
      document.querySelector('main').append(faint)
    })()`)
    expect(await seriousOn(page)).toEqual([
      expect.stringMatching(
        colorScheme === 'light'
          ? /^color-contrast: .*faint/
          : /^in the dark: color-contrast: .*faint/,
      ),
    ])
  })
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

  test('finds nothing of a word that was taken back before the answer came', async () => {
    const page = await anna('/books')
    const all = await page.locator('#found .covers li').count()
    await page.route('**/books?q=*', () => new Promise<never>(() => undefined))
    const asked = page.waitForRequest('**/books?q=bront')
    await page.locator('#q').fill('bront')
    const request = await asked
    const ended = page.waitForEvent('requestfailed', (each) => each === request)
    await page.locator('#q').fill('')
    await ended
    expect(await page.locator('#found .covers li').count()).toBe(all)
  })

  test('goes by keys', async () => {
    const page = await anna('/books')
    await pressInTurn(page, 'gs')
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
    await room.scene.later(60_000)
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
    const newest = page.locator('.covers .title').first()
    await expect.poll(() => newest.textContent()).toBe('A Dropped Book')
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
    .toMatch(/(?:one|\d+) books? downloaded so far/)
  await scene.later(5 * 60_000)
  await expect.poll(() => page.locator('#now').textContent(), { timeout: 20_000 }).toBe('')
  await expect.poll(() => page.locator('#next').textContent()).toContain('nothing to do')
}, 60_000)

describe('somebody with scripts, on any page', () => {
  test('drops a folder, and sees what became of what lay in it', async () => {
    await room.scene.later(60_000)
    const page = await anna('/shelves')
    const book = (await makeEpub({ title: 'From a Folder', seed: 'folder' })).toString('base64')
    await page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob('${book}'), (each) => each.charCodeAt(0))
      const file = (name, body) => ({ isFile: true, isDirectory: false, file: (take) => take(new File([body], name)) })
      const folder = (...all) => ({ isFile: false, isDirectory: true, createReader: () => ({ readEntries: (take) => take(all.splice(0)) }) })
      const held = folder(file('cover.jpg', 'x'), folder(file('one.epub', bytes), file('two.epub', 'no book')))
      const drop = new Event('drop', { bubbles: true, cancelable: true })
      drop.dataTransfer = { items: [{ webkitGetAsEntry: () => held }], files: [] }
      document.querySelector('main').dispatchEvent(drop)
    })()`)
    const told = page.locator('#uploads')
    await expect.poll(() => told.textContent()).toContain('2 of 2.')
    expect(await told.textContent()).toContain('One could not become a book: see Errata.')
    expect(await told.textContent()).toContain('From a Folder is in the library.')
    expect(page.url()).toMatch(/\/shelves$/)
    await told.getByRole('link', { name: 'Show what arrived' }).click()
    const newest = page.locator('.covers .title').first()
    await expect.poll(() => newest.textContent()).toBe('From a Folder')
  })

  test('shelves a book without leaving its page', async () => {
    const page = await anna(`/books/${room.scene.id('The Moonstone')}`)
    await page.evaluate('window.isThePage = true')
    const elsewhere = page.locator('.where-it-is li', { hasText: 'Not on a shelf' })
    const before = await elsewhere.count()
    const later = page.getByLabel('Later', { exact: true })
    await later.check()
    await page.getByText('Kept.').waitFor()
    expect(await elsewhere.count()).toBeLessThan(before)
    expect(await later.evaluate((field) => field.matches(':focus'))).toBe(true)
    await page.getByPlaceholder('A new shelf').fill('For this alone')
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByLabel('For this alone', { exact: true }).waitFor()
    await later.uncheck()
    await page.getByText('Kept.').waitFor()
    expect(await page.evaluate('window.isThePage')).toBe(true)
    await page.reload()
    expect(await later.isChecked()).toBe(false)
    expect(await page.getByLabel('For this alone', { exact: true }).isChecked()).toBe(true)
  })

  test('is told when a shelf could not be changed, and stays where they are', async () => {
    const page = await anna(`/books/${room.scene.id('Walden')}`)
    await page.route('**/shelves', (route) => route.abort())
    await page.getByLabel('Later', { exact: true }).check()
    await page.getByText('That was not kept').waitFor()
    await page.unroute('**/shelves')
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByText('Kept.', { exact: true }).waitFor()
    await page.reload()
    expect(await page.getByLabel('Later', { exact: true }).isChecked()).toBe(true)
  })

  test('sees books come in, and that it is over, without doing anything', async () => {
    const { imports } = room.scene.house.server.home.underWay
    const ends = ['one.epub', 'two.epub'].map((name) => imports.begin(name, null))
    const page = await anna('/books')
    const ribbon = page.locator('#ribbon')
    expect(await ribbon.textContent()).toContain('Taking in 1 of 2: one.epub, two.epub')
    ends[0]?.('failed')
    await expect
      .poll(() => ribbon.textContent(), { timeout: 8000 })
      .toContain('Taking in 2 of 2: two.epub One could not become a book')
    const link = ribbon.getByRole('link', { name: 'One could not become a book' })
    expect(await link.evaluate((each) => new URL(String(Reflect.get(each, 'href'))).pathname)).toBe(
      '/errata',
    )
    ends[1]?.('done')
    await ribbon.getByText('Everything is in.').waitFor()
    await ribbon.getByRole('link', { name: 'Show what arrived' }).click()
    await page.waitForURL(/order=newest/)
  })
})

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
    // The button works before the script has come, and after.
    const told = scripts ? /Kept\.|Its shelves are changed\./ : 'Its shelves are changed.'
    await page.getByText(told).waitFor()
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
