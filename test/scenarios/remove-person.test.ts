import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueApiToken } from '../../src/people/api-token.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { tablesOf } from '../support/tables-of.ts'

let house: House
let ben: Resident
let annas: HouseKobo
let bens: HouseKobo
/** Path of a download and of a cover, as Ben's Kobo was told them. */
let media: string[]
let anna: Browser
let admin: { token: string }

beforeAll(async () => {
  house = await openHouse()
  ben = await house.person('Ben')
  const admins = { person: house.owner.id, label: 'admin', scopes: ['admin'] as const }
  admin = await issueApiToken(house.server.home, admins)
  const books = []
  for (const title of ['Emma', 'Walden', 'Utopia']) {
    const bytes = await makeEpub({ title, cover: 'jpeg' })
    books.push((await house.addBook(bytes)).id)
  }
  await house.api('POST', '/books', await makeEpub({ title: 'Brought' }), ben)
  await house.api('POST', '/books', Buffer.from('no book'), ben)
  await house.shelf('Hers', books)
  await house.shelf('His', books, ben)
  await house.settled()
  annas = await life('Libra', house.owner)
  bens = await life('Kobo of his', ben)
  const headers = { 'x-kobo-deviceid': bens.deviceId }
  const told = await (
    await fetch(`${bens.syncUrl}/v1/library/${books[0]}/metadata`, { headers })
  ).text()
  const map = await (await fetch(`${bens.syncUrl}/v1/initialization`, { headers })).text()
  const image = /"CoverImageId":"([^"]+)"/.exec(told)?.[1] ?? ''
  const template = /"image_url_template":"([^"]+)"/.exec(map)?.[1] ?? ''
  const cover = template
    .replace('{ImageId}', image)
    .replace('{Width}', '355')
    .replace('{Height}', '530')
  media = [/"Url":"([^"]+)"/.exec(told)?.[1] ?? '', cover]
  anna = openBrowser(house.url)
  await anna.signIn('Anna')
})
afterAll(async () => {
  closeKobos()
  await house.close()
})

/** A Kobo of somebody who reads, highlights, collects and rates. */
async function life(name: string, of: Resident): Promise<HouseKobo> {
  const kobo = await koboAt(house, { name, of })
  await kobo.syncUntilQuiet()
  const [first] = kobo.contents().map(({ id }) => id)
  if (first === undefined) throw new Error('Nothing came.')
  kobo.highlight(first, `a passage for ${of.name}`)
  await kobo.close(first, { percent: 20, minutes: 15 })
  kobo.makeShelf(`Holidays of ${of.name}`, [first])
  kobo.rate(first, 4)
  await kobo.syncUntilQuiet()
  house.advance(5 * 60_000)
  await writeNotes(house.server.home)
  return kobo
}

describe('to remove somebody', () => {
  test('says beforehand what becomes of everything, and does nothing', async () => {
    // What Kobos told is written a moment later.
    await writeNotes(house.server.home)
    const before = tablesOf(house)
    await anna.go('/people')
    await anna.follow('Remove Ben')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('1 shelf goes; the books on them stay in the library.')
    expect(anna.words).toContain('“Kobo of his”: its address opens nothing any more.')
    expect(anna.words).toContain('highlights, notes, collections and stars of Ben, are deleted')
    expect(anna.words).toContain('1 book that Ben brought stays in the library.')
    const { status, body } = await house.api(
      'DELETE',
      `/people/${ben.id}?preview=1`,
      undefined,
      admin,
    )
    expect([status, body]).toMatchObject([
      200,
      { shelves: 1, devices: ['Kobo of his'], brought: 1 },
    ])
    // What reading says is nobody's but theirs: neither titles nor numbers of it are told.
    expect(JSON.stringify(body) + anna.shown.html).not.toMatch(/Emma|Walden|a passage|percent/)
    expect(changed(before, tablesOf(house))).toEqual(['api_token'])
  })

  test('is for the owner, and never the last one', async () => {
    const as = await issueApiToken(house.server.home, { ...admin, person: ben.id, label: 'his' })
    for (const id of [ben.id, house.owner.id])
      expect((await house.api('DELETE', `/people/${id}`, undefined, as)).status).toBe(403)
    const answer = await house.api('DELETE', `/people/${house.owner.id}`, undefined, admin)
    expect(answer.status).toBe(409)
    expect((await house.api('DELETE', '/people/x', undefined, admin)).status).toBe(404)
    const browser = openBrowser(house.url)
    await browser.signIn('Ben')
    expect((await browser.go(`/people/${house.owner.id}/removal`)).status).toBe(403)
  })

  test('takes everything of theirs, and touches nothing of anybody else', async () => {
    const his = openBrowser(house.url)
    await his.signIn('Ben')
    const before = tablesOf(house)
    const ids = theirs(before)
    for (const url of media) expect((await fetch(url)).status).toBe(200)

    await anna.go(`/people/${ben.id}/removal`)
    await anna.press('Yes, remove Ben')
    expect(anna.words).not.toContain('Ben')

    const after = tablesOf(house)
    for (const [name, rows] of Object.entries(before)) {
      if (['web_session', 'api_token', 'due', 'setting'].includes(name)) continue
      const others = rows.filter((row) => !ids.some((id) => row.includes(id)))
      expect([name, others.filter((row) => !after[name]?.includes(row))]).toEqual([name, []])
    }
    const left = Object.entries(after)
      .filter(([, rows]) => rows.some((row) => ids.some((id) => row.includes(id))))
      .map(([name]) => name)
    // Ids that are never used again, and who brought a book.
    expect(left.toSorted()).toEqual(['book', 'device', 'pairing', 'person'])
    expect(/for Ben|of Ben|Kobo of his|"Ben"/.test(JSON.stringify(after))).toBe(false)

    for (const url of media) expect((await fetch(url)).status).toBe(401)
    const headers = { 'x-kobo-deviceid': bens.deviceId }
    expect((await fetch(`${bens.syncUrl}/v1/initialization`, { headers })).status).toBe(401)
    expect((await house.api('GET', '/books', undefined, ben)).status).toBe(401)
    expect((await his.go('/errata')).url).toContain('/sign-in')
    await his.signIn('Ben')
    expect(his.shown.status).toBe(422)

    expect((await annas.sync()).completed).toBe(true)
    expect(annas.titles()).toEqual(['Emma', 'Utopia', 'Walden'])
    const { body } = await house.api<{ items: { title: string }[] }>('GET', '/books')
    expect(body.items.map(({ title }) => title)).toContain('Brought')
    // What failed when Ben brought it needs the owner's eye now.
    await anna.go('/errata')
    expect(anna.words).toContain('could not be imported')
  })

  test('leaves no trace by which their Kobo could be let in again', async () => {
    await bens.sync()
    await annas.sync()
    const { body } = await house.api<{ items: { kind: string }[] }>('GET', '/errata')
    expect(body.items.map(({ kind }) => kind)).toEqual(['import-failed'])
    const path = `/devices/${bens.device}/restore`
    expect((await house.api('POST', path, {})).status).toBe(404)
    // The name is free, and whoever takes it is somebody else.
    const other = await house.person('Ben')
    const devices = await house.api<{ items: object[] }>('GET', '/devices', undefined, other)
    expect(devices.body.items).toEqual([])
  })
})

function changed(before: Record<string, string[]>, after: Record<string, string[]>): string[] {
  return Object.keys(after).filter(
    (name) =>
      !['web_session', 'due'].includes(name) &&
      JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}

/** The ids of Ben, and of what is his: whatever row names one of them is about him. */
function theirs(all: Record<string, string[]>): string[] {
  const ids = new Set([ben.id])
  for (let before = 0; before < ids.size;) {
    before = ids.size
    for (const name of ['device', 'pairing', 'shelf', 'tag', 'page'])
      for (const row of all[name] ?? [])
        if ([...ids].some((id) => row.includes(id))) ids.add((JSON.parse(row) as { id: string }).id)
  }
  return [...ids]
}
