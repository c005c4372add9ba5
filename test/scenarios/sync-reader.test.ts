import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'
import { GUIDE } from '../support/real-books.ts'
import { booksOf } from '../support/made-books.ts'

let house: House
const { book } = booksOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

describe('what the reader does', () => {
  test('a book removed on the Kobo stays off it, there only, until it is shelved again', async () => {
    const emma = await book('Emma')
    const { id } = await house.shelf('Sofa', [emma.id])
    await house.settled()
    const [libra, clara] = [await koboAt(house), await koboAt(house)]
    await libra.sync()
    await clara.sync()
    libra.remove(emma.id)
    expect((await libra.sync()).operations).toEqual([])
    expect(await libra.syncUntilQuiet()).toBe(1)
    expect(libra.titles()).toEqual([])
    expect(clara.titles()).toEqual(['Emma'])

    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    await libra.sync()
    expect(libra.titles()).toEqual(['Emma'])
  })

  test('a Kobo may be told to bring removed books back, or to take them off its shelf', async () => {
    const [emma, persuasion] = [await book('Emma'), await book('Persuasion')]
    const sofa = await house.shelf('Sofa', [emma.id, persuasion.id])
    await house.settled()
    const kobo = await koboAt(house)
    await kobo.sync()
    await house.api('PATCH', `/devices/${kobo.device}`, { onDelete: 'bring-back' })
    kobo.remove(emma.id)
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])

    await house.api('PATCH', `/devices/${kobo.device}`, { onDelete: 'unshelve' })
    kobo.remove(emma.id)
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Persuasion'])
    const shelves = await house.api<{ items: { id: string; books: number }[] }>('GET', '/shelves')
    expect(shelves.body.items.find((shelf) => shelf.id === sofa.id)?.books).toBe(1)
  })

  test('a place reached on one Kobo is known on the other, is not sent back, and raises no question', async () => {
    const guide = await house.addBook(GUIDE)
    await house.shelf('Sofa', [guide.id])
    await house.settled()
    const [libra, clara] = [await koboAt(house), await koboAt(house)]
    await libra.sync()
    await clara.sync()
    house.advance(3_600_000)
    await libra.open(guide.id)
    house.advance(60_000)
    await libra.close(guide.id, { percent: 34, status: 'Reading' })
    house.advance(60_000)
    expect((await libra.sync()).operations).toEqual([])
    const report = await clara.sync()
    expect(report.operations).toEqual([{ kind: 'ChangedReadingState', id: guide.id }])
    expect(clara.contents().find((each) => each.id === guide.id)?.percentRead).toBe(34)
    expect((await clara.sync()).operations).toEqual([])
    expect((await libra.open(guide.id)).popups).toEqual([])
    expect([...libra.violations, ...clara.violations]).toEqual([])
  })

  test('reading on and on between two syncs never keeps a Kobo, or another of the same person, from syncing', async () => {
    const guide = await house.addBook(GUIDE)
    await house.shelf('Sofa', [guide.id])
    await house.settled()
    const [libra, clara] = [await koboAt(house), await koboAt(house)]
    await libra.sync()
    await clara.sync()
    for (const percent of [10, 20, 30]) {
      house.advance(600_000)
      await libra.close(guide.id, { percent, status: 'Reading' })
    }
    expect(await libra.syncUntilQuiet()).toBe(1)
    await clara.sync()
    expect(clara.contents()[0]?.percentRead).toBe(30)
    expect([...libra.violations, ...clara.violations]).toEqual([])
  })

  test('highlights reach the server and are there again after the book was downloaded anew', async () => {
    const guide = await house.addBook(GUIDE)
    await house.shelf('Sofa', [guide.id])
    await house.settled()
    const kobo = await koboAt(house)
    await kobo.sync()
    await kobo.open(guide.id)
    kobo.highlight(guide.id, 'Read this first.')
    house.advance(60_000)
    await kobo.close(guide.id, { percent: 3, status: 'Reading' })
    kobo.removeDownload(guide.id)
    await kobo.tap(guide.id)
    expect(kobo.highlights(guide.id)).toHaveLength(1)
    expect(kobo.violations).toEqual([])
  })
})
