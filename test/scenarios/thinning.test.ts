import { afterEach, beforeEach, expect, test } from 'vitest'
import { unsavedHighlights } from '../../src/reading/unsaved.store.ts'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let house: House

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function books(...titles: string[]): Promise<string[]> {
  const ids: string[] = []
  for (const title of titles) ids.push((await house.addBook(await makeEpub({ title }))).id)
  await house.shelf('Sofa', ids)
  await house.settled()
  return ids
}

/** How many rows a table has, of one kind where it is the log. */
async function rows(table: 'log' | 'operation' | 'page' | 'base', kind?: string): Promise<number> {
  const { db } = house.server.home
  const row = await db.read
    .selectFrom(table)
    .select((each) => each.fn.countAll<number>().as('rows'))
    .$if(kind !== undefined, (query) => query.where('kind' as never, '=', kind as never))
    .executeTakeFirstOrThrow()
  return row.rows
}

async function holdings(): Promise<unknown> {
  return await house.server.home.db.read
    .selectFrom('holding')
    .selectAll()
    .orderBy('device')
    .orderBy('book')
    .execute()
}

async function unsavedIn(...ids: string[]): Promise<Set<string>> {
  return await unsavedHighlights(house.server.home.db.read, house.owner.id, ids)
}

/** Opens the server again, whereupon what was not looked through for a day is thinned. */
async function restarted(): Promise<void> {
  await house.restart()
  await expect.poll(untouched).toBe(0)
}

/** Devices whose log was not looked through today. */
async function untouched(): Promise<number> {
  const devices = await house.server.home.db.read
    .selectFrom('device')
    .select('thinned_at')
    .execute()
  return devices.filter((row) => (row.thinned_at ?? 0) < house.now() - MINUTE).length
}

/** Waits until the last session is over and judged: until then its entries are left alone. */
async function judged(): Promise<void> {
  await expect
    .poll(async () => {
      house.advance(2 * MINUTE)
      await house.api('GET', '/errata')
      const sessions = house.server.home.db.read.selectFrom('sync_session').select('judged')
      return (await sessions.execute()).map((row) => row.judged)
    })
    .toEqual([1])
}

async function read(kobo: HouseKobo, id: string, days: number): Promise<void> {
  for (let day = 1; day <= days; day += 1) {
    house.advance(DAY)
    await kobo.close(id, { percent: (90 * day) / days })
    await kobo.sync()
  }
}

test('evidence that says nothing new goes, and a quiet Kobo stays quiet', async () => {
  const [emma = ''] = await books('Emma', 'Persuasion')
  const kobo = await koboAt(house)
  await kobo.sync()
  await read(kobo, emma, 30)
  expect(await rows('log', 'state')).toBeGreaterThanOrEqual(30)
  await judged()

  const before = await holdings()
  await restarted()
  expect(await rows('log', 'state')).toBe(8)
  expect(await holdings()).toEqual(before)
  house.advance(DAY)
  expect((await kobo.sync()).operations).toEqual([])
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
  expect(kobo.violations).toEqual([])
})

test('after 400 days only what it comes to is left, and the Kobo goes on as before', async () => {
  const [emma = '', persuasion = ''] = await books('Emma', 'Persuasion', 'Lesley Castle')
  const kobo = await koboAt(house)
  await kobo.sync()
  for (let n = 0; n < 6; n += 1) {
    house.advance(DAY)
    await house.api('PATCH', `/books/${emma}`, { title: `Emma ${n}` })
    await house.api('PATCH', `/books/${persuasion}`, { title: `Persuasion ${n}` })
    await kobo.sync()
  }
  await read(kobo, emma, 3)
  const { id } = await house.shelf('Sofa')
  await house.api('DELETE', `/shelves/${id}/books/${persuasion}`)
  house.advance(DAY)
  await kobo.sync()
  await kobo.sync()
  const pages = await rows('page')
  const told = await rows('operation')
  const yesterday = kobo.snapshot()

  house.advance(401 * DAY)
  await kobo.sync()
  await judged()
  const before = await holdings()
  const unsaved = await unsavedIn(emma, persuasion)
  await restarted()
  expect(await unsavedIn(emma, persuasion)).toEqual(unsaved)
  expect(await rows('base')).toBeGreaterThanOrEqual(2)
  expect(await rows('operation')).toBeLessThan(told / 2)
  expect(await rows('page')).toBe(pages)
  expect(await rows('log', 'session')).toBeLessThanOrEqual(11)
  expect(await holdings()).toEqual(before)

  expect((await kobo.sync()).operations).toEqual([])
  expect(kobo.titles()).toEqual(['Emma 5', 'Lesley Castle'])
  await house.api('PATCH', `/books/${emma}`, { title: 'Emma' })
  house.advance(DAY)
  expect((await kobo.sync()).operations).toEqual([{ kind: 'ChangedProductMetadata', id: emma }])

  // Its token is still known, so that nothing is thought lost.
  kobo.restore(yesterday)
  house.advance(DAY)
  await kobo.sync()
  expect(await rows('log', 'rolled-back')).toBe(0)
  await house.api('DELETE', `/shelves/${id}/books/${emma}`)
  house.advance(DAY)
  await kobo.syncUntilQuiet()
  expect(kobo.titles()).toEqual(['Lesley Castle'])
  expect(kobo.violations).toEqual([])
})

test('whoever polls without saying who it is leaves one page, and later pages without effect go', async () => {
  const [emma = ''] = await books('Emma')
  const { syncUrl } = await house.device('Libra')
  await house.settled()
  const poll = async () => {
    const answer = await fetch(`${syncUrl}/v1/library/sync`)
    expect(await answer.text()).toContain('NewEntitlement')
    return answer.headers.get('x-kobo-synctoken')
  }
  const first = await poll()
  expect(await poll()).toBe(first)
  expect(await rows('page')).toBe(1)
  for (let n = 0; n < 20; n += 1) {
    await house.api('PATCH', `/books/${emma}`, { title: `Emma ${n}` })
    await poll()
  }
  expect(await rows('page')).toBe(21)
  house.advance(2 * DAY)
  const before = await holdings()
  await restarted()
  expect(await rows('page')).toBeLessThanOrEqual(3)
  expect(await rows('log', 'page')).toBe(await rows('page'))
  expect(await holdings()).toEqual(before)
})
