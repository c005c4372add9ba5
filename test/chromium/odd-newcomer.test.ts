import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { PUBLIC_URL } from '../support/first-day.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

const DAY = 24 * 60 * 60_000

let chromium: Chromium
let house: House
let folder: string
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse({ publicUrl: PUBLIC_URL })
  await house.addBook(await makeEpub({ title: 'Emma', authors: ['Jane Austen'] }))
  folder = mkdtempSync(join(tmpdir(), 'holdfast-odd-'))
})
afterAll(async () => {
  await chromium.close()
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

let people: Person[]
beforeEach(() => {
  people = []
})
afterEach(async () => {
  for (const person of people) await person.leave()
})

async function anna(path: string, how: { scripts?: boolean } = {}): Promise<Page> {
  const person = await chromium.signIn(house.url, 'Anna', how)
  people.push(person)
  person.page.setDefaultTimeout(20_000)
  await person.page.goto(`${house.url}${path}`)
  return person.page
}

async function shelves(): Promise<string[]> {
  const { body } = await house.api<{ items: { name: string }[] }>('GET', '/shelves')
  return body.items.map(({ name }) => name).sort()
}

describe('pressing twice', () => {
  test('makes one shelf, and goes to it', async () => {
    const page = await anna('/shelves')
    await page.getByLabel('Its name').fill('Pressed twice')
    await page.getByRole('button', { name: 'Make it' }).dblclick()
    await page.getByRole('heading', { level: 1, name: 'Pressed twice' }).waitFor()
    expect(await shelves()).toContain('Pressed twice')
  })

  test('makes one shelf, and goes to it, although the answer to the first press is let go of', async () => {
    const page = await anna('/shelves')
    let posted = 0
    await page.route('**/shelves', async (route) => {
      if (route.request().method() !== 'POST' || ++posted > 1) return route.continue()
      await route.fetch({ maxRedirects: 0 })
    })
    await page.getByLabel('Its name').fill('Pressed slowly')
    await page.evaluate(PRESS_AGAIN_ONCE_DONE)
    await page.getByRole('heading', { level: 1, name: 'Pressed slowly' }).waitFor()
  })

  test('makes one address', async () => {
    const page = await anna('/connect')
    await page.getByLabel('What do you call it?').fill('Libra')
    await page.getByRole('button', { name: 'Make its address' }).dblclick()
    await page.getByLabel('Its address').waitFor()
    const { body } = await house.api<{ items: { name: string }[] }>('GET', '/devices')
    expect(body.items.filter(({ name }) => name === 'Libra')).toHaveLength(1)
  })
})

describe('after signing out', () => {
  test('going back shows nothing', async () => {
    const page = await anna('/books')
    await page.getByRole('link', { name: 'Emma' }).first().click()
    await page.getByRole('button', { name: 'Sign out Anna' }).click()
    await page.getByLabel('Password').waitFor()
    await page.goBack()
    await page.waitForURL(/\/sign-in/)
    expect(await page.innerText('body')).not.toContain('Austen')
  })

  test('in another tab, what is sent is not done, and that is said', async () => {
    const page = await anna('/shelves')
    const other = await page.context().newPage()
    await other.goto(`${house.url}/books`)
    await other.getByRole('button', { name: 'Sign out Anna' }).click()
    await other.getByLabel('Password').waitFor()
    await page.getByLabel('Its name').fill('Sent too late')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('You were signed out meanwhile. What you sent was not done.').waitFor()
    expect(await shelves()).not.toContain('Sent too late')
  })

  test('and in again in another tab, the form from before does nothing, and that is said', async () => {
    const page = await anna('/shelves')
    await page.getByLabel('Its name').fill('Of the session before')
    const other = await page.context().newPage()
    await other.goto(`${house.url}/books`)
    await other.getByRole('button', { name: 'Sign out Anna' }).click()
    await other.getByLabel('Name').fill('Anna')
    await other.getByLabel('Password').fill('the password of Anna')
    await other.getByRole('button', { name: 'Sign in', exact: true }).click()
    await other.getByRole('button', { name: 'Sign out Anna' }).waitFor()
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('This page is from before you signed in. Nothing was changed.').waitFor()
    expect(await shelves()).not.toContain('Of the session before')
  })

  test('a form that lay open for months does nothing, and that is said', async () => {
    const page = await anna('/shelves')
    const before = house.now()
    house.advance(200 * DAY)
    await page.getByLabel('Its name').fill('Sent months later')
    await page.getByRole('button', { name: 'Make it' }).click()
    try {
      await page.getByText('What you sent was not done.').waitFor({ timeout: 10_000 })
    } finally {
      house.setNow(before)
    }
    expect(await shelves()).not.toContain('Sent months later')
  })
})

describe('odd files', () => {
  test('are told one by one where a script sends them', async () => {
    const page = await anna('/books')
    await page.waitForLoadState('load')
    const told = page.locator('#uploads')
    await give(page, [['photo.jpg', 'a photo']])
    await expect.poll(() => told.innerText()).toContain('There was no EPUB among that.')
    await give(page, [
      ['empty.epub', ''],
      ['really a paper.epub', '%PDF-1.7 of a paper'],
      ['really an archive.epub', 'PK\u0003\u0004 of nothing'],
      [`${'長'.repeat(300)}.epub`, 'no book'],
    ])
    await expect.poll(() => told.innerText(), { timeout: 20_000 }).toContain('4 of 4.')
    const words = await told.innerText()
    expect(words).toMatch(/empty\.epub: .*empty/i)
    expect(words).toContain('really a paper.epub: This is not an EPUB')
    expect(words).toContain('really an archive.epub: ')
    expect(words).not.toMatch(/went wrong|was not taken|try again/)
    expect(await isTooWide(page)).toBe(false)
  })

  test.each([true, false])('none at all is asked for (scripts: %s)', async (scripts) => {
    const page = await anna('/books', { scripts })
    await page.getByText('Add books').click()
    const choosing = scripts ? page.waitForEvent('filechooser') : undefined
    await page.getByRole('button', { name: 'Add them' }).click()
    await choosing
    if (!scripts) expect(await page.locator('#file:invalid').count()).toBe(1)
    expect(page.url()).toBe(`${house.url}/books`)
  })

  test('are counted where none does', async () => {
    const page = await anna('/books', { scripts: false })
    const photo = join(folder, 'photo.jpg')
    writeFileSync(photo, 'a photo')
    await page.getByText('Add books').click()
    await page.setInputFiles('#file', photo)
    await page.getByRole('button', { name: 'Add them' }).click()
    await page.getByText('One file could not become a book').waitFor()
    await page.getByRole('link', { name: 'see Errata' }).click()
    await page.getByText('“photo.jpg” could not be imported.').waitFor()
  })
})

describe('odd words', () => {
  const LONG = 'Donaudampfschifffahrt'.repeat(40)
  const HEBREW = 'שיר השירים (2)'

  test('leave every page within a telephone', async () => {
    const wide: string[] = []
    for (const title of [LONG, HEBREW]) {
      const { id } = await house.addBook(await makeEpub({ title, authors: [title], seed: title }))
      const shelf = await house.shelf(title.slice(0, 100), [id])
      const { id: device } = await house.device(title.slice(0, 100))
      const page = await anna('/books')
      await page.setViewportSize({ width: 390, height: 844 })
      for (const path of [
        '/books',
        '/books?view=list',
        '/books?choose=1',
        `/books/${id}`,
        `/books/${id}/edit`,
        '/shelves',
        `/shelves/${shelf.id}`,
        '/devices',
        `/devices/${device}`,
        `/devices/${device}/books/${id}`,
        `/devices/${device}/settings`,
        `/devices/${device}/connecting`,
        '/errata',
        '/connect',
      ]) {
        const answer = await page.goto(`${house.url}${path}`)
        expect([path, answer?.status()]).toEqual([path, 200])
        if (await isTooWide(page)) wide.push(path)
      }
    }
    expect(wide).toEqual([])
  }, 120_000)

  test('that are read from the right keep their own order', async () => {
    const { id } = await house.addBook(await makeEpub({ title: HEBREW, seed: 'read' }))
    const page = await anna(`/books/${id}`)
    const heading = page.getByRole('heading', { level: 1 })
    await heading.waitFor()
    // Of a title that begins at the right, what stands last is at the left.
    const order = await page.evaluate<boolean>(`(${BRACKET_IS_LEFT})(document.querySelector("h1"))`)
    expect(order).toBe(true)
  })

  test('too many of them in the name of a shelf are refused in a sentence', async () => {
    const page = await anna('/shelves')
    const field = page.getByLabel('Its name')
    await field.evaluate((element: { maxLength: number }) => {
      element.maxLength = 10_000
    })
    await field.fill('n'.repeat(300))
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('The name of a shelf has 1 to 100 characters on one line.').waitFor()
    await page.goBack()
    await page.getByLabel('Its name').fill('   ')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('The name of a shelf has 1 to 100 characters on one line.').waitFor()
  })
})

/** Drops files on the page, by their names and words. */
async function give(page: Page, files: [name: string, words: string][]): Promise<void> {
  await page.evaluate(`(() => {
    const held = new DataTransfer()
    for (const [name, words] of ${JSON.stringify(files)}) held.items.add(new File([words], name))
    document.querySelector('main').dispatchEvent(
      new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }))
  })()`)
}

function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  )
}

/** Not waited for: what is asked of a page that goes on elsewhere is never answered. */
const PRESS_AGAIN_ONCE_DONE = `void setTimeout(async () => {
  const button = document.querySelector('form:has(#name) button')
  button.click()
  while (!(await (await fetch('/shelves')).text()).includes('Pressed slowly')) continue
  button.click()
})`

const BRACKET_IS_LEFT = `(heading) => {
  const [words] = [...heading.childNodes].filter(({ nodeType }) => nodeType === 3)
  const edge = (at) => {
    const range = document.createRange()
    range.setStart(words, at)
    range.setEnd(words, at + 1)
    return range.getBoundingClientRect().left
  }
  return edge(words.length - 1) < edge(0)
}`
