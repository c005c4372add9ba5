import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { TWELVE } from '../support/twelve-titles.ts'
import { auditOf, titlesIn, type AuditTold, type PreviewTold } from '../support/audit-of.ts'

let house: House
let kobo: HouseKobo
let ids: Map<string, string>

beforeEach(async () => {
  house = await openHouse()
  ids = new Map()
  for (const title of TWELVE) ids.set(title, (await house.addBook(await makeEpub({ title }))).id)
  await house.shelf('Sofa', [...ids.values()])
  kobo = await koboAt(house)
  await kobo.syncUntilQuiet()
  await kobo.downloadAll()
  house.advance(5 * 60_000)
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

const id = (title: string): string => ids.get(title) ?? ''

async function heal(audit: AuditTold, wish?: object, query = ''): Promise<PreviewTold> {
  const path = `/devices/${kobo.device}/audits/${audit.id}/heal${query}`
  const { status, body } = await house.api<PreviewTold>('POST', path, wish)
  expect(status).toBe(200)
  return body
}

async function statuses(...only: string[]): Promise<string[]> {
  const { body } = await house.api<{ items: { title: string; status: string }[] }>(
    'GET',
    `/devices/${kobo.device}/contents?limit=100`,
  )
  return body.items
    .filter(({ status }) => only.length === 0 || only.includes(status))
    .map(({ title, status }) => `${title}: ${status}`)
}

async function errata(): Promise<{ id: string; kind: string; cause: string; actions: string[] }[]> {
  type Told = { items: { id: string; kind: string; cause: string; actions: string[] }[] }
  const { body } = await house.api<Told>('GET', '/errata')
  return body.items.filter(({ kind }) => kind === 'drift')
}

describe('two books of twelve that are missing', () => {
  test('are named by the audit, sent by heal and brought by the next sync; no other is touched', async () => {
    kobo.loseRows([id('Emma'), id('Walden')])
    expect(await statuses('missing', 'doubtful')).toEqual([])
    expect(await statuses('on-device')).toHaveLength(12)

    const audit = await auditOf(house, kobo)
    expect(audit.summary).toBe('10 of 12 confirmed, 1 September')
    expect(titlesIn(audit)).toMatchObject({ lost: ['Emma', 'Walden'], outdated: [] })
    expect(audit.classes.ok).toHaveLength(10)
    expect(await statuses('doubtful')).toEqual(['Emma: doubtful', 'Walden: doubtful'])
    expect(await statuses('on-device')).toHaveLength(10)
    const [erratum, ...more] = await errata()
    expect(more).toEqual([])
    expect(erratum?.cause).toContain('2 books are not as they should be')
    expect((await kobo.sync()).operations).toEqual([])
    house.advance(5 * 60_000)

    const preview = await heal(audit, {}, '?preview=1')
    expect(preview.operations.map(({ verb }) => verb)).toEqual(['add', 'add'])
    expect(preview.cost.refetch).toBe(0)
    expect(await heal(audit)).toEqual(preview)
    expect(await statuses('missing')).toEqual(['Emma: missing', 'Walden: missing'])
    expect(await errata()).toEqual([])

    const sync = await kobo.sync()
    expect(sync.operations.map((each) => `${each.kind} ${each.id}`).sort()).toEqual(
      [`NewEntitlement ${id('Emma')}`, `NewEntitlement ${id('Walden')}`].sort(),
    )
    expect(sync.downloaded.sort()).toEqual([id('Emma'), id('Walden')].sort())
    expect(sync.flips).toEqual([])
    await kobo.syncUntilQuiet()
    const after = await auditOf(house, kobo)
    expect(after.summary).toBe('12 of 12 confirmed, 1 September')
    expect(after.classes.ok).toHaveLength(12)
    expect(kobo.violations).toEqual([])
  })
})

describe('without an audit, who knows which two are missing', () => {
  test('has just those two sent again', async () => {
    const lost = kobo.loseRows([id('Emma'), id('Walden')])
    const { body } = await house.api<PreviewTold>('POST', `/devices/${kobo.device}/resend`, {
      books: lost,
    })
    expect(body.operations.map(({ bookId }) => bookId).sort()).toEqual([...lost].sort())
    const sync = await kobo.sync()
    expect(sync.downloaded.sort()).toEqual([...lost].sort())
    expect(sync.flips).toEqual([])
    await kobo.syncUntilQuiet()
    expect((await auditOf(house, kobo)).summary).toBe('12 of 12 confirmed, 1 September')
  })

  test('can have everything sent again, and is told first what that costs', async () => {
    kobo.loseRows([id('Emma'), id('Walden')])
    const path = `/devices/${kobo.device}/reset-sync`
    const { body: preview } = await house.api<PreviewTold>('POST', `${path}?preview=1`)
    expect(preview.cost.refetch).toBe(12)
    expect(preview.cost.bytes).toBe(preview.bytes)
    expect((await house.api<PreviewTold>('POST', path)).body.operations).toHaveLength(12)
    await kobo.syncUntilQuiet()
    await kobo.downloadAll()
    expect((await auditOf(house, kobo)).summary).toBe('12 of 12 confirmed, 1 September')
  })
})
