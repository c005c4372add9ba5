import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault, Faults } from '../../src/simulator/faults.ts'
import { deviceById } from '../../src/devices/device.store.ts'
import { recordFact, writeNotes } from '../../src/sync/facts.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'

type Content = {
  bookId: string
  title: string
  status: string
  sentence: string
  proof: { kind: string; at: number } | null
  lastSeenAt: number | null
  evidence: { kind: string; at: number; detail: string }[]
}
type Contents = { items: Content[]; next: string | null }

/** Tuesday 1 September 2026, 12:00 by the clock of the machine. */
const NOON = Date.UTC(2026, 8, 1, 12)
const MINUTE = 60_000

let house: House

beforeEach(async () => {
  house = await openHouse({ now: NOON })
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function book(title: string): Promise<BookTold> {
  return house.addBook(await makeEpub({ title, authors: ['Jane Austen'] }))
}

async function shelved(...titles: string[]): Promise<{ shelf: string; ids: string[] }> {
  const ids: string[] = []
  for (const title of titles) ids.push((await book(title)).id)
  const { id } = await house.shelf('Sofa', ids)
  await house.settled()
  return { shelf: id, ids }
}

async function contents(device: string, query = ''): Promise<Contents> {
  await writeNotes(house.server.home)
  const { status, body } = await house.api<Contents>('GET', `/devices/${device}/contents${query}`)
  expect(status).toBe(200)
  return body
}

/** Status and sentence of the only book, or of the one with this title. */
async function told(kobo: Pick<HouseKobo, 'device'>, title = 'Emma'): Promise<string> {
  const { items } = await contents(kobo.device)
  const item = items.find((each) => each.title === title)
  return item ? `${item.status}: ${item.sentence}` : 'not there'
}

function atSync(n: number, fault: Fault): Faults {
  let seen = 0
  return (exchange) =>
    exchange.path.endsWith('/v1/library/sync') && ++seen === n ? fault : undefined
}

/** The Kobo's own database loses what makes it list a book: nothing is told of it. */
function forgetHighlightsOf(kobo: HouseKobo, book: string): void {
  const db = new Database(join(dirname(kobo.fileOf(book)), '..', 'KoboReader.sqlite'))
  db.prepare('UPDATE content SET AnnotationsSyncToken = NULL WHERE ContentID = ?').run(book)
  db.close()
}

/** Downloads nothing by itself and lists nothing, so that a story decides what proves a book. */
const QUIET = { downloadsPerSync: 0, sideCalls: false, annotationList: 'nothing' } as const

describe('a book on the way to a Kobo is', () => {
  test('“preparing” while somebody makes its artifact, then “waiting”', async () => {
    const emma = await book('Emma')
    await house.server.home.db.transact((tx) =>
      tx
        .updateTable('book')
        .set({ lease_until: NOON + MINUTE })
        .where('id', '=', emma.id)
        .execute(),
    )
    await house.shelf('Sofa', [emma.id])
    const { id: device } = await house.device('Libra')
    expect(await told({ device })).toBe(
      'preparing: It is being prepared, and arrives at a sync after that.',
    )
    house.advance(2 * MINUTE)
    await house.api('PATCH', `/devices/${device}`, { name: 'Libra 2' })
    await house.settled()
    expect(await told({ device })).toBe('waiting: It arrives at the next sync.')
    await house.api('PATCH', `/devices/${device}`, { paused: true })
    expect(await told({ device })).toBe(
      'waiting: It arrives at the first sync after this Kobo is not paused any more.',
    )
  })

  test('“offered” when the answer was lost, “entitled” when its token came back, “on-device” when its bytes went out', async () => {
    const { ids } = await shelved('Emma')
    const kobo = await koboAt(house, { switches: QUIET })
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect(await told(kobo)).toBe(
      'offered: Offered today 12:00, not yet confirmed. The next sync tells whether it arrived.',
    )
    house.advance(5 * MINUTE)
    await kobo.sync()
    house.advance(5 * MINUTE)
    await kobo.sync()
    expect(await told(kobo)).toMatch(
      /^entitled: Offered today 12:05 and acknowledged; asked for its \w+ at \d\d:\d\d\. It is in the Kobo’s library, not downloaded\.$/,
    )
    house.advance(5 * MINUTE)
    await kobo.tap(ids[0] ?? '')
    expect(await told(kobo)).toBe(
      'on-device: Offered today 12:05 and acknowledged; downloaded in full at 12:15; not heard of since. It should be on the device.',
    )
    const { items } = await contents(kobo.device)
    expect(items[0]).toMatchObject({
      proof: { kind: 'download-completed', at: NOON + 15 * MINUTE },
      lastSeenAt: NOON + 15 * MINUTE,
    })
    const kinds = items[0]?.evidence.map(({ kind }) => kind) ?? []
    expect(kinds).toEqual(
      expect.arrayContaining(['sent-new', 'download-begun', 'download-completed']),
    )
    const times = items[0]?.evidence.map(({ at }) => at) ?? []
    expect(times).toEqual([...times].sort((one, other) => other - one))

    house.advance(24 * 60 * MINUTE)
    await kobo.open(ids[0] ?? '')
    await kobo.close(ids[0] ?? '', { percent: 34, status: 'Reading' })
    expect(await told(kobo)).toMatch(
      /^on-device: Offered yesterday 12:05 and acknowledged; downloaded in full at 12:15; a place in it was told today 12:15; .* It is on the device\.$/,
    )
  })

  test('“entitled” and no more when a download breaks off', async () => {
    // So large that the server cannot hand it over before the Kobo goes away.
    const files = { 'OEBPS/plate.jpg': randomBytes(12_000_000) }
    const emma = await house.addBook(await makeEpub({ title: 'Emma', files }))
    await house.shelf('Sofa', [emma.id])
    await house.settled()
    const kobo = await koboAt(house, { switches: QUIET })
    await kobo.sync()
    await kobo.sync()
    await kobo.tap(emma.id, {
      faults: ({ kind }) => (kind === 'download' ? { kind: 'cut-reply', atByte: 10 } : undefined),
    })
    expect(await told(kobo)).toBe(
      'entitled: Offered today 12:00 and acknowledged; a download, not seen to its end, began at 12:00. It is in the Kobo’s library, not downloaded.',
    )
  })
})

describe('a book that goes from a Kobo is', () => {
  test('“excluded” when its reader removed it there, and comes again when it is shelved anew', async () => {
    const { shelf, ids } = await shelved('Emma')
    const kobo = await koboAt(house)
    await kobo.sync()
    kobo.remove(ids[0] ?? '')
    house.advance(5 * MINUTE)
    await kobo.sync()
    expect(await told(kobo)).toBe(
      'excluded: Removed on the Kobo today 12:05. It stays off this Kobo until it is put on a shelf again.',
    )
    await house.api('DELETE', `/shelves/${shelf}/books/${ids[0]}`)
    await house.api('PUT', `/shelves/${shelf}/books/${ids[0]}`)
    expect(await told(kobo)).toBe(
      'waiting: Removed on the Kobo today 12:05. It arrives at the next sync.',
    )
  })

  test('an “orphan” off the shelf, “leaving” when its removal was sent, and not wanted when that came back', async () => {
    const { shelf, ids } = await shelved('Emma')
    const kobo = await koboAt(house, { switches: { annotationList: 'nothing' } })
    await kobo.sync()
    await kobo.sync()
    await house.api('DELETE', `/shelves/${shelf}/books/${ids[0]}`)
    expect(await told(kobo)).toBe(
      'orphan: Offered today 12:00 and acknowledged; downloaded in full at 12:00; on no shelf that this Kobo carries. Its removal is due.',
    )
    expect((await contents(kobo.device, '?filter=extra')).items).toHaveLength(1)
    house.advance(5 * MINUTE)
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect(await told(kobo)).toBe(
      'leaving: Offered today 12:00 and acknowledged; its removal was sent at 12:05, and was not acknowledged. It is leaving.',
    )
    house.advance(5 * MINUTE)
    await kobo.sync()
    await kobo.sync()
    expect(await told(kobo)).toBe(
      'not-wanted: Its removal was sent today 12:10 and acknowledged. Not on a shelf that this Kobo carries.',
    )
    expect(kobo.titles()).toEqual([])
  })

  test('“leaving” when it was only offered, and gone from the list when it was deleted and removed', async () => {
    const { ids } = await shelved('Emma')
    const kobo = await koboAt(house)
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect((await house.api('DELETE', `/books/${ids[0]}`)).status).toBe(204)
    expect(await told(kobo)).toBe(
      'leaving: Offered today 12:00, not yet confirmed; deleted from the library. Its removal goes out at the next sync.',
    )
    await kobo.sync()
    await kobo.sync()
    expect(await told(kobo)).toBe('not there')
  })
})

describe('a book of which something speaks against its being there is', () => {
  test('“doubtful” when a list lacks it that used to name it, until it is downloaded again', async () => {
    const { ids } = await shelved('Emma', 'Persuasion', 'Sanditon')
    const kobo = await koboAt(house, {
      switches: { downloadsPerSync: 3, annotationList: 'open-only' },
    })
    await kobo.sync()
    house.advance(5 * MINUTE)
    kobo.switches.annotationList = 'all'
    await kobo.sync()
    // What it listed is written down before the clock goes on.
    await writeNotes(house.server.home)
    forgetHighlightsOf(kobo, ids[0] ?? '')
    house.advance(5 * MINUTE)
    await kobo.sync()
    expect(await told(kobo)).toBe(
      'doubtful: Offered today 12:00 and acknowledged; downloaded in full at 12:00; listed by the Kobo at 12:05; a list of the Kobo’s books lacked it at 12:10. It may not be there any more.',
    )
    const filtered = await contents(kobo.device, '?filter=doubtful')
    expect(filtered.items.map(({ title }) => title)).toEqual(['Emma'])
    expect(await told(kobo, 'Persuasion')).toMatch(/^on-device: /)
    house.advance(5 * MINUTE)
    await kobo.tap(ids[0] ?? '')
    expect(await told(kobo)).toMatch(/^on-device: /)
  })

  test('“missing” when it was asked for again, then offered, then there', async () => {
    const { ids } = await shelved('Emma', 'Persuasion')
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    await kobo.sync()
    await kobo.sync()
    const { home } = house.server
    const device = await deviceById(home.db.read, kobo.device)
    if (!device) throw new Error('the device is gone')
    house.advance(5 * MINUTE)
    await recordFact(home, device, ids[0] ?? '', { kind: 'consent' })
    expect(await told(kobo)).toBe(
      'missing: Asked for again today 12:05. It will be sent at the next sync.',
    )
    const filtered = await contents(kobo.device, '?filter=missing')
    expect(filtered.items.map(({ title }) => title)).toEqual(['Emma'])
    house.advance(5 * MINUTE)
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect(await told(kobo)).toBe(
      'offered: Offered today 12:10, not yet confirmed. The next sync tells whether it arrived.',
    )
    house.advance(5 * MINUTE)
    await kobo.sync()
    await kobo.downloadAll()
    await kobo.sync()
    expect(await told(kobo)).toMatch(/^on-device: Offered today 12:15 and acknowledged; downloaded/)
  })

  test('“missing” when the Kobo was said to be empty, and “doubtful” when it was shelved again after a removal that was lost', async () => {
    const { shelf, ids } = await shelved('Emma')
    const kobo = await koboAt(house, { switches: { annotationList: 'nothing' } })
    await kobo.sync()
    await kobo.sync()
    await house.api('DELETE', `/shelves/${shelf}/books/${ids[0]}`)
    house.advance(5 * MINUTE)
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    await house.api('PUT', `/shelves/${shelf}/books/${ids[0]}`)
    expect(await told(kobo)).toBe(
      'doubtful: Offered today 12:00 and acknowledged; downloaded in full at 12:00; its removal was sent at 12:05, and was not acknowledged. It may not be there any more.',
    )
    await house.api('POST', `/devices/${kobo.device}/regenerate`, { library: 'empty' })
    expect(await told(kobo)).toBe(
      'missing: The Kobo was said or found to be empty today 12:05. It will be sent at the next sync.',
    )
  })
})

describe('the contents of a device', () => {
  test('are its person’s alone, and each device has its own', async () => {
    const { ids } = await shelved('Emma')
    const sofa = await house.shelf('Train')
    const [libra, clara] = [await koboAt(house), await koboAt(house, { shelves: [sofa.id] })]
    await libra.sync()
    expect((await contents(clara.device)).items).toEqual([])
    const ben = await house.person('Ben')
    const asked = await house.api('GET', `/devices/${libra.device}/contents`, undefined, ben)
    expect(asked.status).toBe(404)
    expect((await contents(libra.device, `?book=${ids[0]}`)).items).toHaveLength(1)
    expect((await contents(libra.device, '?book=nobody')).items).toEqual([])
  })

  test('come in parts, in the order of titles, each book once, also by status', async () => {
    const titles = ['Emma', 'Persuasion', 'Sanditon', 'Lady Susan', 'The Watsons']
    await shelved(...titles)
    const kobo = await koboAt(house, { switches: QUIET })
    await kobo.sync()
    await house.shelf('Sofa', [(await book('Evelyn')).id])
    await house.settled()
    for (const [query, count] of [
      ['', 6],
      ['&status=entitled,waiting', 6],
      ['&status=entitled', 5],
    ] as const) {
      const seen: string[] = []
      for (let cursor = ''; ;) {
        const part = await contents(kobo.device, `?limit=2${query}${cursor}`)
        expect(part.items.length).toBeLessThanOrEqual(2)
        seen.push(...part.items.map(({ title }) => title))
        if (part.next === null) break
        cursor = `&cursor=${encodeURIComponent(part.next)}`
      }
      expect(new Set(seen).size).toBe(count)
      expect(seen).toHaveLength(count)
      expect(seen[0]).toBe('Emma')
      expect(seen.at(-1)).toBe('The Watsons')
    }
    const bad = await house.api('GET', `/devices/${kobo.device}/contents?status=lost`)
    expect(bad.status).toBe(400)
    const cursor = await house.api('GET', `/devices/${kobo.device}/contents?cursor=x`)
    expect(cursor.status).toBe(400)
  })
})
