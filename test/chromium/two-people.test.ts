import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNotes } from '../../src/sync/facts.ts'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

let chromium: Chromium
let house: House
let book: string
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse()
  book = (await house.addBook(await makeEpub({ title: 'Emma', authors: ['Jane Austen'] }))).id
  await settle(house.owner, 34)
  await settle(await house.person('Ben'), 71)
}, 120_000)
afterAll(async () => {
  closeKobos()
  await chromium.close()
  await house.close()
})

/** Gives somebody a shelf, a Kobo on which they read, with a highlight, and something that needs their eye. */
async function settle(who: Resident, percent: number): Promise<void> {
  await house.shelf(`Sofa of ${who.name}`, [book], who)
  const kobo = await koboAt(house, { name: `Kobo of ${who.name}`, of: who })
  await kobo.syncUntilQuiet()
  await kobo.downloadAll()
  kobo.highlight(book, `a passage for ${who.name}`)
  await kobo.close(book, { percent, minutes: 15 })
  await kobo.syncUntilQuiet()
  house.advance(5 * 60_000)
  await writeNotes(house.server.home)
  await house.api('POST', '/books', Buffer.from(`no book of ${who.name}`), who)
}

/** What nobody else may read of somebody, and what shows that their pages were really seen. */
const OWN: Readonly<Record<'Anna' | 'Ben', { secret: RegExp; seen: readonly RegExp[] }>> = {
  Anna: {
    secret: /Sofa of Anna|Kobo of Anna|passage for Anna|34 %/,
    seen: [/Sofa of Anna/, /Kobo of Anna/, /At 34 %/],
  },
  Ben: {
    secret: /Sofa of Ben|Kobo of Ben|passage for Ben|71 %/,
    seen: [/Sofa of Ben/, /Kobo of Ben/, /At 71 %/],
  },
}

/** Follows every link of every page, each address once, and gives what was read at each. */
async function followAll(page: Page): Promise<Map<string, string>> {
  const read = new Map<string, string>()
  const waiting = ['/books']
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (read.has(path)) continue
    const answer = await page.goto(`${house.url}${path}`)
    expect([path, answer?.status()]).toEqual([path, 200])
    read.set(path, await page.innerText('body'))
    const links = await page.evaluate<string[]>(LINKS)
    waiting.push(...links.filter((link) => !read.has(link)))
    expect(read.size).toBeLessThan(400)
  }
  return read
}

/** Where the links of a page lead in this house; what would be saved as a file is left out. */
const LINKS = `[...document.querySelectorAll('a[href]')]
  .map(({ href }) => new URL(href))
  .filter(({ origin, pathname }) => origin === location.origin && !/\\/(?:files|bundle|api)(?:\\/|$)/.test(pathname))
  .map(({ pathname, search }) => pathname + search)`

test('two people see nothing of each other, whatever they press and type', async () => {
  const people = new Map<'Anna' | 'Ben', { person: Person; read: Map<string, string> }>()
  for (const name of ['Anna', 'Ben'] as const) {
    const person = await chromium.signIn(house.url, name)
    people.set(name, { person, read: await followAll(person.page) })
  }
  for (const [name, other] of [
    ['Anna', 'Ben'],
    ['Ben', 'Anna'],
  ] as const) {
    const mine = people.get(name)
    const theirs = people.get(other)
    if (!mine || !theirs) throw new Error('Nobody came.')
    const words = [...mine.read.values()].join('\n')
    for (const seen of OWN[name].seen) expect(words).toMatch(seen)
    const told = [...mine.read].filter(([, read]) => OWN[other].secret.test(read))
    // Whoever removes a person is told before which Kobos that turns away, and nothing else of theirs.
    const others = told.filter(([path]) => !/^\/people\/[\w-]+\/removal$/.test(path))
    expect(others.map(([path]) => path)).toEqual([])
    for (const [, read] of told) expect(read).not.toMatch(/Sofa of|passage for|\d %/)

    // The addresses of the other's shelf, Kobo, book on it, syncs, audits and settings, typed.
    const typed = [...theirs.read.keys()].filter((path) => isOfSomebody(path, mine.read))
    for (const kind of ['shelves', 'devices'])
      expect(typed.some((path) => path.startsWith(`/${kind}/`))).toBe(true)
    expect(typed.length).toBeGreaterThan(5)
    for (const path of typed) {
      const answer = await mine.person.page.goto(`${house.url}${path}`)
      expect([path, answer?.status()]).toEqual([path, 404])
      expect(await mine.person.page.innerText('main')).not.toMatch(OWN[other].secret)
    }
  }
  for (const { person } of people.values()) await person.leave()
}, 240_000)

/** Whether an address is of something that only its person has, so that the other never came by it. */
function isOfSomebody(path: string, others: ReadonlyMap<string, string>): boolean {
  return /^\/(?:shelves|devices)\/[\w-]{20,}/.test(path) && !others.has(path)
}
