import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { watchdogsOf } from '../support/watchdogs-of.ts'

let house: House
const { errata, kinds, act, smallBook, later } = watchdogsOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

describe('a book that was removed on one of several Kobos whose removals leave the shelf', () => {
  async function removed(): Promise<{ emma: BookTold; libra: HouseKobo; clara: HouseKobo }> {
    const emma = await smallBook('Emma')
    const libra = await koboAt(house, { name: 'Libra' })
    const clara = await koboAt(house, { name: 'Clara' })
    await house.api('PATCH', `/devices/${libra.device}`, { onDelete: 'unshelve' })
    await libra.sync()
    await clara.sync()
    libra.remove(emma.id)
    await later(libra)
    expect(await errata()).toMatchObject([
      {
        kind: 'removed-on-kobo',
        cause: '“Emma” was removed on “Libra”. It stands on “Sofa”, which other Kobos carry too.',
        actions: ['unshelve', 'keep-off'],
        bookId: emma.id,
        deviceId: libra.device,
      },
    ])
    return { emma, libra, clara }
  }

  test('leaves the others too, if its person says so', async () => {
    const { libra, clara } = await removed()
    await act('unshelve')
    expect(await kinds()).toEqual([])
    await later(libra)
    await later(clara)
    expect([libra.titles(), clara.titles()]).toEqual([[], []])
    expect((await house.shelf('Sofa')).books).toBe(0)
  })

  test('stays off this one alone, if its person says so, and comes back by the shelf only', async () => {
    const { emma, libra, clara } = await removed()
    await act('keep-off')
    expect(await kinds()).toEqual([])
    await later(libra)
    await later(clara)
    expect([libra.titles(), clara.titles()]).toEqual([[], ['Emma']])
    const { id } = await house.shelf('Sofa')
    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    await later(libra)
    expect(libra.titles()).toEqual(['Emma'])
  })

  test('is no question any more once it is off the shelf, or once it came back', async () => {
    const { emma, libra } = await removed()
    const { id } = await house.shelf('Sofa')
    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    expect(await kinds()).toEqual([])
    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    await later(libra)
    expect(libra.titles()).toEqual(['Emma'])
    libra.remove(emma.id)
    await later(libra)
    expect(await kinds()).toEqual(['removed-on-kobo'])
    await house.api('PATCH', `/devices/${libra.device}`, { shelves: [] })
    expect(await kinds()).toEqual([])
  })

  test('leaves the shelves that only this one carries without a question', async () => {
    const emma = await house.addBook(await makeEpub({ title: 'Emma' }))
    const bedside = await house.shelf('Bedside', [emma.id])
    const train = await house.shelf('Train')
    await house.settled()
    const libra = await koboAt(house, { name: 'Libra', shelves: [bedside.id] })
    await koboAt(house, { name: 'Clara', shelves: [train.id] })
    await house.api('PATCH', `/devices/${libra.device}`, { onDelete: 'unshelve' })
    await libra.sync()
    libra.remove(emma.id)
    await later(libra)
    expect(await kinds()).toEqual([])
    expect((await house.shelf('Bedside')).books).toBe(0)
  })
})
