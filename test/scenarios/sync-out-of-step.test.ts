import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'
import { atSync } from '../support/fault-at.ts'
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

describe('a Kobo whose owner knows more than it can tell', () => {
  test('gets everything anew under its new address when the owner says that it was reset', async () => {
    const guide = await house.addBook(GUIDE)
    await house.shelf('Sofa', [guide.id])
    await house.settled()
    const kobo = await koboAt(house)
    await kobo.sync()
    await kobo.sync()
    kobo.factoryReset()
    const { body } = await house.api<{ syncUrl: string }>(
      'POST',
      `/devices/${kobo.device}/regenerate`,
      {
        library: 'empty',
      },
    )
    kobo.pointAt(body.syncUrl)
    await kobo.sync()
    expect(kobo.titles()).toEqual(['Guide for Debian Maintainers'])
    expect((await kobo.sync()).operations).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('keeps its downloads under a new address when nothing was said, and lists them again', async () => {
    const guide = await house.addBook(GUIDE)
    await house.shelf('Sofa', [guide.id])
    await house.settled()
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    await kobo.sync()
    await kobo.sync()
    const { body } = await house.api<{ syncUrl: string }>(
      'POST',
      `/devices/${kobo.device}/regenerate`,
      {},
    )
    kobo.pointAt(body.syncUrl)
    kobo.loseToken()
    const report = await kobo.sync()
    expect(report.flips).toEqual([])
    expect(kobo.titles()).toEqual(['Guide for Debian Maintainers'])
    expect(kobo.token()).not.toBeNull()
    expect((await kobo.sync()).operations).toEqual([])
  })

  test('is believed when it lists its books: a removal whose answer was lost is known to have happened', async () => {
    const books = [await book('Emma'), await book('Persuasion'), await book('Sanditon')]
    const sofa = await house.shelf(
      'Sofa',
      books.map((each) => each.id),
    )
    await house.settled()
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    await kobo.sync()
    await kobo.sync()
    const emma = books[0]?.id ?? ''
    await house.api('DELETE', `/shelves/${sofa.id}/books/${emma}`)
    await kobo.sync({ faults: atSync(1, { kind: 'crash-before-token' }) })
    await house.api('PUT', `/shelves/${sofa.id}/books/${emma}`)
    house.advance(120_000)
    await kobo.sync()
    house.advance(120_000)
    await kobo.sync()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Sanditon'])
    expect(await kobo.syncUntilQuiet()).toBeLessThanOrEqual(2)
    expect(kobo.violations).toEqual([])
  })
})

describe('a server that was put back to an earlier day', () => {
  test('asks before it sends again what may be there, and then sends it', async () => {
    const emma = await book('Emma')
    const sofa = await house.shelf('Sofa', [emma.id])
    await house.settled()
    const kobo = await koboAt(house, {
      switches: { newOnHeld: 'always-flips', annotationList: 'nothing' },
    })
    await kobo.sync()
    await kobo.sync()
    const earlier = await house.server.home.db.read.selectFrom('page').selectAll().execute()
    await house.api('DELETE', `/shelves/${sofa.id}/books/${emma.id}`)
    await kobo.sync()
    await house.api('PUT', `/shelves/${sofa.id}/books/${emma.id}`)
    await kobo.sync()
    // As an older copy of the data folder would have it: the pages since then were never issued.
    await house.server.home.db.transact(async (tx) => {
      const kept = earlier.map((page) => page.id)
      await tx.deleteFrom('operation').where('page', 'not in', kept).execute()
      await tx.deleteFrom('page').where('id', 'not in', kept).execute()
      await tx.deleteFrom('log').where('kind', '=', 'page').where('page', 'not in', kept).execute()
    })
    const persuasion = await book('Persuasion')
    await house.shelf('Sofa', [persuasion.id])
    await house.settled()
    const report = await kobo.sync()
    expect(report.flips).toEqual([])
    const { body } = await house.api<{ items: { id: string; kind: string; actions: string[] }[] }>(
      'GET',
      '/errata',
    )
    expect(body.items).toMatchObject([
      { kind: 'gone-back-in-time', actions: ['send-again', 'audit'] },
    ])
    const acted = await house.api('POST', `/errata/${body.items[0]?.id}/actions/send-again`)
    expect(acted.status).toBeLessThan(300)
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
    expect((await house.api<{ items: unknown[] }>('GET', '/errata')).body.items).toEqual([])
    expect(kobo.violations).toEqual([])
  })
})
