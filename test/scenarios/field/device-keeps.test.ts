import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { atSync } from '../../support/fault-at.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { makeCover } from '../../support/make-epub.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const HOUR = 3_600_000

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** What the API tells of a book. */
async function told(title: string): Promise<unknown> {
  return (await scene.house.api('GET', `/books/${scene.id(title)}`)).body
}

describe('a downloaded book becomes no download arrow', () => {
  // calibre-web #3574; Calibre-Web-Automated #1007, #1307; Calibre-Web-NextGen #468, #1925; BookOrbit #814
  test('when page after page is lost and said again: no virtual copy, and the place stays', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    for (const title of ['Faust', 'Candide', 'Utopia']) {
      await scene.shelve(title)
      const report = await kobo.sync({ faults: atSync(1, { kind: 'crash-before-token' }) })
      expect(report).toMatchObject({ completed: false, flips: [], reannounced: [] })
      await scene.later(HOUR)
    }
    expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    const { Faust, Candide, Utopia, ...others } = booksOnDrive(kobo)
    expect(others).toEqual(before)
    for (const book of [Faust, Candide, Utopia]) expect(book).toMatchObject({ downloaded: 'true' })
  })

  // Calibre-Web-NextGen #1953, PR #2207; BookOrbit #435
  test('when the server is started anew, and when settings are changed and changed back', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    const device = `/devices/${kobo.device}`
    for (const change of [
      { paused: true, name: 'Sofa Kobo' },
      { paused: false },
      { shelves: [scene.shelf] },
      { shelves: null },
      { onDelete: 'unshelve' },
    ]) {
      await scene.house.api('PATCH', device, change)
      await scene.house.restart()
      expect((await scene.sync(kobo)).operations).toEqual([])
    }
    expect(booksOnDrive(kobo)).toEqual(before)
  })

  // Calibre-Web-NextGen PR #2220: the conversion for one reader gave the book a new date, and it was sent again
  test('when other Kobos download it: serving a book changes nothing of it', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    const [book, before] = [await told('Emma'), booksOnDrive(kobo)]
    for (let n = 0; n < 3; n += 1) {
      const other = await scene.kobo()
      await scene.sync(other)
      expect(other.titles()).toEqual(['Emma'])
    }
    expect(await told('Emma')).toEqual(book)
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
  })

  // BookOrbit #925, Booklore PR #1664
  test('when its title and series are edited: they are shown, and file, place and highlight stay', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    const { Emma } = booksOnDrive(kobo)
    const change = { title: 'Emma, a Novel', series: { name: 'Austen', index: 4 } }
    await scene.house.api('PATCH', `/books/${scene.id('Emma')}`, change)
    const report = await scene.sync(kobo)
    expect(report).toMatchObject({
      operations: [{ kind: 'ChangedProductMetadata', id: scene.id('Emma') }],
      downloaded: [],
      redelivered: [],
    })
    expect(booksOnDrive(kobo)).toEqual({ 'Emma, a Novel': { ...Emma, title: 'Emma, a Novel' } })
    expect(Emma).toMatchObject({ percent: 20, highlights: ['a passage worth keeping'] })
  })

  // Calibre-Web-NextGen v4.1.37, calibre-web PR #3584: the newest book matched in every sync
  test('when it is the newest, and was shelved within one second of a sync', async () => {
    scene = await openScene([], { now: Date.UTC(2026, 8, 1, 12, 0, 0, 999) })
    await scene.shelve('Emma')
    const kobo = await scene.kobo()
    await kobo.sync()
    scene.house.advance(1)
    await scene.shelve('Dracula')
    const { operations } = await kobo.sync()
    expect(operations.filter(({ kind }) => kind === 'NewEntitlement')).toHaveLength(1)
    await scene.later(HOUR)
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
  })
})

describe('what is downloaded is what was announced', () => {
  // Calibre-Web-NextGen #1925, PR #350
  test('to the byte, also when title and cover were changed between the sync and the tap', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 0 } })
    await scene.sync(kobo)
    const announced = kobo.contents()[0]?.size
    const path = `/books/${scene.id('Emma')}`
    await scene.house.api('PATCH', path, { title: 'Emma, a Novel', authors: ['Jane Austen'] })
    await scene.house.api('PUT', `${path}/cover`, await makeCover('new'), { type: 'image/jpeg' })
    await scene.house.settled()
    expect(await kobo.tap(scene.id('Emma'))).toMatchObject({ completed: true, violations: [] })
    expect(readFileSync(kobo.fileOf(scene.id('Emma'))).length).toBe(announced)
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Emma, a Novel'])
  })

  // Calibre-Web-NextGen #2220: re-converted chapters had other names, and restored highlights pointed nowhere
  test('and the same bytes again, however long after, so that every highlight finds its words', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.readingKobo()
    const { Emma } = booksOnDrive(kobo)
    await scene.house.api('PATCH', `/books/${scene.id('Emma')}`, { subtitle: 'A novel' })
    await scene.house.restart()
    await scene.later(365 * 24 * HOUR)
    await scene.sync(kobo)
    kobo.removeDownload(scene.id('Emma'))
    await kobo.tap(scene.id('Emma'))
    expect(booksOnDrive(kobo).Emma).toMatchObject({
      file: Emma?.file,
      highlights: ['a passage worth keeping'],
    })
  })

  // Calibre-Web-Automated, calibre-web PR #3381, Booklore PR #1664
  test('but a new cover is fetched, although a Kobo keeps covers for ever, and the book is not', async () => {
    scene = await openScene(['Emma'], { like: { cover: 'jpeg' } })
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    const cover = readFileSync(kobo.coverOf(scene.id('Emma')))
    const picture = await makeCover('another')
    const path = `/books/${scene.id('Emma')}/cover`
    await scene.house.api('PUT', path, picture, { type: 'image/jpeg' })
    const report = await scene.sync(kobo)
    expect(report.operations.map(({ kind }) => kind)).toEqual(['ChangedProductMetadata'])
    const { imageId } = booksOnDrive(kobo).Emma ?? {}
    expect(report.covers).toEqual([imageId])
    expect(readFileSync(kobo.coverOf(scene.id('Emma'))).equals(cover)).toBe(false)
    expect(booksOnDrive(kobo)).toEqual({ Emma: { ...before.Emma, imageId } })
  })
})

// calibre-web #2181, #1634; Calibre-Web-NextGen #220
test('a book on three shelves is one book on the Kobo, and leaves with the last of them', async () => {
  scene = await openScene(['Emma'])
  const [train, bed] = [
    await scene.house.shelf('Train', [scene.id('Emma')]),
    await scene.house.shelf('Bed', [scene.id('Emma')]),
  ]
  const kobo = await scene.kobo()
  expect((await scene.sync(kobo)).operations).toHaveLength(1)
  await scene.expectQuiet(kobo)
  await scene.unshelve('Emma')
  await scene.house.api('DELETE', `/shelves/${train.id}`)
  await scene.expectQuiet(kobo)
  expect(kobo.contents()).toMatchObject([{ title: 'Emma', removed: false }])
  await scene.house.api('DELETE', `/shelves/${bed.id}`)
  await scene.sync(kobo)
  expect(kobo.contents()).toMatchObject([{ title: 'Emma', removed: true }])
})
