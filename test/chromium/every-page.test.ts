import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { PUBLIC_URL } from '../support/first-day.ts'
import { openHouse } from '../support/house.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openReadingRoom, type ReadingRoom } from '../support/reading-room.ts'
import { roomPages } from '../support/room-pages.ts'

/** How much of a page may move after it was first seen: a fifth of what is called good. */
const MOST_SHIFT = 0.02

const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const

let chromium: Chromium
let room: ReadingRoom
let pages: [name: string, path: string][]
beforeAll(async () => {
  chromium = await startChromium()
  room = await openReadingRoom()
  pages = [...(await roomPages(room)), ['account', '/account']]
}, 240_000)
afterAll(async () => {
  closeKobos()
  await room.scene.close()
  await chromium.close()
})

let anna: Person
let page: Page
let wrong: string[]
beforeEach(async () => {
  anna = await chromium.signIn(room.scene.house.url, 'Anna')
  page = anna.page
  wrong = []
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    wrong.push(`${page.url()}: ${message.text()}`)
  })
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // Somebody who goes on before a page is there has it let go.
    if (why !== 'net::ERR_ABORTED') wrong.push(`${page.url()}: ${request.url()} ${why}`)
  })
})
// It throws when anything was asked of elsewhere, or forbidden by the policy of a page.
afterEach(() => anna.leave())

function at(path: string): string {
  return `${room.scene.house.url}${path}`
}

describe('every page', () => {
  test('asks nothing of elsewhere, does nothing that it forbids, and complains of nothing', async () => {
    const { origin } = new URL(room.scene.house.url)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('It forbids ' + event.blockedURI))`,
    )
    for (const [, path] of pages) await page.goto(at(path), { waitUntil: 'networkidle' })
    expect(asked.length).toBeGreaterThan(pages.length * 2)
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([])
    expect(wrong).toEqual([])
  }, 240_000)

  test('is seen before any script has come', async () => {
    let isHeld = true
    const held: (() => void)[] = []
    await page.route('**/scripts/**', async (route) => {
      if (isHeld) await new Promise<void>((resolve) => held.push(resolve))
      await route.continue()
    })
    for (const [name, path] of pages) {
      await page.goto(at(path), { waitUntil: 'commit' })
      await expect.poll(() => page.evaluate(PAINTED), { message: name, timeout: 10_000 }).toBe(true)
      await expect.poll(() => held.length, { message: name }).toBeGreaterThan(0)
      expect(await page.evaluate('document.readyState'), name).not.toBe('complete')
      isHeld = false
      for (const release of held.splice(0)) release()
      await page.waitForLoadState('load')
      isHeld = true
    }
  }, 240_000)

  test.each(SIZES)(
    'does not move once it is seen, $width wide',
    async (viewport) => {
      await page.setViewportSize(viewport)
      await page.addInitScript(WATCH_SHIFTS)
      const session = await page.context().newCDPSession(page)
      const moved: string[] = []
      for (const [name, path] of pages) {
        await session.send('Network.clearBrowserCache')
        await page.goto(at(path), { waitUntil: 'networkidle' })
        moved.push(...(await movedOn(page, name)))
      }
      expect(moved).toEqual([])
    },
    240_000,
  )

  test.each(SIZES)(
    'nor where its fonts come late, $width wide',
    async (viewport) => {
      await page.setViewportSize(viewport)
      await page.addInitScript(WATCH_SHIFTS)
      const session = await page.context().newCDPSession(page)
      const moved: string[] = []
      let held: (() => void)[] = []
      await page.route('**/*.woff2*', async (route) => {
        await new Promise<void>((resolve) => held.push(resolve))
        await route.continue()
      })
      for (const [name, path] of pages) {
        await session.send('Network.clearBrowserCache')
        await page.goto(at(path), { waitUntil: 'commit' })
        await expect
          .poll(() => page.evaluate(PAINTED), { message: name, timeout: 10_000 })
          .toBe(true)
        await expect.poll(() => held.length, { message: name }).toBeGreaterThan(1)
        const late = held
        held = []
        for (const release of late) release()
        await page.waitForLoadState('networkidle')
        moved.push(...(await movedOn(page, name)))
      }
      expect(moved).toEqual([])
    },
    240_000,
  )
})

test.each(SIZES)(
  'nor do the pages with a way that a script opens, $width wide',
  async (viewport) => {
    // Passkeys are for a server with a name, and its address is for a Kobo only where one can reach it.
    const named = await openHouse({ publicHost: 'localhost' })
    const reached = await openHouse({ publicUrl: PUBLIC_URL })
    const moved: string[] = []
    for (const house of [named, reached]) {
      const url = house.url.replace('127.0.0.1', 'localhost')
      const visitor = await chromium.visit(url)
      await visitor.page.setViewportSize(viewport)
      await visitor.page.addInitScript(WATCH_SHIFTS)
      await visitor.page.reload({ waitUntil: 'networkidle' })
      moved.push(...(await movedOn(visitor.page, 'sign-in')))
      await visitor.page.getByLabel('Name').fill('Anna')
      await visitor.page.getByLabel('Password').fill('the password of Anna')
      await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await visitor.page.getByRole('button', { name: 'Sign out Anna' }).waitFor()
      await visitor.page.goto(`${url}/account`, { waitUntil: 'networkidle' })
      moved.push(...(await movedOn(visitor.page, 'account')))
      await visitor.page.goto(`${url}/connect`)
      await visitor.page.getByRole('button', { name: 'Make its address' }).click()
      await visitor.page.waitForLoadState('networkidle')
      moved.push(...(await movedOn(visitor.page, 'address')))
      await visitor.leave()
      await house.close()
    }
    expect(moved).toEqual([])
  },
  180_000,
)

test('the watch for what moves sees a page that moves', async () => {
  await page.addInitScript(WATCH_SHIFTS)
  await page.goto(at('/books'), { waitUntil: 'networkidle' })
  await page.evaluate(`document.querySelector('main').prepend(Object.assign(
    document.createElement('div'), { innerHTML: '<p>late</p>'.repeat(9) }))`)
  const moved = async () =>
    (await page.evaluate<[number, string][]>(SHIFTS)).reduce((all, [value]) => all + value, 0)
  await expect.poll(moved).toBeGreaterThan(MOST_SHIFT)
})

/** What moved on a page, when it was too much. */
async function movedOn(page: Page, name: string): Promise<string[]> {
  const shifts = await page.evaluate<[number, string][]>(SHIFTS)
  const sum = shifts.reduce((all, [value]) => all + value, 0)
  return sum < MOST_SHIFT ? [] : [`${name}: ${sum} ${JSON.stringify(shifts)}`]
}

const PAINTED = `performance.getEntriesByName('first-contentful-paint').length > 0`

const WATCH_SHIFTS = `
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.shifts.push([value, sources.map(({ node }) => node?.parentElement?.tagName + ' ' + (node?.id || node?.className || node?.nodeName)).join(', ')])
  }).observe({ type: 'layout-shift', buffered: true })`

/** After the fonts came and two frames were drawn with them. */
const SHIFTS = `(async () => {
  await document.fonts.ready
  for (let n = 0; n < 2; n += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
  return window.shifts
})()`
