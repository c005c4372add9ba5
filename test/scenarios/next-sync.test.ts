import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordFact } from '../../src/sync/facts.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

type Preview = {
  operations: { verb: string; bookId: string }[]
  bytes: number
  cost: { refetch: number; bytes: number; unsavedHighlights: number }
}

let house: House

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function books(count: number): Promise<BookTold[]> {
  const made: BookTold[] = []
  for (let n = 0; n < count; n++)
    made.push(await house.addBook(await makeEpub({ title: `Book ${String(n).padStart(3, '0')}` })))
  return made
}

async function nextSync(kobo: HouseKobo): Promise<Preview> {
  const { status, body } = await house.api<Preview>('GET', `/devices/${kobo.device}/next-sync`)
  expect(status).toBe(200)
  return body
}

/** What a sync brought, in the words of the preview. */
async function syncTold(kobo: HouseKobo): Promise<string[]> {
  const { operations, violations } = await kobo.sync()
  expect(violations).toEqual([])
  return operations.map(({ kind, id, removed }) => {
    if (kind === 'NewEntitlement') return `add ${id}`
    if (kind === 'ChangedEntitlement') return `${removed ? 'remove' : 'file'} ${id}`
    return `${kind === 'ChangedReadingState' ? 'state' : 'metadata'} ${id}`
  })
}

function inWords(preview: Preview): string[] {
  return preview.operations.map(({ verb, bookId }) => `${verb} ${bookId}`)
}

describe('what the next sync will do', () => {
  test('is told beforehand, and is what it then does', async () => {
    const [first, second, third] = (await books(3)) as [BookTold, BookTold, BookTold]
    const shelf = await house.shelf('Sofa', [first.id, second.id])
    const kobo = await koboAt(house)

    const before = await nextSync(kobo)
    expect(before.bytes).toBeGreaterThan(0)
    expect(inWords(before).sort()).toEqual([`add ${first.id}`, `add ${second.id}`].sort())
    expect(await syncTold(kobo)).toEqual(inWords(before))

    expect(inWords(await nextSync(kobo))).toEqual([])
    expect(await syncTold(kobo)).toEqual([])

    await house.api('PATCH', `/books/${second.id}`, { title: 'Another title' })
    await house.api('POST', `/shelves/${shelf.id}/books`, { add: [third.id], remove: [first.id] })
    await house.settled()
    const changes = await nextSync(kobo)
    expect(inWords(changes)).toEqual([
      `add ${third.id}`,
      `metadata ${second.id}`,
      `remove ${first.id}`,
    ])
    expect(await syncTold(kobo)).toEqual(inWords(changes))
  })

  test('looking changes nothing', async () => {
    const [one] = await books(1)
    await house.shelf('Sofa', [one?.id ?? ''])
    const kobo = await koboAt(house)
    const { db } = house.server.home
    const entries = () => db.read.selectFrom('log').selectAll().execute()
    const before = await entries()
    await nextSync(kobo)
    await nextSync(kobo)
    expect(await entries()).toEqual(before)
    expect(await db.read.selectFrom('page').selectAll().execute()).toEqual([])
  })

  test('what its owner wants sent again costs what must be downloaded again', async () => {
    const [one] = await books(1)
    const id = one?.id ?? ''
    await house.shelf('Sofa', [id])
    const kobo = await koboAt(house)
    await kobo.sync()
    await kobo.sync()
    await recordFact(house.server.home, { id: kobo.device }, id, { kind: 'consent' })
    const preview = await nextSync(kobo)
    expect(inWords(preview)).toEqual([`add ${id}`])
    expect(preview.cost).toEqual({ refetch: 1, bytes: preview.bytes, unsavedHighlights: 0 })
  })

  test('nobody sees what another person’s Kobo will do', async () => {
    const kobo = await koboAt(house)
    const { token } = await house.person('Ben')
    const path = `/devices/${kobo.device}/next-sync`
    expect((await house.api('GET', path, undefined, { token })).status).toBe(404)
  })
})

describe('books that a program takes off a shelf', () => {
  async function held(count: number) {
    const ids = (await books(count)).map(({ id }) => id)
    const shelf = await house.shelf('Sofa', ids)
    const kobo = await koboAt(house)
    await kobo.syncUntilQuiet()
    const take = async (remove: string[]) => {
      const { status } = await house.api('POST', `/shelves/${shelf.id}/books`, {
        remove,
        cause: 'machine',
      })
      expect(status).toBe(200)
    }
    return { ids, kobo, shelf, take }
  }

  async function questions() {
    const { body } = await house.api<{ items: { id: string; kind: string }[] }>('GET', '/errata')
    return body.items.filter(({ kind }) => kind === 'mass-removal')
  }

  test('leave the Kobo when they are few', async () => {
    const { ids, kobo, take } = await held(7)
    await take(ids.slice(0, 5))
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(2)
    expect(await questions()).toEqual([])
  })

  test('stay while nobody has said what is to become of many, and leave when they are to', async () => {
    const { ids, kobo, take } = await held(8)
    await take(ids.slice(0, 6))
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(8)
    const [question] = await questions()
    await house.api('POST', `/errata/${question?.id}/actions/remove`)
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(2)
    expect(await questions()).toEqual([])
  })

  test('stay for good when they are to be kept: they stand on their shelf again', async () => {
    const { ids, kobo, shelf, take } = await held(8)
    await take(ids.slice(0, 6))
    await kobo.sync()
    const [question] = await questions()
    await house.api('POST', `/errata/${question?.id}/actions/keep`)
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(8)
    const { body } = await house.api<{ items: { id: string; books: number }[] }>('GET', '/shelves')
    expect(body.items).toMatchObject([{ id: shelf.id, books: 8 }])
  })

  test('a few at a time are many in the end', async () => {
    const { ids, kobo, take } = await held(9)
    await take(ids.slice(0, 4))
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(5)
    await take(ids.slice(4, 7))
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(5)
    expect(await questions()).toHaveLength(1)
  })

  test('what a person takes off beside them leaves at once', async () => {
    const { ids, kobo, shelf, take } = await held(9)
    await take(ids.slice(0, 6))
    await house.api('POST', `/shelves/${shelf.id}/books`, { remove: [ids[8]] })
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toHaveLength(8)
  })
})
