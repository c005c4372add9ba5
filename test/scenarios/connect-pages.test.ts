import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Switches } from '../../src/simulator/switches.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { attribute, elementsOf, faultsOf } from '../support/html.ts'
import { closeKobos, koboOn, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const CONF =
  '[OneStoreServices]\r\napi_endpoint=https://storeapi.kobo.com\r\n\r\n[Reading]\r\nx=\xe9\r\n'

let scene: Scene
let anna: Browser
beforeEach(async () => {
  scene = await openScene(['Emma', 'Persuasion'], { publicUrl: null })
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** The address that is shown, by which the simulated Kobo reaches the house although it listens to this machine alone. */
function addressShown(): string {
  const field = elementsOf(anna.shown.html).find((each) => attribute(each, 'id') === 'address')
  return (field && attribute(field, 'value')) ?? ''
}

function confForm(address?: string, bytes = CONF): FormData {
  const form = new FormData()
  if (address !== undefined) form.set('address', address)
  form.set('file', new Blob([Buffer.from(bytes, 'latin1')]), 'Kobo eReader.conf')
  return form
}

describe('a server that only its own machine reaches', () => {
  test('says so before and after, and shows no address that would lead a Kobo to itself', async () => {
    await anna.follow('Devices')
    await anna.follow('Connect a Kobo')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('No Kobo can reach this server')
    await anna.press('Make its address', { name: 'Libra' })
    expect(anna.shown.html).not.toContain('/kobo/')
    expect(anna.words).toContain('HOLDFAST_PUBLIC_URL')
  })
})

describe('connecting a Kobo by the pages', () => {
  beforeEach(async () => {
    await scene.close()
    scene = await openScene(['Emma', 'Persuasion'], { publicUrl: 'http://books.example.org' })
    anna = openBrowser(scene.house.url)
    await anna.signIn('Anna')
    await anna.follow('Devices')
    await anna.follow('Connect a Kobo')
  })

  test('makes an address that is shown once, and lights four lamps', async () => {
    await anna.press('Make its address', { name: 'Anna’s <Libra>' })
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.shown.headers.get('cache-control')).toBe('no-store')
    const address = addressShown()
    expect(address).toMatch(/^http:\/\/books\.example\.org\/kobo\/[\w-]{43}$/)
    // This browser does not say that it can write to a drive.
    expect(anna.words).toContain('With the file')
    expect(anna.words).not.toContain('Let this page do it')
    await anna.follow('See how far it has come')
    expect(anna.shown.html).not.toContain(address.split('/').at(-1))
    expect(lamps()).toEqual([false, false, false, false])

    const kobo = await koboHere(address, {
      downloadsPerSync: 0,
      model: 'Kobo Libra 2',
      firmware: '4.38.23171',
    })
    await kobo.sync()
    await scene.house.settled()
    await anna.go(anna.shown.url)
    expect(lamps()).toEqual([true, true, true, false])
    expect(anna.words).toContain('The Kobo said hello (yes) Kobo Libra 2, firmware 4.38.23171, ')
    await kobo.downloadAll()
    await scene.later(60_000)
    await anna.go(anna.shown.url)
    expect(lamps()).toEqual([true, true, true, true])
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.follow('See what Anna’s <Libra> holds.')
    expect(anna.words).toContain('Emma')
  })

  test('gives the configuration back with the address in it, and with that of the store', async () => {
    await anna.press('Make its address', { name: 'Libra' })
    const address = addressShown()
    const there = await anna.upload('Get it back with the address in it', confForm(address))
    expect(there.status).toBe(200)
    expect(there.headers.get('content-disposition')).toContain('Kobo eReader.conf')
    expect(there.html).toContain(`api_endpoint=${address}\r\n`)

    await anna.go(`${scene.house.url}/devices`)
    await anna.follow('Settings')
    const back = await anna.upload(
      'Get it back with the store’s address',
      confForm(undefined, there.html),
    )
    expect(back.html).toContain('api_endpoint=https://storeapi.kobo.com\r\n')
  })

  test('refuses what is no configuration, in a sentence', async () => {
    await anna.press('Make its address', { name: 'Libra' })
    const page = anna.shown.url
    const wrong = await anna.upload(
      'Get it back with the address in it',
      confForm(addressShown(), 'SQLite format 3\0'),
    )
    expect(wrong.status).toBe(400)
    expect(anna.words).toContain('That file is no configuration of a Kobo. It was left as it is.')
    expect(page).toBeDefined()
  })

  test('takes along the shelves that were chosen', async () => {
    await anna.press('Make its address', { name: 'Libra', carries: 'chosen' })
    const kobo = await koboHere(addressShown())
    await kobo.sync()
    expect(kobo.titles()).toEqual([])
    await anna.go(`${scene.house.url}/devices`)
    await anna.follow('Settings')
    await anna.press('Keep', { name: 'Libra', carries: 'all', onDelete: 'keep-off' })
    await scene.house.settled()
    await kobo.sync()
    expect(kobo.titles().toSorted()).toEqual(['Emma', 'Persuasion'])
  })

  test('asks what is on a Kobo before it gives it another address', async () => {
    await anna.press('Make its address', { name: 'Libra' })
    const kobo = await koboHere(addressShown())
    await kobo.sync()
    await kobo.downloadAll()
    await scene.later(60_000)
    await anna.go(`${scene.house.url}/devices`)
    await anna.follow('Settings')
    const settings = anna.shown.url
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.press('Make another address', {})
    expect(anna.words).toContain('Please say what is on the Kobo.')
    await anna.go(settings)
    await anna.press('Make another address', { library: 'kept' })
    const again = await koboHere(addressShown(), {}, kobo.drive)
    const report = await again.sync()
    expect(report.operations).toEqual([])
  })

  test('turns a Kobo away, and lets it in again', async () => {
    await anna.press('Make its address', { name: 'Libra' })
    const kobo = await koboHere(addressShown())
    await kobo.sync()
    await anna.go(`${scene.house.url}/devices`)
    await anna.follow('Settings')
    await anna.press('Revoke Libra')
    expect(anna.words).toContain('It was revoked')
    expect((await kobo.sync()).completed).toBe(false)
    await anna.press('Let it in again')
    expect((await kobo.sync()).completed).toBe(true)
  })
})

describe('somebody who has shelved nothing', () => {
  beforeEach(async () => {
    await scene.close()
    scene = await openScene([], { publicUrl: 'http://books.example.org' })
    anna = openBrowser(scene.house.url)
    await anna.signIn('Anna')
  })

  test.each([
    ['"Not/A)Brand";v="8", "Chromium";v="153"', '?0', true],
    ['"Not/A)Brand";v="8", "Chromium";v="153"', '?1', false],
    ['"Not/A)Brand";v="8", "Gecko";v="153"', '?0', false],
  ])(
    'with a browser that calls itself %s, mobile: %s, is offered to let the page do it: %s',
    async (is, mobile, offered) => {
      await scene.bring('Emma')
      const there = openBrowser(scene.house.url, { 'sec-ch-ua': is, 'sec-ch-ua-mobile': mobile })
      await there.signIn('Anna')
      await there.go('/connect')
      await there.press('Make its address', { name: 'Libra' })
      expect(there.words.includes('Let this page do it')).toBe(offered)
      expect(there.words).toContain('With the file')
    },
  )

  const shelves = async () =>
    (await scene.house.api<{ items: { name: string; books: number }[] }>('GET', '/shelves')).body
      .items

  test('is offered a shelf with the library on it, once, which the Kobo takes along', async () => {
    await scene.bring('Emma')
    await anna.go('/connect')
    expect(anna.words).toContain('Put “Emma” on a first shelf, “To read”')
    expect(anna.shown.html).toContain('value="Anna’s Kobo"')
    await scene.bring('Persuasion')
    await anna.go('/connect')
    expect(anna.words).toContain('Put all 2 books on a first shelf')
    expect(faultsOf(anna.shown.html)).toEqual([])
    const twice = ['Libra', 'Clara'].map((name) => ({ name, first: '1', carries: 'chosen' }))
    for (const wish of twice) {
      await anna.press('Make its address', wish)
      const kobo = await koboHere(addressShown())
      await kobo.sync()
      // The second is an old page that was sent again: it offered what is there by now.
      expect(kobo.titles()).toEqual(wish.name === 'Libra' ? ['Emma', 'Persuasion'] : [])
      await anna.go('/connect')
      expect(anna.words).not.toContain('first shelf')
    }
    expect((await shelves()).map(({ name, books }) => [name, books])).toEqual([
      ['Sofa', 0],
      ['To read', 2],
    ])
  })

  test('has no first shelf made for a Kobo that was not connected', async () => {
    await scene.bring('Emma')
    await anna.go('/connect')
    const gone = { name: 'Libra', first: '1', carries: 'chosen', shelf: 'gone-meanwhile' }
    await anna.press('Make its address', gone)
    expect(anna.shown.status).toBe(404)
    expect((await shelves()).map(({ name }) => name)).toEqual(['Sofa'])
    await anna.go('/connect')
    expect(anna.words).toContain('Put “Emma” on a first shelf')
  })

  test('is offered what came last of a large library, and may do without', async () => {
    for (let n = 0; n < 51; n += 1) {
      await scene.bring(`Volume ${n}`)
      scene.house.advance(1000)
    }
    await anna.go('/connect')
    expect(anna.words).toContain('Put the 20 books that came last on a first shelf')
    await anna.press('Make its address', { name: 'Clara' })
    expect((await shelves()).map(({ books }) => books)).toEqual([0])
    await anna.go('/connect')
    expect(anna.shown.html).not.toContain('value="Anna’s Kobo"')
    await anna.press('Make its address', { name: 'Libra', first: '1' })
    expect((await shelves()).map(({ books }) => books)).toEqual([0, 20])
    const db = scene.house.server.home.db.read
    const rows = await db.selectFrom('shelf_book').select('book').execute()
    expect(rows.map(({ book }) => book)).toContain(scene.id('Volume 50'))
    expect(rows.map(({ book }) => book)).not.toContain(scene.id('Volume 30'))
  }, 60_000)
})

/** A Kobo that was given this address, by whose name it reaches the house. */
async function koboHere(
  syncUrl: string,
  switches: Partial<Switches> = {},
  home = mkdtempSync(join(tmpdir(), 'holdfast-kobo-')),
): Promise<HouseKobo> {
  // What it takes along is prepared first.
  await scene.house.settled()
  return koboOn(scene.house, { home, device: '', syncUrl, switches, behind: scene.house.url })
}

function lamps(): boolean[] {
  return elementsOf(anna.shown.html)
    .map((each) => attribute(each, 'class'))
    .filter((name) => name === 'lit' || name === 'unlit')
    .map((name) => name === 'lit')
}
