import { afterAll, beforeAll, expect, test } from 'vitest'
import { habitsOf } from '../../src/simulator/firmware.ts'
import { walk } from '../../src/simulator/walk.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openProxiedHouse, type ProxiedHouse } from '../support/proxied-house.ts'

const TITLES = ['Emma', 'Dracula', 'Middlemarch', 'Ulysses', 'Walden', 'Utopia', 'Candide', 'Faust']

let proxied: ProxiedHouse

beforeAll(async () => {
  proxied = await openProxiedHouse()
  const { house } = proxied
  for (const [n, title] of TITLES.entries())
    await house.addBook(await makeEpub({ title, seed: n, cover: 'jpeg', authors: ['A. Writer'] }))
})

afterAll(async () => {
  closeKobos()
  await proxied.close()
})

test.each(
  ['4.28', '4.38', '4.45', '4.46'].flatMap((firmware) => [
    { firmware, account: true },
    { firmware, account: false },
  ]),
)(
  'a Kobo with firmware $firmware (account: $account) goes through its life and finds no fault',
  async ({ firmware, account }) => {
    const { house, nginx } = proxied
    const { body } = await house.api<{ items: { id: string; title: string }[] }>('GET', '/books')
    const first = body.items.filter(({ title }) => TITLES.slice(0, 7).includes(title))
    const shelf = await house.shelf(
      `${firmware} ${account}`,
      first.map(({ id }) => id),
    )
    const diary: string[] = []
    const kobo = await koboAt(house, {
      shelves: [shelf.id],
      behind: nginx.url,
      switches: { ...habitsOf(firmware), accountless: !account, unknownCalls: true },
      say: (line) => diary.push(line.slice(9)),
    })
    let removed: string | undefined
    const last = body.items.find(({ title }) => title === 'Faust')
    const reports = await walk(kobo, async (chapter) => {
      house.advance(2 * 60 * 60_000)
      if (chapter === 'collections and stars')
        removed = TITLES.find((title) => !kobo.titles().some((there) => there.startsWith(title)))
      if (chapter === 'a sync with new books') {
        await house.shelf(`${firmware} ${account}`, [last?.id ?? ''])
        await house.settled()
      }
      // A reset erases the address: its reader fetches a new one, and says why.
      if (chapter === 'after a factory reset') {
        const path = `/devices/${kobo.device}/regenerate`
        const told = await house.api<{ syncUrl: string }>('POST', path, { library: 'empty' })
        kobo.pointAt(told.body.syncUrl)
      }
    })

    expect(kobo.violations).toEqual([])
    expect(reports.filter((report) => !report.completed)).toEqual([])
    expect(kobo.titles().map((title) => title.replace('…', ''))).toEqual(
      TITLES.filter((title) => title !== removed).sort(),
    )
    expect(kobo.shelves()).toEqual({})
    expect(diary.some((line) => line.startsWith('GET /oauth/.well-known'))).toBe(
      firmware !== '4.28',
    )
    expect(diary.some((line) => line.startsWith('POST /v1/user/add-device'))).toBe(!account)
    expect(await nginx.errors()).not.toMatch(/\[(?:error|crit|alert|emerg)\]/)
  },
)
