import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { simulate } from '../../src/simulator/command.ts'
import type { Fault, Faults } from '../../src/simulator/faults.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'

type Sync = {
  id: string
  startedAt: number
  endedAt: number | null
  complete: boolean
  sentences: string[]
  counts: Record<string, number>
  requests: { at: number; call: string; bookId?: string; operations?: number }[]
}
type Syncs = { items: Sync[]; next: string | null }

const NOON = Date.UTC(2026, 8, 1, 12)
const MINUTE = 60_000
const ANNOTATIONS_OFF = { annotationList: 'nothing', annotationsAskedAfterDownload: false } as const

let house: House

beforeEach(async () => {
  house = await openHouse({ now: NOON })
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function shelve(...titles: string[]): Promise<{ shelf: string; ids: string[] }> {
  const ids: string[] = []
  for (const title of titles) ids.push((await house.addBook(await makeEpub({ title }))).id)
  const { id } = await house.shelf('Sofa', ids)
  await house.settled()
  return { shelf: id, ids }
}

async function syncs(device: string, query = ''): Promise<Syncs> {
  await writeNotes(house.server.home)
  const { status, body } = await house.api<Syncs>('GET', `/devices/${device}/syncs${query}`)
  expect(status).toBe(200)
  return body
}

/** What the newest sync says. */
async function newest(device: string): Promise<string[]> {
  return (await syncs(device)).items[0]?.sentences ?? []
}

function atSync(n: number, fault: Fault): Faults {
  let seen = 0
  return (exchange) =>
    exchange.path.endsWith('/v1/library/sync') && ++seen === n ? fault : undefined
}

describe('the diary of a Kobo', () => {
  test('tells each sync in sentences: what came, what was taken, what the Kobo did', async () => {
    const { shelf, ids } = await shelve('Alice', 'Dracula')
    const kobo = await koboAt(house, { switches: ANNOTATIONS_OFF })
    await kobo.sync()
    const [first] = (await syncs(kobo.device)).items
    expect(first).toMatchObject({ startedAt: NOON, complete: true, endedAt: null })
    expect(first?.sentences).toEqual([
      'Signed in at this address.',
      'Came for the first time.',
      'Took 2 new books.',
      'Downloaded “Dracula” and “Alice”.',
    ])
    expect(first?.counts).toMatchObject({ added: 2, removed: 0, downloads: 2 })
    expect(first?.requests.map(({ call }) => call)).toEqual(
      expect.arrayContaining(['library-sync', 'download', 'cover']),
    )

    house.advance(30 * MINUTE)
    await kobo.open(ids[0] ?? '')
    await kobo.close(ids[0] ?? '', { percent: 34, status: 'Reading' })
    await house.api('DELETE', `/shelves/${shelf}/books/${ids[1]}`)
    const emma = await house.addBook(await makeEpub({ title: 'Emma' }))
    await house.shelf('Sofa', [emma.id])
    await house.settled()
    house.advance(30 * MINUTE)
    await kobo.sync()
    const { items } = await syncs(kobo.device)
    expect(items[0]?.sentences).toEqual([
      'Came with the token of today 12:00.',
      'Took 1 new book.',
      'Was sent 1 removal. The next sync confirms what arrived.',
      'Downloaded “Emma”.',
    ])
    expect(items[0]?.counts).toMatchObject({ added: 1, removed: 1, downloads: 1 })
    expect(items[1]?.sentences).toEqual([
      'Did not ask for its library.',
      'Told where it is in “Alice”.',
    ])
    expect(items.at(-1)?.endedAt).toBe(NOON)
    house.advance(30 * MINUTE)
    await kobo.sync()
    expect(await newest(kobo.device)).toEqual([
      'Came with the token of today 13:00.',
      'Nothing was due.',
    ])
    expect((await syncs(kobo.device)).items[1]?.sentences).toContain(
      'Took 1 new book and 1 removal.',
    )
  })

  test('tells that an answer did not arrive, and that the same was sent again', async () => {
    await shelve('Alice')
    const kobo = await koboAt(house, { switches: ANNOTATIONS_OFF })
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect(await newest(kobo.device)).toEqual([
      'Signed in at this address.',
      'Came for the first time.',
      'Was sent 1 new book. The next sync confirms what arrived.',
    ])
    house.advance(5 * MINUTE)
    await kobo.sync()
    const { items } = await syncs(kobo.device)
    expect(items[0]?.sentences).toEqual([
      'Came without a token: the answer of today 12:00 did not reach it whole, so the same was sent again.',
      'Took 1 new book.',
      'Downloaded “Alice”.',
    ])
    expect(items[1]?.sentences.at(-1)).toBe('Was sent 1 new book, and never confirmed that.')

    await house.shelf('Sofa', [(await house.addBook(await makeEpub({ title: 'Emma' }))).id])
    await house.settled()
    house.advance(5 * MINUTE)
    await kobo.sync({ faults: atSync(1, { kind: 'crash-before-token' }) })
    house.advance(5 * MINUTE)
    await kobo.sync()
    expect((await newest(kobo.device)).slice(0, 2)).toEqual([
      'Came with the token of today 12:05.',
      'The answer of today 12:10 did not reach it whole, so the same was sent again.',
    ])
  })

  test('tells of a lost token, of books removed on the Kobo, and of a pause', async () => {
    const { ids } = await shelve('Alice', 'Dracula')
    const kobo = await koboAt(house, { switches: ANNOTATIONS_OFF })
    await kobo.syncUntilQuiet()
    house.advance(5 * MINUTE)
    kobo.loseToken()
    kobo.remove(ids[0] ?? '')
    await kobo.sync()
    expect(await newest(kobo.device)).toEqual([
      'Came without a token.',
      'Was sent 1 change of details. The next sync confirms what arrived.',
      'Told that “Alice” was removed on it.',
    ])
    await house.api('PATCH', `/devices/${kobo.device}`, { paused: true })
    house.advance(5 * MINUTE)
    await kobo.sync()
    const { items } = await syncs(kobo.device)
    expect(items[0]).toMatchObject({ complete: false })
    expect(items[0]?.sentences).toEqual([
      'Came with the token of today 12:05.',
      'It was paused, and was sent nothing.',
    ])
  })

  test('comes in parts, newest first, each sync once', async () => {
    await shelve('Alice')
    const kobo = await koboAt(house)
    for (let n = 0; n < 5; n++) {
      await kobo.sync()
      house.advance(5 * MINUTE)
    }
    const whole = await syncs(kobo.device)
    expect(whole.items.length).toBeGreaterThanOrEqual(5)
    const ids: string[] = []
    for (let cursor = ''; ;) {
      const part = await syncs(kobo.device, `?limit=2${cursor}`)
      ids.push(...part.items.map(({ id }) => id))
      expect(part.items).toEqual(whole.items.slice(ids.length - part.items.length, ids.length))
      if (part.next === null) break
      cursor = `&cursor=${part.next}`
    }
    expect(ids).toEqual(whole.items.map(({ id }) => id))
    expect(ids.map(Number)).toEqual(ids.map(Number).sort((one, other) => other - one))
  })
})

describe('the bundle of a sync', () => {
  test('holds what the log has of it, without titles, names and secrets', async () => {
    const { ids } = await shelve('Alice')
    const kobo = await koboAt(house, { name: 'Anna’s Libra' })
    await kobo.sync()
    const [sync] = (await syncs(kobo.device)).items
    const path = `/devices/${kobo.device}/syncs/${sync?.id}/bundle`
    const { status, body } = await house.api<{ entries: Record<string, unknown>[] }>('GET', path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      format: 'holdfast-sync-1',
      sync: { id: sync?.id, startedAt: NOON },
      device: { firmware: '4.45.23697' },
    })
    const page = body.entries.find(({ kind }) => kind === 'page')
    expect(page).toMatchObject({ parent: null, operations: [{ verb: 'new', book: ids[0] }] })
    expect(page?.['page']).toMatch(/^page \d+$/)
    const text = JSON.stringify(body)
    const pages = await house.server.home.db.read.selectFrom('page').select('id').execute()
    const secret = kobo.syncUrl.split('/').at(-1) ?? ''
    for (const hidden of [
      'Alice',
      'Anna',
      secret,
      house.owner.id,
      kobo.deviceId,
      ...pages.map(({ id }) => id),
    ])
      expect(text).not.toContain(hidden)
  })

  test('is its person’s alone, and there is none of a sync that never was', async () => {
    await shelve('Alice')
    const kobo = await koboAt(house)
    await kobo.sync()
    const [sync] = (await syncs(kobo.device)).items
    const ben = await house.person('Ben')
    const path = `/devices/${kobo.device}/syncs`
    expect((await house.api('GET', path, undefined, ben)).status).toBe(404)
    const bundle = `${path}/${sync?.id}/bundle`
    expect((await house.api('GET', bundle, undefined, ben)).status).toBe(404)
    for (const id of ['0', '999999', 'x', String(Number(sync?.id) + 1)])
      expect((await house.api('GET', `${path}/${id}/bundle`)).status).toBe(404)
  })
})

describe('a bundle that was saved', () => {
  let drive: string
  beforeEach(async () => {
    drive = await mkdtemp(join(tmpdir(), 'holdfast-replay-'))
  })
  afterEach(() => rm(drive, { recursive: true, force: true }))

  async function replayed(syncUrl: string, bundle: unknown) {
    const path = join(drive, 'bundle.json')
    await writeFile(path, JSON.stringify(bundle))
    const out: string[] = []
    const io = {
      out: (line: string) => void out.push(line),
      err: (line: string) => void out.push(line),
    }
    const kobo = ['--home', join(drive, 'kobo'), '--quiet', '--light']
    const code = await simulate([syncUrl, ...kobo, '--replay', path], io)
    return { code, out }
  }

  async function lastBundle(kobo: HouseKobo): Promise<unknown> {
    const [sync] = (await syncs(kobo.device)).items
    return (await house.api('GET', `/devices/${kobo.device}/syncs/${sync?.id}/bundle`)).body
  }

  test('is lived through again by another Kobo, which is sent the same', async () => {
    await shelve('Alice', 'Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await kobo.sync()
    const bundle = await lastBundle(kobo)
    const other = await koboAt(house, { name: 'Clara' })
    const { code, out } = await replayed(other.syncUrl, bundle)
    expect(out).toContain('The server sent what was sent then.')
    expect(code).toBe(0)
  })

  test('says what another server sends otherwise, and what cannot be done again', async () => {
    const { ids } = await shelve('Alice', 'Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await kobo.sync()
    await kobo.close(ids[0] ?? '', { percent: 30 }, { offline: true })
    kobo.remove(ids[1] ?? '')
    house.advance(3_600_000)
    await kobo.sync()
    const bundle = await lastBundle(kobo)
    const other = await koboAt(house, { name: 'Clara' })
    const { out } = await replayed(other.syncUrl, bundle)
    expect(out).toContain(`The book ${ids[0]} is not on this Kobo: its state is left out.`)
    expect(out).toContain(`The book ${ids[1]} is not on this Kobo: its delete is left out.`)
    expect(out).toContain(`Now and not then: new ${ids[1]}.`)
  })

  test('that is none is refused with a sentence', async () => {
    const kobo = await koboAt(house)
    const { code, out } = await replayed(kobo.syncUrl, { format: 'another' })
    expect([code, out]).toEqual([2, [`${join(drive, 'bundle.json')} is not the bundle of a sync.`]])
  })
})
