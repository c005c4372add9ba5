import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { booksOnDrive } from '../../support/drive.ts'
import type { PairedTold } from '../../support/house.ts'
import { putIntoInbox } from '../../support/into-inbox.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { makeEpub } from '../../support/make-epub.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const DAY = 86_400_000

let scene: Scene

beforeEach(async () => {
  scene = await openScene(['Emma', 'Dracula'])
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

async function devices(): Promise<{ id: string; name: string; revokedAt: number | null }[]> {
  const { body } = await scene.house.api<{
    items: { id: string; name: string; revokedAt: null }[]
  }>('GET', '/devices')
  return body.items
}

describe('several Kobos', () => {
  // BookOrbit #242, #314, PR #277; calibre-web #3574, #2230; Calibre-Web-Automated PR #1345
  test('of one person: the second gets the whole shelf, and the first gets nothing twice', async () => {
    const first = await scene.readingKobo()
    const before = booksOnDrive(first)
    const second = await scene.kobo()
    await scene.sync(second)
    expect(second.titles()).toEqual(['Dracula', 'Emma'])
    await scene.expectQuiet(first)
    expect(booksOnDrive(first)).toEqual(before)
  })

  // Calibre-Web-Automated #1007, calibre-web #3574
  test('on one address: a new book reaches each of them, and each is listed by itself', async () => {
    const first = await scene.kobo()
    const others = [await scene.kobo(), await scene.kobo()]
    for (const other of others) other.pointAt(first.syncUrl)
    const all = [first, ...others]
    for (const kobo of all) await scene.sync(kobo)
    await scene.shelve('Faust')
    for (const kobo of all) {
      const { operations } = await scene.sync(kobo)
      expect(operations).toContainEqual({ kind: 'NewEntitlement', id: scene.id('Faust') })
      expect(kobo.titles()).toEqual(['Dracula', 'Emma', 'Faust'])
    }
    // Two were paired and never used: five entries, of which three sync here.
    expect(await devices()).toHaveLength(5)
  })

  // Grimmory #559, Calibre-Web-NextGen #866
  test('of two people: neither gets what the other has shelved, nor what nobody has', async () => {
    await scene.bring('Nobody’s')
    const ben = await scene.house.person('Ben')
    const api = <Body>(path: string, body: unknown) =>
      scene.house.api<Body>('POST', path, body, { token: ben.token })
    const paired = await api<PairedTold>('/devices', { name: 'Ben’s' })
    const shelf = await api<{ id: string }>('/shelves', { name: 'Sofa' })
    const his = await scene.bring('Faust')
    await api(`/shelves/${shelf.body.id}/books`, { add: [his] })
    await scene.house.settled()
    const [anna, bens] = [await scene.kobo(), await scene.kobo()]
    bens.pointAt(paired.body.syncUrl)
    for (const kobo of [anna, bens]) await scene.sync(kobo)
    expect([anna.titles(), bens.titles()]).toEqual([['Dracula', 'Emma'], ['Faust']])
  })
})

describe('a Kobo that is replaced', () => {
  // Colophon: a new Kobo was given the number of a revoked one, and with it what that one had seen
  test('leaves nothing of its past to the one paired after it', async () => {
    const old = await scene.readingKobo()
    old.remove(scene.id('Emma'))
    await scene.sync(old)
    await scene.house.api('DELETE', `/devices/${old.device}`)
    const next = await scene.kobo()
    const { operations, dropped } = await scene.sync(next)
    expect(operations.map(({ kind }) => kind)).toEqual(['NewEntitlement', 'NewEntitlement'])
    expect([dropped, next.titles()]).toEqual([[], ['Dracula', 'Emma']])
    expect(next.device).not.toBe(old.device)
    expect((await devices()).filter(({ revokedAt }) => revokedAt !== null)).toMatchObject([
      { id: old.device },
    ])
  })
})

describe('a Kobo that is reset', () => {
  // calibre-web #2418: about 80 of 300 books returned
  test('has all its books again, also those that it had never fetched', async () => {
    await scene.shelve('Candide', 'Faust', 'Ivanhoe', 'Utopia', 'Walden')
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 3 } })
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    kobo.factoryReset()
    const told = await regenerate(kobo.device, 'empty')
    kobo.pointAt(told)
    await scene.sync(kobo)
    expect(kobo.contents()).toHaveLength(7)
    await kobo.downloadAll()
    expect(kobo.titles().join(' ')).toBe('Candide Dracula Emma Faust Ivanhoe Utopia Walden')
  })

  // BookOrbit #831: work that was pending before the reset was pushed at a Kobo that knew none of it
  test('hears nothing of what was pending before: titles, places and removals come with the books', async () => {
    const [kobo, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    await scene.shelve('Faust')
    await scene.unshelve('Dracula')
    const path = `/books/${scene.id('Emma')}`
    await scene.house.api('PATCH', path, { title: 'Emma, a Novel' })
    await clara.close(scene.id('Emma'), { percent: 61 })
    kobo.factoryReset()
    kobo.pointAt(await regenerate(kobo.device, 'empty'))
    const { operations } = await scene.sync(kobo)
    expect(operations.filter(({ kind }) => kind === 'NewEntitlement')).toHaveLength(2)
    expect(operations.filter(({ kind }) => /Metadata|State/.test(kind))).toEqual([])
    expect(kobo.titles()).toEqual(['Emma, a Novel', 'Faust'])
    expect(booksOnDrive(kobo)['Emma, a Novel']).toMatchObject({ percent: 61 })
  })

  // Calibre-Web-NextGen PR #316: signing in rewrote the address
  test('only in its configuration keeps its books under its next address, and is the same Kobo', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    kobo.pointAt(await regenerate(kobo.device, 'kept'))
    kobo.signOut()
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, flips: [], reannounced: [] })
    await scene.expectQuiet(kobo)
    expect(await devices()).toHaveLength(1)
    for (const [title, { file, percent }] of Object.entries(before))
      expect(booksOnDrive(kobo)[title]).toMatchObject({ file, percent, downloaded: 'true' })
  })

  async function regenerate(device: string, library: 'kept' | 'empty'): Promise<string> {
    const { body } = await scene.house.api<{ syncUrl: string }>(
      'POST',
      `/devices/${device}/regenerate`,
      { library },
    )
    return body.syncUrl
  }
})

describe('a book that comes to the library again', () => {
  // Calibre-Web-NextGen #708, Grimmory #2152, Colophon v1.43.0
  test('after it was deleted is the book it was: one row on the Kobo, at the place that was reached', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    const [title, read] = Object.entries(before).find(([, { percent }]) => percent === 20) ?? []
    await scene.house.api('DELETE', `/books/${scene.id(title ?? '')}`)
    await scene.later(DAY)
    expect(await scene.bring(title ?? '')).toBe(read?.id)
    await scene.shelve(title ?? '')
    await scene.sync(kobo)
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
  })

  // shisho sends each file of a book as a book
  test('under two other names and by other ways is one book', async () => {
    const epub = await makeEpub({ title: 'Emma', authors: ['A. Writer'], seed: 'Emma' })
    await scene.house.addBook(epub)
    for (const name of ['emma (1).epub', 'EMMA.kepub.epub'])
      await putIntoInbox(join(scene.house.dataDir, 'inbox'), name, epub)
    await scene.house.settled()
    const { body } = await scene.house.api<{ items: unknown[] }>('GET', '/books')
    expect(body.items).toHaveLength(2)
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
  })
})
