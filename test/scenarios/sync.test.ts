import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kepubOf } from '../support/kepub-of.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'
import { GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import { booksOf } from '../support/made-books.ts'

let house: House
const { book, longShelf } = booksOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

describe('a shelf on a Kobo', () => {
  test('arrives whole: each book as the KEPUB that is made of it, each cover as a picture, and then there is quiet', async () => {
    const paths = [GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS]
    const books = await Promise.all(paths.map((path) => house.addBook(path)))
    await house.shelf(
      'Sofa',
      books.map((each) => each.id),
    )
    await house.settled()
    const kobo = await koboAt(house)

    const first = await kobo.sync()
    expect(first).toMatchObject({ completed: true, violations: [] })
    expect(first.operations.map((each) => each.kind)).toEqual([
      'NewEntitlement',
      'NewEntitlement',
      'NewEntitlement',
    ])
    for (const [index, each] of books.entries()) {
      const kepub = await kepubOf(paths[index] ?? '')
      expect(readFileSync(kobo.fileOf(each.id)).equals(kepub)).toBe(true)
      expect([...readFileSync(kobo.coverOf(each.id)).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
    }

    const second = await kobo.sync()
    expect(second).toMatchObject({
      completed: true,
      operations: [],
      downloaded: [],
      violations: [],
    })
  })

  test('follows the shelf: what leaves it leaves the Kobo, what returns comes back, what is new arrives', async () => {
    const [emma, persuasion] = [await book('Emma'), await book('Persuasion')]
    await house.shelf('Sofa', [emma.id, persuasion.id])
    await house.settled()
    const kobo = await koboAt(house)
    await kobo.sync()
    const { id } = await house.shelf('Sofa')

    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    expect((await kobo.sync()).operations).toEqual([
      { kind: 'ChangedEntitlement', id: emma.id, removed: true },
    ])
    expect(kobo.titles()).toEqual(['Persuasion'])

    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    expect((await kobo.sync()).operations).toEqual([{ kind: 'NewEntitlement', id: emma.id }])
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])

    const lesley = await book('Lesley Castle')
    await house.shelf('Sofa', [lesley.id])
    await house.settled()
    expect((await kobo.sync()).operations).toEqual([{ kind: 'NewEntitlement', id: lesley.id }])
    expect((await kobo.sync()).operations).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('is one Kobo’s own affair: two Kobos carry what each should, and neither disturbs the other', async () => {
    const [emma, persuasion] = [await book('Emma'), await book('Persuasion')]
    const sofa = await house.shelf('Sofa', [emma.id])
    await house.shelf('Train', [persuasion.id])
    await house.settled()
    const libra = await koboAt(house)
    const clara = await koboAt(house, { shelves: [sofa.id] })
    await libra.sync()
    await clara.sync()
    expect(libra.titles()).toEqual(['Emma', 'Persuasion'])
    expect(clara.titles()).toEqual(['Emma'])

    libra.remove(emma.id)
    await libra.sync()
    expect(await clara.syncUntilQuiet()).toBe(1)
    expect(clara.titles()).toEqual(['Emma'])
    expect(await libra.syncUntilQuiet()).toBe(1)
    expect(libra.titles()).toEqual(['Persuasion'])
  })

  test('comes in pages that a Kobo can take, also when every book tells a long story', async () => {
    await longShelf(60)
    const kobo = await koboAt(house, { switches: { downloadsPerSync: 0, sideCalls: false } })
    const report = await kobo.sync()
    expect(report.violations).toEqual([])
    expect(report.pages).toBeGreaterThan(2)
    expect(kobo.titles()).toHaveLength(60)
    expect((await kobo.sync()).operations).toEqual([])
  })

  test('is not used up by somebody who only looks whether the address is there', async () => {
    const emma = await book('Emma')
    await house.shelf('Sofa', [emma.id])
    const { syncUrl } = await house.device('Libra')
    await house.settled()
    const pages = () => house.server.home.db.read.selectFrom('page').select('id').execute()
    const answer = await fetch(`${syncUrl}/v1/library/sync`, { method: 'HEAD' })
    expect([answer.status, await pages()]).toEqual([200, []])
    await (await fetch(`${syncUrl}/v1/library/sync`)).text()
    expect(await pages()).toHaveLength(1)
  })

  test('is not announced before its file is ready, and not sent to a paused Kobo', async () => {
    const emma = await book('Emma')
    const kobo = await koboAt(house)
    await house.api('PATCH', `/devices/${kobo.device}`, { paused: true })
    await house.shelf('Sofa', [emma.id])
    await house.settled()
    expect((await kobo.sync()).operations).toEqual([])
    await house.api('PATCH', `/devices/${kobo.device}`, { paused: false })
    await house.settled()
    await kobo.sync()
    expect(kobo.titles()).toEqual(['Emma'])
  })
})

describe('a Kobo that turns every re-announced book into a placeholder', () => {
  test('keeps all its files through edits, new covers, re-imports and restarts', async () => {
    const guide = await house.addBook(GUIDE)
    const emma = await book('Emma')
    await house.shelf('Sofa', [guide.id, emma.id])
    await house.settled()
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    await kobo.sync()
    await house.api('PATCH', `/books/${emma.id}`, { title: 'Emma, corrected' })
    await house.addBook(GUIDE)
    await house.settled()
    await house.restart()
    const report = await kobo.sync()
    expect(report.operations).toEqual([{ kind: 'ChangedProductMetadata', id: emma.id }])
    expect(kobo.titles()).toEqual(['Emma, corrected', 'Guide for Debian Maintainers'])
    expect((await kobo.sync()).operations).toEqual([])
    expect(report.flips).toEqual([])
  })
})
