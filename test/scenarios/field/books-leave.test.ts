import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { sendAs } from '../../support/device-request.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const DAY = 86_400_000

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('a book that leaves the shelf', () => {
  // calibre-web #2685, #3298
  test('leaves “My Books” too, row and file, and its place is kept for the day it returns', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    await scene.shelve('Dracula')
    await scene.unshelve('Emma')
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Dracula'])
    expect(booksOnDrive(kobo).Emma).toMatchObject({ owner: 'removed', file: null })
    await scene.shelve('Emma')
    await scene.sync(kobo)
    expect(booksOnDrive(kobo).Emma).toMatchObject({ downloaded: 'true', percent: 20 })
  })

  // calibre-web wiki; Grimmory #2152, #1210; Calibre-Web-Automated #1307
  test('and the library goes from a Kobo that was away for a year', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const { Dracula } = booksOnDrive(kobo)
    await scene.house.api('DELETE', `/books/${scene.id('Emma')}`)
    await scene.house.restart()
    await scene.later(365 * DAY)
    const report = await scene.sync(kobo)
    expect(report.operations).toEqual([
      { kind: 'ChangedEntitlement', id: scene.id('Emma'), removed: true },
    ])
    expect(booksOnDrive(kobo)).toMatchObject({ Emma: { owner: 'removed', file: null }, Dracula })
    await scene.expectQuiet(kobo)
  })

  // Calibre-Web-NextGen #1925, calibre-web PR #1852: the removal, and later states of the book, came with every sync
  test('is taken back once, and is not spoken of again', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const [kobo, clara] = [await scene.readingKobo(), await scene.kobo()]
    await scene.sync(clara)
    await scene.sync(clara)
    await scene.unshelve('Emma')
    await scene.sync(kobo)
    for (let n = 0; n < 5; n += 1) {
      await clara.close(scene.id('Emma'), { percent: 30 + n })
      await scene.later(DAY)
      expect((await scene.sync(kobo)).operations).toEqual([])
    }
    expect(kobo.titles()).toEqual(['Dracula'])
    // The other one had been away, and hears of it once too.
    await scene.sync(clara)
    await scene.expectQuiet(clara)
    expect(clara.titles()).toEqual(['Dracula'])
  })
})

describe('a server in trouble takes no book away:', () => {
  // Calibre-Web-NextGen #468, v4.0.167: a query that failed was read as an empty shelf
  test('when its database fails in the middle of a sync', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    const database = new Database(scene.house.server.home.config.database)
    try {
      database.exec('ALTER TABLE shelf_book RENAME TO shelf_book_away')
      expect(await scene.sync(kobo)).toMatchObject({ completed: false, pages: 0 })
      database.exec('ALTER TABLE shelf_book_away RENAME TO shelf_book')
    } finally {
      database.close()
    }
    expect(booksOnDrive(kobo)).toEqual(before)
    await scene.expectQuiet(kobo)
  })

  // KoboCloud #211: a listing that failed emptied the Kobo
  test('when a program empties the shelf unasked: it waits for somebody’s answer', async () => {
    const titles = ['Candide', 'Dracula', 'Emma', 'Faust', 'Ivanhoe', 'Utopia']
    scene = await openScene(titles)
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 6 } })
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    const before = booksOnDrive(kobo)
    const remove = titles.map((title) => scene.id(title))
    await scene.house.api('POST', `/shelves/${scene.shelf}/books`, { remove, cause: 'machine' })
    await scene.expectQuiet(kobo)
    expect(await scene.questions()).toEqual(['mass-removal'])
    await scene.answer('mass-removal', 'keep')
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
    expect((await scene.house.shelf('Sofa')).books).toBe(6)
  })
})

describe('a book that its reader removes on the Kobo', () => {
  // BookOrbit #180, PR #194; calibre-web #1850
  test('comes back at once where the Kobo is set to bring back what is deleted', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { onDelete: 'bring-back' })
    kobo.remove(scene.id('Emma'))
    expect((await scene.sync(kobo)).operations).toContainEqual({
      kind: 'NewEntitlement',
      id: scene.id('Emma'),
    })
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
    await scene.expectQuiet(kobo)
  })

  // BookOrbit PR #194: JSON announced and no body was answered 400
  test('is heard of, though the DELETE announces JSON and has no body, and is not queued for ever', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    kobo.remove(scene.id('Emma'))
    expect((await scene.sync(kobo)).operations).toEqual([])
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '0' }
    const path = `/v1/library/${scene.id('Emma')}`
    expect((await sendAs(kobo, { method: 'DELETE', path, headers })).status).toBe(204)
    const { requests } = await scene.sync(kobo)
    expect((await scene.sync(kobo)).requests).toBe(requests)
    expect(kobo.contents()).toEqual([])
  })

  // calibre-web #3298, Booklore #991
  test('stays in the library, on its shelves and on every other Kobo', async () => {
    scene = await openScene(['Emma'])
    const [libra, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    const before = booksOnDrive(clara)
    libra.remove(scene.id('Emma'))
    await scene.sync(libra)
    await scene.sync(clara)
    await scene.expectQuiet(clara)
    expect(booksOnDrive(clara)).toEqual(before)
    expect((await scene.house.shelf('Sofa')).books).toBe(1)
    expect((await scene.house.api('GET', `/books/${scene.id('Emma')}`)).status).toBe(200)
    expect(libra.contents()).toEqual([])
  })
})

describe('a file that goes and a row that stays', () => {
  // BookOrbit #180
  test('after “Remove download”: a tile that nobody announces again, and that a tap fills', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    kobo.removeDownload(scene.id('Emma'))
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual(['Emma…'])
    await kobo.tap(scene.id('Emma'))
    expect(kobo.titles()).toEqual(['Emma'])
    expect(booksOnDrive(kobo).Emma).toMatchObject({ percent: 20 })
  })

  // Reported nowhere, for nothing is sent and no server notices
  test('after it was deleted over USB: the server hears nothing, and its owner has that one book sent again', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    kobo.deleteFile(scene.id('Emma'))
    for (let n = 0; n < 3; n += 1)
      expect(await scene.sync(kobo)).toMatchObject({ operations: [], downloaded: [] })
    expect(existsSync(kobo.fileOf(scene.id('Emma')))).toBe(false)
    expect(booksOnDrive(kobo)).toEqual({ ...before, Emma: { ...before.Emma, file: null } })
    const books = [scene.id('Emma')]
    await scene.house.api('POST', `/devices/${kobo.device}/resend`, { books })
    await scene.sync(kobo)
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    const { Emma, Dracula } = booksOnDrive(kobo)
    expect(Emma).toMatchObject({ file: before.Emma?.file, highlights: before.Emma?.highlights })
    expect(Dracula).toEqual(before.Dracula)
  })
})

// calibre-web #2555, #2439
test('a shelf none of whose books can be sent does not become an empty collection', async () => {
  scene = await openScene()
  const kobo = await scene.kobo()
  await scene.house.shelf('Holidays')
  await scene.sync(kobo)
  expect([kobo.shelves(), kobo.contents()]).toEqual([{}, []])
  await scene.expectQuiet(kobo)
})
