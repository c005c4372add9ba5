import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beyond } from '../support/beyond.ts'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { PUBLIC_URL } from '../support/first-day.ts'
import { openHouse } from '../support/house.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openReadingRoom, type ReadingRoom } from '../support/reading-room.ts'
import { roomPages } from '../support/room-pages.ts'
import { MOST_SHIFT, movedOn, painted, shiftsOn, watchShifts } from '../support/shifts.ts'
import { inTabs } from '../support/tabs.ts'

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

function at(path: string): string {
  return `${room.scene.house.url}${path}`
}

/** Has nothing kept for a tab: every page in it is seen for the first time. */
async function keepNothing(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
}

/** What there is to be known of a page once it was shown and all is silent. */
type Seen = {
  name: string
  /** Every address that was asked. */
  asked: string[]
  /** How many bytes came with each answer but images, by its address. */
  bytes: [url: string, bytes: number][]
  moved: string[]
  beyond: string[]
}

async function see(tab: Page, path: string, name: string): Promise<Seen> {
  const asked: string[] = []
  const bytes: Promise<[string, number]>[] = []
  tab.on('request', (request) => asked.push(request.url()))
  tab.on('response', (response) => {
    const type = response.headers()['content-type'] ?? ''
    if (type.startsWith('image/')) return
    const sizes = response.request().sizes()
    bytes.push(sizes.then(({ responseBodySize }) => [response.url(), responseBodySize]))
  })
  await keepNothing(tab)
  await watchShifts(tab)
  await tab.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => console.error('It forbids ' + event.blockedURI))`,
  )
  await tab.goto(at(path), { waitUntil: 'networkidle' })
  const moved = await movedOn(tab, name)
  return { name, asked, bytes: await Promise.all(bytes), moved, beyond: await beyond(tab) }
}

describe.each(SIZES)('every page, $width wide,', (viewport) => {
  let seen: Seen[]
  let wrong: string[]
  beforeAll(async () => {
    const anna = await chromium.signIn(room.scene.house.url, 'Anna')
    wrong = complaintsIn(anna.page)
    seen = await inTabs(anna.page, pages, async (tab, [name, path]) => {
      await tab.setViewportSize(viewport)
      return see(tab, path, name)
    })
    // It throws when anything was asked of elsewhere, or forbidden by the policy of a page.
    await anna.leave()
  }, 240_000)

  test('asks nothing of elsewhere, does nothing that it forbids, and complains of nothing', () => {
    const { origin } = new URL(room.scene.house.url)
    expect(seen).toHaveLength(pages.length)
    const asked = seen.flatMap((page) => page.asked)
    expect(asked.length).toBeGreaterThan(pages.length * 2)
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([])
    expect(wrong).toEqual([])
  })

  test('does not move once it is seen', () => {
    expect(seen.flatMap(({ moved }) => moved)).toEqual([])
  })

  test('stays within the window', () => {
    for (const { name, beyond: parts } of seen) expect(parts, name).toEqual([])
  })

  test('is light on its first visit, and its scripts are small', () => {
    for (const { name, bytes } of seen) {
      // The SQLite of audits is loaded by those who read a database, and only there.
      const all = bytes.filter(([url]) => !url.includes('/scripts/sqlite/'))
      expect(all.length, name).toBeGreaterThan(5)
      const total = all.reduce((sum, [, size]) => sum + size, 0)
      const scripts = all.filter(([url]) => url.includes('/scripts/'))
      expect(total, `${name}: ${JSON.stringify(all)}`).toBeLessThan(100_000)
      expect(scripts.length, name).toBeGreaterThan(3)
      const ofScripts = scripts.reduce((sum, [, size]) => sum + size, 0)
      expect(ofScripts, name).toBeGreaterThan(0)
      expect(ofScripts, name).toBeLessThan(40_000)
    }
  })
})

describe('every page', () => {
  let anna: Person
  beforeEach(async () => {
    anna = await chromium.signIn(room.scene.house.url, 'Anna')
  })
  afterEach(() => anna.leave())

  test('is seen before any script has come', async () => {
    await inTabs(anna.page, pages, async (tab, [name, path]) => {
      const release = await holdBack(tab, '**/scripts/**')
      await tab.goto(at(path), { waitUntil: 'commit' })
      await painted(tab, name)
      await expect.poll(() => release.held(), { message: name }).toBeGreaterThan(0)
      expect(await tab.evaluate('document.readyState'), name).not.toBe('complete')
      release.now()
      await tab.waitForLoadState('load')
    })
  }, 240_000)

  test.each(SIZES)(
    'does not move where its fonts come late, $width wide',
    async (viewport) => {
      const moved = await inTabs(anna.page, pages, async (tab, [name, path]) => {
        await tab.setViewportSize(viewport)
        await watchShifts(tab)
        await keepNothing(tab)
        const release = await holdBack(tab, '**/*.woff2*')
        await tab.goto(at(path), { waitUntil: 'commit' })
        await painted(tab, name)
        await expect.poll(() => release.held(), { message: name }).toBeGreaterThan(1)
        release.now()
        await tab.waitForLoadState('networkidle')
        return movedOn(tab, name)
      })
      expect(moved.flat()).toEqual([])
    },
    240_000,
  )

  test('the watch for what moves sees a page that moves', async () => {
    await watchShifts(anna.page)
    await anna.page.goto(at('/books'), { waitUntil: 'networkidle' })
    await anna.page.evaluate(`document.querySelector('main').prepend(Object.assign(
      document.createElement('div'), { innerHTML: '<p>late</p>'.repeat(9) }))`)
    await expect.poll(async () => (await shiftsOn(anna.page)).sum).toBeGreaterThan(MOST_SHIFT)
  })
})

describe.each(SIZES)('a way that a script opens, $width wide,', (viewport) => {
  /** Anna at a house that is called localhost, and what moved on each page that was shown. */
  async function watched(how: { publicHost: string } | { publicUrl: string }) {
    const house = await openHouse(how)
    const url = house.url.replace('127.0.0.1', 'localhost')
    const visitor = await chromium.visit(url)
    const { page } = visitor
    await page.setViewportSize(viewport)
    await watchShifts(page)
    const moved: string[] = []
    const end = async () => {
      await visitor.leave()
      await house.close()
    }
    const settled = async (name: string) => {
      await page.waitForLoadState('networkidle')
      moved.push(...(await movedOn(page, name)))
    }
    return { page, url, moved, settled, end }
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Name').fill('Anna')
    await page.getByLabel('Password').fill('the password of Anna')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'Sign out Anna' }).waitFor()
  }

  // Passkeys are for a server with a name.
  test('does not move its page: passkeys', async () => {
    const { page, url, moved, settled, end } = await watched({ publicHost: 'localhost' })
    await page.reload()
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await settled('sign-in')
    await signIn(page)
    await page.goto(`${url}/account`)
    await page.getByRole('button', { name: 'Add a passkey' }).waitFor()
    await settled('account')
    await end()
    expect(moved).toEqual([])
  }, 120_000)

  // The address of a server is for a Kobo only where one can reach it.
  test('does not move its page: the address of a Kobo', async () => {
    const { page, url, moved, settled, end } = await watched({ publicUrl: PUBLIC_URL })
    await signIn(page)
    await page.goto(`${url}/connect`)
    await page.getByRole('button', { name: 'Make its address' }).click()
    await page.getByRole('heading', { name: 'The address of' }).waitFor()
    await page.getByRole('button', { name: 'Copy', exact: true }).waitFor()
    await settled('address')
    await end()
    expect(moved).toEqual([])
  }, 120_000)
})

/** Holds back what a tab asks at such addresses, and counts it, until it is let go. */
async function holdBack(tab: Page, addresses: string) {
  const waiting: (() => void)[] = []
  let isHeld = true
  await tab.route(addresses, async (route) => {
    if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
    await route.continue()
  })
  return {
    held: () => waiting.length,
    now() {
      isHeld = false
      for (const release of waiting) release()
    },
  }
}

/** What pages in the window of this one complain of, from now on. */
function complaintsIn(page: Page): string[] {
  const wrong: string[] = []
  page.context().on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    wrong.push(`${message.page()?.url() ?? ''}: ${message.text()}`)
  })
  page.context().on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // Somebody who goes on before a page is there has it let go.
    if (why !== 'net::ERR_ABORTED') wrong.push(`${request.url()} ${why}`)
  })
  return wrong
}
