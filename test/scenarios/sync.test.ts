import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kepubOf } from '../support/kepub-of.ts'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import type { Fault, Faults } from '../../src/simulator/faults.ts'

let house: House

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function book(title: string): Promise<BookTold> {
  return house.addBook(await makeEpub({ title, authors: ['Jane Austen'] }))
}

/** A shelf of books with descriptions so long that ten of them fill a page. */
async function longShelf(books: number): Promise<void> {
  const story = 'It is a truth universally acknowledged. '.repeat(480)
  const ids: string[] = []
  for (let n = 0; n < books; n++) {
    const extraMetadata = `<dc:description>${story}</dc:description>`
    ids.push((await house.addBook(await makeEpub({ title: `Book ${n}`, extraMetadata }))).id)
  }
  await house.shelf('Everything', ids)
  await house.settled()
}

/** One fault at the nth library sync of a session (from 1). */
function atSync(n: number, fault: Fault): Faults {
  let seen = 0
  return (exchange) =>
    exchange.path.endsWith('/v1/library/sync') && ++seen === n ? fault : undefined
}

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

describe('an interruption loses no book', () => {
  const faults: [string, Fault][] = [
    ['the request never arrives', { kind: 'drop-request' }],
    ['the answer is lost', { kind: 'lose-reply' }],
    ['the answer is cut', { kind: 'cut-reply', atByte: 3000 }],
    ['the request arrives twice', { kind: 'twice' }],
    ['the Kobo crashes before it stores the token', { kind: 'crash-before-token' }],
    ['the Kobo crashes after it stored the token', { kind: 'crash-after-token' }],
  ]
  const modes = ['per-page', 'at-end', 'pinned'] as const

  test.each(faults.flatMap(([what, fault]) => modes.map((mode) => ({ what, fault, mode }))))(
    'when $what at any page ($mode)',
    async ({ fault, mode }) => {
      await longShelf(12)
      for (const page of [1, 2]) {
        const kobo = await koboAt(house, {
          switches: {
            tokenStored: mode,
            newOnHeld: 'always-flips',
            downloadsPerSync: 2,
            sideCalls: false,
          },
        })
        await kobo.sync({ faults: atSync(page, fault) })
        house.advance(120_000)
        for (let n = 0; n < 4; n++) {
          const report = await kobo.sync()
          house.advance(120_000)
          expect(report.violations).toEqual([])
          expect(report.flips).toEqual([])
        }
        expect(kobo.titles()).toHaveLength(12)
        expect((await kobo.sync()).operations).toEqual([])
      }
    },
  )

  test('when the server is killed between two pages', async () => {
    await longShelf(25)
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    expect((await kobo.sync({ faults: atSync(2, { kind: 'drop-request' }) })).pages).toBe(1)
    await house.restart({ kill: true })
    const report = await kobo.sync()
    expect(report).toMatchObject({ completed: true, violations: [], flips: [] })
    expect(kobo.titles()).toHaveLength(25)
    expect((await kobo.sync()).operations).toEqual([])
  })
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
