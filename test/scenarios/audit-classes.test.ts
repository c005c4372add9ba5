import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { addContent } from '../support/kobo-database.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import {
  auditOf,
  bringFrom,
  changed,
  titlesIn,
  type AuditTold,
  type Brought,
  type PreviewTold,
} from '../support/audit-of.ts'

let house: House
let kobo: HouseKobo
let emma: string
let persuasion: string
let shelf: string

async function begin(switches: Parameters<typeof koboAt>[1] = {}): Promise<void> {
  house = await openHouse()
  emma = (await house.addBook(await makeEpub({ title: 'Emma', authors: ['Jane Austen'] }))).id
  persuasion = (await house.addBook(await makeEpub({ title: 'Persuasion' }))).id
  shelf = (await house.shelf('Sofa', [emma, persuasion])).id
  kobo = await koboAt(house, switches)
  await settle()
}

beforeEach(() => begin())

afterEach(end)

async function end(): Promise<void> {
  closeKobos()
  await house.close()
}

async function settle(): Promise<void> {
  await kobo.syncUntilQuiet()
  await kobo.downloadAll()
  house.advance(5 * 60_000)
}

async function heal(audit: AuditTold, wish?: object) {
  const path = `/devices/${kobo.device}/audits/${audit.id}/heal`
  return house.api<PreviewTold & { error?: { message: string } }>('POST', path, wish)
}

async function verbs(audit: AuditTold, wish?: object): Promise<string[]> {
  const { status, body } = await heal(audit, wish)
  expect(status).toBe(200)
  return body.operations.map(
    ({ verb, bookId }) => `${verb} ${bookId === emma ? 'Emma' : 'Persuasion'}`,
  )
}

async function drift(): Promise<{ cause: string; consequence: string; id: string }[]> {
  type Told = { items: { id: string; kind: string; cause: string; consequence: string }[] }
  const { body } = await house.api<Told>('GET', '/errata')
  return body.items.filter(({ kind }) => kind === 'drift')
}

/** Heals what is found, lets two syncs pass, and says what is found then. */
async function healedAndAudited(audit: AuditTold): Promise<Record<string, string[]>> {
  await heal(audit)
  await kobo.sync()
  house.advance(5 * 60_000)
  await settle()
  return titlesIn(await auditOf(house, kobo))
}

const BOTH_OK = { ok: ['Emma', 'Persuasion'], outdated: [] }

test('a row that is marked as removed comes back', async () => {
  const brought = changed(bringFrom(kobo), (db) =>
    db.prepare("UPDATE content SET ___UserID = 'removed' WHERE ContentID = ?").run(emma),
  )
  const audit = await auditOf(house, kobo, { brought })
  expect(titlesIn(audit)).toEqual({ ok: ['Persuasion'], removedRow: ['Emma'], outdated: [] })
  expect(await verbs(audit)).toEqual(['add Emma'])
})

describe('a file', () => {
  test('that is gone though the row claims it comes anew, and only that', async () => {
    kobo.deleteFile(emma)
    const audit = await auditOf(house, kobo)
    expect(titlesIn(audit)).toEqual({ ok: ['Persuasion'], fileMissing: ['Emma'], outdated: [] })
    expect(await verbs(audit)).toEqual(['remove Emma'])
    expect(await healedAndAudited(audit)).toEqual(BOTH_OK)
  })

  test('that is not downloaded is no drift', async () => {
    kobo.removeDownload(emma)
    const audit = await auditOf(house, kobo, { takenAt: null })
    expect(titlesIn(audit)).toEqual({ ok: ['Persuasion'], entitledOnly: ['Emma'], outdated: [] })
    expect(audit.summary).toContain('2 of 2 confirmed')
    expect(await drift()).toEqual([])
    const { body } = await house.api<{ items: { title: string; status: string }[] }>(
      'GET',
      `/devices/${kobo.device}/contents`,
    )
    expect(body.items.map(({ title, status }) => `${title} ${status}`)).toEqual([
      'Emma entitled',
      'Persuasion on-device',
    ])
  })

  test('that is an older one is told apart, and today’s comes', async () => {
    await house.server.home.db.transact(async (tx) => {
      const { artifact } = await tx
        .selectFrom('book')
        .select('artifact')
        .where('id', '=', emma)
        .executeTakeFirstOrThrow()
      const row = await tx
        .selectFrom('artifact')
        .selectAll()
        .where('hash', '=', artifact ?? '')
        .executeTakeFirstOrThrow()
      await tx
        .insertInto('artifact')
        .values({ ...row, hash: '0'.repeat(64), size: 777 })
        .execute()
    })
    const brought: Brought = bringFrom(kobo)
    for (const file of brought.kepub) if (file.name === emma) file.size = 777
    const audit = await auditOf(house, kobo, { brought })
    expect(titlesIn(audit)).toMatchObject({ staleFile: ['Emma'] })
    expect(await verbs(audit)).toEqual(['remove Emma'])
  })
})

describe('a book that nobody wants there', () => {
  test('and of which the ledger knows leaves by itself', async () => {
    await house.api('DELETE', `/shelves/${shelf}/books/${emma}`)
    const audit = await auditOf(house, kobo)
    expect(titlesIn(audit)).toMatchObject({ ok: ['Persuasion'], orphan: ['Emma'] })
    expect(audit.classes['orphan']).toMatchObject([{ settles: true }])
    expect(await drift()).toEqual([])
    await kobo.syncUntilQuiet()
    expect(kobo.titles()).toEqual(['Persuasion'])
  })

  test('and of which the ledger knows nothing leaves when it is healed', async () => {
    await house.api('DELETE', `/shelves/${shelf}/books/${emma}`)
    const before = kobo.snapshot()
    await settle()
    expect(kobo.titles()).toEqual(['Persuasion'])
    const token = kobo.token()
    kobo.restore(before)
    kobo.takeToken(token ?? '')
    const audit = await auditOf(house, kobo)
    expect(titlesIn(audit)).toMatchObject({ ok: ['Persuasion'], orphan: ['Emma'] })
    expect(await drift()).toHaveLength(1)
    expect(await verbs(audit)).toEqual(['remove Emma'])
    await settle()
    expect(kobo.titles()).toEqual(['Persuasion'])
  })
})

test('books of others are counted, never touched, and doubles are shown', async () => {
  const brought = changed(bringFrom(kobo), (db) => {
    addContent(db, 'a-book-of-the-shop')
    const [row] = db
      .prepare<[string], { Title: string; Attribution: string | null }>(
        'SELECT Title, Attribution FROM content WHERE ContentID = ?',
      )
      .all(emma)
    addContent(db, 'file:///mnt/onboard/emma.kepub.epub', {
      Title: row?.Title ?? '',
      Attribution: row?.Attribution ?? null,
    })
  })
  const audit = await auditOf(house, kobo, { brought })
  expect(audit).toMatchObject({ foreignBooks: 1 })
  expect(titlesIn(audit)).toEqual({ ...BOTH_OK, duplicate: ['Emma'] })
  expect(await verbs(audit)).toEqual([])
})

describe('highlights that are not stored here', () => {
  beforeEach(async () => {
    await kobo.open(emma)
    kobo.goOffline()
    kobo.highlight(emma, 'Handsome, clever, and rich')
    kobo.goOnline()
    kobo.deleteFile(emma)
    house.advance(5 * 60_000)
  })

  test('keep a book from being sent anew, and that is said', async () => {
    const audit = await auditOf(house, kobo)
    expect(titlesIn(audit)).toEqual({
      ok: ['Persuasion'],
      fileMissing: ['Emma'],
      newerOnDevice: ['Emma'],
      outdated: [],
    })
    expect(audit.classes['fileMissing']).toMatchObject([{ unsaved: true, highlights: 1 }])
    expect((await drift())[0]?.consequence).toContain(
      'one of them has highlights on the Kobo that are not stored here',
    )
    expect(await verbs(audit)).toEqual([])
    expect(await verbs(audit, { classes: ['fileMissing'] })).toEqual([])
    const named = await heal(audit, { books: [emma] })
    expect([named.status, named.body.error?.message]).toEqual([
      409,
      'One of these books has highlights on the Kobo that are not stored here. Say evenUnsaved to send it all the same.',
    ])
    expect(await drift()).toHaveLength(1)
    const [erratum] = await drift()
    await house.api('POST', `/errata/${erratum?.id}/actions/heal`)
    expect(await drift()).toHaveLength(1)
  })

  test('are given up by whoever says so', async () => {
    const audit = await auditOf(house, kobo)
    expect(await verbs(audit, { evenUnsaved: true })).toEqual(['remove Emma'])
    expect(await drift()).toEqual([])
  })

  test('do not keep it any more once the Kobo has told of them', async () => {
    await kobo.sync()
    house.advance(5 * 60_000)
    const audit = await auditOf(house, kobo)
    expect(audit.classes['fileMissing']).toMatchObject([{ unsaved: false, highlights: 1 }])
    expect(await healedAndAudited(audit)).toEqual(BOTH_OK)
    expect(kobo.highlights(emma)).toHaveLength(1)
  })
})

test('an erratum proposes to heal, does it, and closes', async () => {
  kobo.loseRows([emma])
  await auditOf(house, kobo)
  const [erratum] = await drift()
  expect(erratum).toMatchObject({
    actions: ['heal'],
    cause: expect.stringContaining('One book is not as it should be on “Kobo'),
  })
  const { status } = await house.api('POST', `/errata/${erratum?.id}/actions/heal`)
  expect(status).toBe(204)
  expect(await drift()).toEqual([])
  await settle()
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
})

test('an erratum closes when a later audit finds nothing any more', async () => {
  kobo.loseRows([emma])
  await auditOf(house, kobo)
  expect(await drift()).toHaveLength(1)
  await house.api('POST', `/devices/${kobo.device}/resend`, { books: [emma] })
  await settle()
  await auditOf(house, kobo)
  expect(await drift()).toEqual([])
})

test('a damaged database accuses nobody of what may be in the part that was not read', async () => {
  const { body } = await house.api<AuditTold>('POST', `/devices/${kobo.device}/audits`, {
    books: [],
    foreign: 0,
    salvaged: true,
    marks: false,
    token: kobo.token(),
  })
  expect(titlesIn(body)).toEqual({ unread: ['Emma', 'Persuasion'], outdated: [] })
  expect(body.summary).toBe('0 of 2 confirmed, 1 September; a part of the database is damaged')
  expect(await verbs(body)).toEqual([])
})
