import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import {
  auditOf,
  bringFrom,
  titlesIn,
  type AuditTold,
  type PreviewTold,
} from '../support/audit-of.ts'

const DAY = 86_400_000

let house: House
let kobo: HouseKobo
let ids: Map<string, string>

beforeEach(async () => {
  house = await openHouse()
  ids = new Map()
  await shelve('Emma', 'Persuasion', 'Villette')
  kobo = await koboAt(house, { name: 'Anna’s Kobo' })
  await kobo.syncUntilQuiet()
  await kobo.downloadAll()
  house.advance(5 * 60_000)
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

const id = (title: string): string => ids.get(title) ?? ''

async function shelve(...titles: string[]): Promise<void> {
  for (const title of titles) ids.set(title, (await house.addBook(await makeEpub({ title }))).id)
  await house.shelf('Sofa', titles.map(id))
  await house.settled()
}

async function heal(audit: AuditTold, wish?: object) {
  const path = `/devices/${kobo.device}/audits/${audit.id}/heal`
  return house.api<PreviewTold & { error?: { message: string } }>('POST', path, wish)
}

async function syncLater(): Promise<void> {
  house.advance(DAY)
  await kobo.syncUntilQuiet()
  house.advance(5 * 60_000)
}

describe('a copy that was made before the last sync and is uploaded after it', () => {
  test('does not speak against what came since', async () => {
    const brought = bringFrom(kobo)
    const takenAt = house.now()
    house.advance(DAY)
    await shelve('Walden')
    await kobo.syncUntilQuiet()
    house.advance(5 * 60_000)
    const audit = await auditOf(house, kobo, { brought, takenAt })
    expect(titlesIn(audit)).toEqual({
      ok: ['Emma', 'Persuasion', 'Villette'],
      outdated: ['Walden'],
    })
    expect(audit.summary).toBe('3 of 4 confirmed, 1 September')
    expect((await heal(audit)).body.operations).toEqual([])
  })

  test.each([
    ['says its day', () => house.now()],
    ['looks younger than it is', () => house.now() + DAY],
    ['says no day', () => null],
  ])('and %s does not speak against what was removed since', async (_, takenAt) => {
    const brought = bringFrom(kobo)
    const how = { brought, takenAt: takenAt() }
    kobo.remove(id('Emma'))
    await syncLater()
    const audit = await auditOf(house, kobo, how)
    expect(titlesIn(audit)).toEqual({ ok: ['Persuasion', 'Villette'], outdated: ['Emma'] })
    await syncLater()
    expect(kobo.titles()).toEqual(['Persuasion', 'Villette'])
  })

  test('says what was lost by then, though other books came since', async () => {
    kobo.loseRows([id('Emma')])
    const brought = bringFrom(kobo)
    await shelve('Walden')
    await syncLater()
    const audit = await auditOf(house, kobo, { brought, takenAt: null })
    expect(titlesIn(audit)).toMatchObject({ lost: ['Emma'], outdated: ['Walden'] })
    expect((await heal(audit)).body.operations).toEqual([{ verb: 'add', bookId: id('Emma') }])
    await syncLater()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Villette', 'Walden'])
  })

  test('proves what it shows for its own day, not for that of its arrival', async () => {
    const brought = bringFrom(kobo)
    const takenAt = house.now()
    house.advance(3 * DAY)
    await auditOf(house, kobo, { brought, takenAt })
    const { body } = await house.api<{
      items: { title: string; status: string; proof: { kind: string; at: number } }[]
    }>('GET', `/devices/${kobo.device}/contents`)
    expect(body.items).toHaveLength(3)
    for (const item of body.items)
      expect(item).toMatchObject({ status: 'on-device', proof: { kind: 'audited', at: takenAt } })
  })

  test('takes nothing back of what a newer copy said', async () => {
    const brought = bringFrom(kobo)
    const takenAt = house.now()
    house.advance(DAY)
    kobo.loseRows([id('Emma')])
    const newer = await auditOf(house, kobo)
    house.advance(DAY)
    const older = await auditOf(house, kobo, { brought, takenAt })
    expect(titlesIn(older)).toEqual({ ok: ['Persuasion', 'Villette'], outdated: ['Emma'] })
    const { body } = await house.api<{ items: { kind: string }[] }>('GET', '/errata')
    expect(body.items.map(({ kind }) => kind)).toEqual(['drift'])
    const path = `/devices/${kobo.device}/contents?status=doubtful`
    const doubted = await house.api<{ items: { sentence: string }[] }>('GET', path)
    expect(doubted.body.items.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/the Kobo’s own database lacked it .* It may not be there any more\.$/),
    ])
    expect((await heal(newer)).body.operations).toEqual([{ verb: 'add', bookId: id('Emma') }])
  })

  test('heals nothing that was healed meanwhile', async () => {
    kobo.loseRows([id('Emma')])
    const audit = await auditOf(house, kobo)
    await heal(audit)
    await syncLater()
    expect((await heal(audit)).body.operations).toEqual([])
    const { status, body } = await heal(audit, { books: [id('Emma')] })
    expect([status, body.error?.message]).toEqual([
      409,
      'There is nothing to heal about one of these books.',
    ])
  })
})

describe('a copy of which nobody knows the day', () => {
  test('is told, and nothing follows from it', async () => {
    kobo.loseToken()
    kobo.loseRows([id('Emma')])
    const audit = await auditOf(house, kobo, { takenAt: null })
    expect(audit).toMatchObject({
      copiedAt: null,
      confirmed: 0,
      summary: '2 of 3 found, and nobody knows on which day',
    })
    const { status } = await heal(audit)
    expect(status).toBe(409)
  })

  test('counts when its bringer knows it', async () => {
    kobo.loseToken()
    kobo.loseRows([id('Emma')])
    const audit = await auditOf(house, kobo, { takenAt: house.now() })
    expect(titlesIn(audit)).toMatchObject({ lost: ['Emma'], outdated: [] })
  })
})

test('a Kobo that had nothing new for weeks keeps an old token, and the day of the copy counts', async () => {
  for (let week = 0; week < 4; week += 1) {
    house.advance(6 * DAY)
    await kobo.open(id('Emma'))
    await kobo.close(id('Emma'), { percent: 10 + week })
    await syncLater()
  }
  kobo.loseRows([id('Emma')])
  const audit = await auditOf(house, kobo)
  expect(titlesIn(audit)).toMatchObject({ lost: ['Emma'], outdated: [] })
  expect(audit.classes.ok).toHaveLength(2)
})

test('a book that is stuck for a year is found and comes', async () => {
  kobo.loseRows([id('Villette')])
  house.advance(365 * DAY)
  await syncLater()
  const audit = await auditOf(house, kobo)
  expect(titlesIn(audit)).toMatchObject({ lost: ['Villette'] })
  await heal(audit)
  await syncLater()
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Villette'])
})

test('a library that was wiped while its token survived comes back whole', async () => {
  kobo.wipeLibrary()
  const audit = await auditOf(house, kobo)
  expect(titlesIn(audit)).toMatchObject({ lost: ['Emma', 'Persuasion', 'Villette'] })
  expect(audit.summary).toBe('0 of 3 confirmed, 1 September')
  await heal(audit)
  await syncLater()
  await kobo.downloadAll()
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Villette'])
  house.advance(5 * 60_000)
  expect((await auditOf(house, kobo)).summary).toBe('3 of 3 confirmed, 2 September')
})

describe('one of two Kobos', () => {
  let second: HouseKobo
  beforeEach(async () => {
    second = await koboAt(house, { name: 'Ben’s Kobo' })
    await second.syncUntilQuiet()
    await second.downloadAll()
    house.advance(5 * 60_000)
  })

  test('is healed, and the other hears nothing of it', async () => {
    kobo.loseRows([id('Emma')])
    second.loseRows([id('Villette')])
    await heal(await auditOf(house, kobo))
    expect((await second.sync()).operations).toEqual([])
    await syncLater()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Villette'])
    expect(second.titles()).toEqual(['Emma', 'Persuasion'])
  })

  test('is not taken for the other', async () => {
    const form = new FormData()
    form.set('database', new Blob([new Uint8Array(second.database())]))
    const response = await fetch(`${house.url}/api/v1/devices/${kobo.device}/audits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${house.owner.token}` },
      body: form,
    })
    expect(response.status).toBe(409)
    expect(await response.text()).toContain(
      'This is the database of another Kobo, and not of “Anna’s Kobo”.',
    )
  })
})

test('a Kobo that was put back unnoticed to a day before it read on gets its place again by an audit', async () => {
  await kobo.open(id('Emma'))
  await kobo.close(id('Emma'), { percent: 20 })
  await syncLater()
  const backup = kobo.snapshot()
  await kobo.open(id('Emma'))
  await kobo.close(id('Emma'), { percent: 60 })
  await syncLater()
  kobo.restore(backup)
  expect((await kobo.sync()).operations).toEqual([])
  house.advance(5 * 60_000)
  expect(titlesIn(await auditOf(house, kobo))).toMatchObject({
    ok: ['Emma', 'Persuasion', 'Villette'],
  })
  await syncLater()
  const emma = kobo.state().books.find(({ title }) => title === 'Emma')
  expect(emma?.place.progress).toBe(60)
})
