import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

type Preview = {
  operations: { verb: string; bookId: string }[]
  bytes: number
  cost: { refetch: number; bytes: number; unsavedHighlights: number }
}

let house: House
let kobo: HouseKobo
let emma: string
let persuasion: string
let shelf: string

beforeEach(async () => {
  house = await openHouse()
  emma = (await house.addBook(await makeEpub({ title: 'Emma' }))).id
  persuasion = (await house.addBook(await makeEpub({ title: 'Persuasion' }))).id
  shelf = (await house.shelf('Sofa', [emma, persuasion])).id
  kobo = await koboAt(house)
  await kobo.syncUntilQuiet()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function heal(path: string, body?: object): Promise<{ status: number; body: Preview }> {
  return house.api<Preview>('POST', `/devices/${kobo.device}/${path}`, body)
}

/** What the diary says of the newest sync. */
async function newestSync(): Promise<string[]> {
  const path = `/devices/${kobo.device}/syncs?limit=1`
  const { body } = await house.api<{ items: { sentences: string[] }[] }>('GET', path)
  return body.items[0]?.sentences ?? []
}

const brought = async (): Promise<string[]> =>
  (await kobo.sync()).operations.map(({ kind, id }) => `${kind} ${id}`)

describe('a book that is sent again', () => {
  test('arrives with the next sync, and no other book is touched', async () => {
    kobo.loseRows([emma])
    expect(kobo.titles()).toEqual(['Persuasion'])
    expect(await brought()).toEqual([])
    const { status, body } = await heal('resend', { books: [emma] })
    expect(status).toBe(200)
    expect(body.operations).toEqual([{ verb: 'add', bookId: emma }])
    expect(await brought()).toEqual([`NewEntitlement ${emma}`])
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
  })

  test('is first told of, with what it costs, and nothing is changed by looking', async () => {
    const { body } = await heal('resend?preview=1', { books: [emma] })
    expect(body.operations).toEqual([{ verb: 'add', bookId: emma }])
    expect(body.cost).toEqual({ refetch: 1, bytes: body.bytes, unsavedHighlights: 0 })
    expect(await brought()).toEqual([])
  })

  test('is told of afterwards: the diary says that it came as it was foretold', async () => {
    kobo.loseRows([emma])
    await heal('resend', { books: [emma] })
    house.advance(3_600_000)
    await kobo.sync()
    expect(await newestSync()).toContain('It was sent what was foretold.')
  })

  test('is told of afterwards when it came otherwise, and why', async () => {
    kobo.loseRows([emma])
    await heal('resend', { books: [emma] })
    await house.api('DELETE', `/shelves/${shelf}/books/${emma}`)
    house.advance(3_600_000)
    await kobo.sync()
    expect(await newestSync()).toEqual(
      expect.arrayContaining([
        'It was foretold and not sent: “Emma” as a new book.',
        'It was sent and not foretold: “Emma” for removal.',
        'That is because something changed in between.',
      ]),
    )
    await heal('resend', { books: [persuasion] })
    kobo.loseToken()
    house.advance(3_600_000)
    await kobo.sync()
    expect(await newestSync()).toContain('That is because the Kobo came without the newest token.')
  })

  test('is removed first where that is wished', async () => {
    expect((await heal('retract', { books: [emma] })).body.operations[0]).toEqual({
      verb: 'remove',
      bookId: emma,
    })
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
  })

  test('must stand on a shelf of the Kobo and be known', async () => {
    await house.api('DELETE', `/shelves/${shelf}/books/${emma}`)
    expect((await heal('resend', { books: [emma] })).status).toBe(409)
    expect((await heal('resend', { books: ['nothing'] })).status).toBe(404)
    expect((await heal('resend', { books: [] })).status).toBe(400)
  })
})

test('a reset of the sync says its cost first, and sends everything again', async () => {
  const cost = (await heal('reset-sync?preview=1')).body.cost
  expect(cost.refetch).toBe(2)
  const { body } = await heal('reset-sync')
  expect(body.operations.map(({ verb }) => verb)).toEqual(['add', 'add'])
  kobo.loseRows([emma, persuasion])
  await kobo.syncUntilQuiet()
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
})

test('a book that was removed on the Kobo comes back with one call', async () => {
  kobo.remove(emma)
  await kobo.syncUntilQuiet()
  expect(kobo.titles()).toEqual(['Persuasion'])
  expect((await heal('resend', { books: [emma] })).status).toBe(409)
  const { body } = await heal(`removals/${emma}/bring-back`)
  expect(body.operations).toEqual([{ verb: 'add', bookId: emma }])
  await kobo.syncUntilQuiet()
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
  expect((await heal(`removals/${emma}/bring-back`)).status).toBe(409)
})

test('nobody heals another person’s Kobo', async () => {
  const { token } = await house.person('Ben')
  for (const path of ['resend', 'retract', 'reset-sync', `removals/${emma}/bring-back`]) {
    const body =
      path === 'reset-sync' || path.startsWith('removals') ? undefined : { books: [emma] }
    const { status } = await house.api('POST', `/devices/${kobo.device}/${path}`, body, { token })
    expect([path, status]).toEqual([path, 404])
  }
})
