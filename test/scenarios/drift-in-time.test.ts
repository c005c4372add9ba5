import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { booksOnDrive, type BookOnDrive } from '../support/drive.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const BOOKS = ['Candide', 'Dracula', 'Emma', 'Faust']

let scene: Scene

beforeEach(async () => {
  scene = await openScene(BOOKS)
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** At a place, and with a highlight. */
const isRead = (book: BookOnDrive) => book.highlights.length > 0 && book.percent === 20

describe('a Kobo that was put back to a backup of its own', () => {
  test('is noticed and asked about: what it lost comes with the answer, what it should not have goes by itself', async () => {
    const [kobo, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    await scene.expectQuiet(kobo)
    const [before, others] = [booksOnDrive(kobo), booksOnDrive(clara)]
    const backup = kobo.snapshot()
    await scene.shelve('Germinal')
    await scene.unshelve('Emma')
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual(['Candide', 'Dracula', 'Faust', 'Germinal'])

    kobo.restore(backup)
    expect(booksOnDrive(kobo)).toEqual(before)
    const first = await scene.sync(kobo)
    expect(first.operations).toEqual([
      { kind: 'ChangedEntitlement', id: scene.id('Emma'), removed: true },
    ])
    expect(await scene.errata()).toMatchObject([
      { kind: 'gone-back-in-time', deviceId: kobo.device, actions: ['send-again', 'audit'] },
    ])
    expect(kobo.titles()).toEqual(['Candide', 'Dracula', 'Faust'])

    await scene.answer('gone-back-in-time', 'send-again')
    const second = await scene.sync(kobo)
    expect(second.operations).toEqual([{ kind: 'NewEntitlement', id: scene.id('Germinal') }])
    await scene.expectQuiet(kobo)
    const { Germinal, Emma, ...kept } = booksOnDrive(kobo)
    expect(Germinal).toMatchObject({ downloaded: 'true' })
    expect(Emma).toMatchObject({ owner: 'removed', file: null })
    expect({ ...kept, Emma: before.Emma }).toEqual(before)
    expect(await scene.questions()).toEqual([])
    await scene.sync(clara)
    expect(booksOnDrive(clara)).toMatchObject({ ...others, Emma: { owner: 'removed' } })
    expect([...kobo.violations, ...clara.violations]).toEqual([])
  })

  test('on a day since which only titles changed gets the titles again, and nobody is asked', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    const backup = kobo.snapshot()
    for (const title of ['Emma, or the Matchmaker', 'Emma, a Novel']) {
      await scene.house.api('PATCH', `/books/${scene.id('Emma')}`, { title })
      await scene.sync(kobo)
    }
    await scene.expectQuiet(kobo)
    kobo.restore(backup)
    const report = await scene.sync(kobo)
    expect(report).toMatchObject({ flips: [], reannounced: [] })
    await scene.expectQuiet(kobo)
    const { 'Emma, a Novel': emma, ...others } = booksOnDrive(kobo)
    expect({ ...others, Emma: { ...emma, title: 'Emma' } }).toEqual(before)
    expect(await scene.questions()).toEqual([])
  })
})

describe('a server whose files were put back to an earlier day', () => {
  test('asks what became of its Kobo’s books, and sends them all again when it is told to', async () => {
    const kobo = await scene.readingKobo({ switches: { annotationList: 'nothing' } })
    const copy = await scene.house.copyAway()
    await scene.shelve('Germinal')
    await scene.unshelve('Emma')
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    const before = booksOnDrive(kobo)
    expect(Object.values(before).filter(isRead)).toHaveLength(1)

    await scene.house.restart({ from: copy })
    await scene.shelve('Ivanhoe')
    const first = await scene.sync(kobo)
    expect(first).toMatchObject({ flips: [], reannounced: [] })
    expect(await scene.questions()).toEqual(['gone-back-in-time'])
    const { Ivanhoe: _, ...untouched } = booksOnDrive(kobo)
    expect(untouched).toEqual(before)

    await scene.answer('gone-back-in-time', 'send-again')
    for (let n = 0; n < 2; n += 1) await scene.sync(kobo)
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    // The later book is in no library any more: the Kobo keeps it.
    expect(kobo.titles()).toEqual([...BOOKS, 'Germinal', 'Ivanhoe'])
    for (const { title, highlights, percent } of Object.values(before).filter(isRead))
      expect(booksOnDrive(kobo)[title]).toMatchObject({ highlights, percent })
    expect(await scene.questions()).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('is told by the Kobo itself which books it has, where it lists them, and then sends only what is missing', async () => {
    const kobo = await scene.readingKobo()
    const copy = await scene.house.copyAway()
    await scene.shelve('Germinal')
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    const before = booksOnDrive(kobo)
    await scene.house.restart({ from: copy })
    await scene.bring('Germinal')
    await scene.shelve('Germinal')
    for (let n = 0; n < 3; n += 1)
      expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
    expect(booksOnDrive(kobo)).toEqual(before)
    await scene.expectQuiet(kobo)
    expect(await scene.questions()).toEqual([])
  })
})
