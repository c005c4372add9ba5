import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseFault } from '../../src/simulator/faults.ts'
import { sendAsDevice } from '../support/device-request.ts'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'

type ErratumTold = {
  id: string
  kind: string
  cause: string
  consequence: string
  actions: string[]
  bookId?: string
  deviceId?: string
}

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

async function errata(): Promise<ErratumTold[]> {
  return (await house.api<{ items: ErratumTold[] }>('GET', '/errata')).body.items
}

const kinds = async () => (await errata()).map(({ kind }) => kind)

async function act(name: string): Promise<void> {
  const [erratum] = await errata()
  const done = await house.api('POST', `/errata/${erratum?.id}/actions/${name}`)
  expect(done.status).toBe(204)
}

async function dismiss(): Promise<void> {
  const [erratum] = await errata()
  const done = await house.api('POST', `/errata/${erratum?.id}/dismiss`, { reason: 'I know.' })
  expect(done.status).toBe(204)
}

/** A book on a shelf, so large that a download can break off before all of it is on its way. */
async function largeBook(title: string): Promise<BookTold> {
  const files = { 'OEBPS/picture.bin': randomBytes(20_000_000) }
  return shelved(await house.addBook(await makeEpub({ title, files })))
}

async function smallBook(title: string): Promise<BookTold> {
  return shelved(await house.addBook(await makeEpub({ title })))
}

async function shelved(book: BookTold): Promise<BookTold> {
  await house.shelf('Sofa', [book.id])
  await house.settled()
  return book
}

/** Lets the Kobo sync a minute after whatever was before. */
async function later(kobo: HouseKobo, fault?: string): Promise<void> {
  house.advance(2 * MINUTE)
  await kobo.sync(fault === undefined ? {} : { faults: parseFault(fault, Math.random)() })
}

const CUT = 'cut-reply@1000:download'

describe('a download', () => {
  test('that breaks off is told of, and no more once the book is there', async () => {
    const emma = await largeBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await later(kobo, CUT)
    await expect.poll(cuts).toBe(1)
    expect(await errata()).toEqual([])
    house.advance(MINUTE)
    expect(await errata()).toMatchObject([
      {
        kind: 'download-cut',
        cause: 'The download of “Emma” to “Libra” broke off.',
        bookId: emma.id,
        deviceId: kobo.device,
      },
    ])
    await later(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    await expect.poll(kinds).toEqual([])
  })

  test('that broke off for good is taken back by itself, and offered anew', async () => {
    await largeBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await later(kobo, CUT)
    await expect.poll(cuts).toBe(1)
    for (let n = 0; n < 2; n += 1) await later(kobo, 'drop-request:download')
    expect(await errata()).toEqual([])
    const report = await kobo.sync()
    expect(report.operations).toMatchObject([{ removed: true }])
    await later(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    expect(await kinds()).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('that fails again and again can be offered anew', async () => {
    await largeBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await failForGood(kobo)
    expect(await errata()).toMatchObject([
      {
        kind: 'download-failed',
        cause: '“Libra” began to fetch “Emma” 3 times and never got all of it.',
        actions: ['offer-again'],
      },
    ])

    await act('offer-again')
    expect(await kinds()).toEqual([])
    await later(kobo, 'drop-request:download')
    expect(kobo.titles()).toEqual([])
    await later(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    await expect.poll(kinds).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('that never begins although the Kobo asked where the file is, is told of until it is there', async () => {
    await smallBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await later(kobo, 'drop-request:download')
    await expect.poll(asks).toBe(1)
    expect(await kinds()).toEqual([])
    house.advance(MINUTE)
    await expect.poll(kinds).toEqual(['download-not-begun'])
    expect((await errata())[0]?.cause).toBe('“Libra” asked where “Emma” is, and did not fetch it.')
    await later(kobo)
    await expect.poll(kinds).toEqual([])
  })

  test('that is dismissed is not told again, until the trouble was gone and came back', async () => {
    await smallBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await later(kobo, 'drop-request:download')
    await expect.poll(asks).toBe(1)
    house.advance(MINUTE)
    expect(await kinds()).toEqual(['download-not-begun'])
    await dismiss()
    house.advance(DAY)
    await later(kobo, 'drop-request:download')
    await expect.poll(asks).toBe(2)
    house.advance(MINUTE)
    expect(await kinds()).toEqual([])

    await later(kobo)
    expect(await kinds()).toEqual([])
    await smallBook('Persuasion')
    await later(kobo, 'drop-request:download')
    await expect.poll(asks).toBe(4)
    house.advance(MINUTE)
    expect(await kinds()).toEqual(['download-not-begun'])
  })

  test('is told of again thirty days after it was dismissed, when nothing is better', async () => {
    await largeBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra' })
    await failForGood(kobo)
    expect(await kinds()).toEqual(['download-failed'])
    await dismiss()
    house.advance(29 * DAY)
    expect(await kinds()).toEqual([])
    house.advance(2 * DAY)
    expect(await kinds()).toEqual(['download-failed'])
    await house.api('DELETE', `/devices/${kobo.device}`)
    expect(await kinds()).toEqual([])
  })

  /** Lets a download break off until it was taken back by itself, and then again and again. */
  async function failForGood(kobo: HouseKobo): Promise<void> {
    for (let n = 1; n <= 2; n += 1) {
      await later(kobo, CUT)
      await expect.poll(cuts).toBe(n)
    }
    await later(kobo, 'drop-request:download')
    expect(await kinds()).toEqual([])
    await later(kobo, 'drop-request:download')
    for (let n = 3; n <= 5; n += 1) {
      await later(kobo, CUT)
      await expect.poll(cuts).toBe(n)
    }
    house.advance(MINUTE)
  }

  async function cuts(): Promise<number> {
    return await logged('download-cut')
  }

  async function asks(): Promise<number> {
    return await logged('metadata-asked')
  }

  async function logged(kind: string): Promise<number> {
    const { db } = house.server.home
    const rows = await db.read.selectFrom('log').select('seq').where('kind', '=', kind).execute()
    return rows.length
  }
})

describe('a Kobo', () => {
  test('that does not take what it is sent is told of, until it does', async () => {
    const story = `<dc:description>${'It is a truth. '.repeat(1300)}</dc:description>`
    const ids: string[] = []
    for (let n = 0; n < 44; n += 1)
      ids.push(
        (await house.addBook(await makeEpub({ title: `Book ${n}`, extraMetadata: story }))).id,
      )
    await house.shelf('Everything', ids)
    await house.settled()
    const kobo = await koboAt(house, {
      name: 'Libra',
      switches: { tokenStored: 'pinned', downloadsPerSync: 0, sideCalls: false },
    })
    await later(kobo)
    const [erratum] = await errata()
    expect(erratum).toMatchObject({
      kind: 'token-stuck',
      cause:
        '“Libra” sent the same token three times in one sync: it does not take what it is sent.',
    })
    expect(erratum?.consequence).toMatch(/^The sync was ended/)
    await later(kobo)
    expect((await errata())[0]?.consequence).toMatch(/^From now on it gets one page/)
    for (let n = 0; n < 8; n += 1) await later(kobo)
    expect(await kinds()).toEqual([])
    expect(kobo.titles()).toHaveLength(44)
  })

  test('that syncs and never calls about highlights is told of, until it calls', async () => {
    const quiet = { annotationList: 'nothing', annotationsAskedAfterDownload: false } as const
    await smallBook('Emma')
    const kobo = await koboAt(house, { name: 'Libra', switches: quiet })
    const clara = await koboAt(house, { name: 'Clara' })
    for (let n = 0; n < 3; n += 1) {
      expect(await kinds()).toEqual([])
      house.advance(13 * 60 * MINUTE)
      await kobo.sync()
      await clara.sync()
    }
    expect(await errata()).toMatchObject([
      {
        kind: 'services-silent',
        cause: '“Libra” syncs, but never calls this server about highlights.',
        deviceId: kobo.device,
      },
    ])
    kobo.switches.annotationList = 'all'
    await later(kobo)
    expect(await kinds()).toEqual([])
  })

  test('that asks what nobody knows tells the owner once what is new', async () => {
    const { syncUrl } = await house.device('Libra')
    const ask = (path: string) =>
      sendAsDevice(house.url, {
        method: 'GET',
        path: `${new URL(syncUrl).pathname}${path}`,
        headers: { 'x-kobo-deviceid': 'ab'.repeat(32), 'x-kobo-appversion': '4.50.1' },
      })
    await ask('/v1/dreams/1234567')
    await ask('/v1/dreams/7654321')
    expect(await errata()).toMatchObject([
      {
        kind: 'unknown-requests',
        cause: 'A Kobo asked for what this Holdfast does not know: GET v1/dreams/{id} (4.50.1).',
      },
    ])
    house.advance(1)
    await ask('/v1/nightmares')
    expect((await errata())[0]?.cause).toMatch(/GET v1\/nightmares \(4\.50\.1\), GET v1\/dreams/)
    await dismiss()
    house.advance(1)
    await ask('/v1/dreams/1234567')
    expect(await kinds()).toEqual([])
    await ask('/v1/daydreams')
    expect((await errata())[0]?.cause).toMatch(/know: GET v1\/daydreams \(4\.50\.1\)\.$/)
    house.advance(31 * DAY)
    expect(await kinds()).toEqual([])
  })
})

describe('an answer', () => {
  test('that one book nearly fills is told of, until the book is shorter', async () => {
    const book = await smallBook('Genji')
    const long = (limit: number) => '源'.repeat(limit)
    await house.api('PATCH', `/books/${book.id}`, {
      title: long(1000),
      subtitle: long(1000),
      series: { name: long(1000), index: 1 },
      authors: Array.from({ length: 30 }, (_, n) => `${n}${long(198)}`),
      description: long(19_990),
    })
    const kobo = await koboAt(house)
    await later(kobo)
    const [erratum] = await errata()
    expect(erratum).toMatchObject({ kind: 'book-near-limit', bookId: book.id })
    expect(erratum?.cause).toMatch(/^What a Kobo is told of “源+” takes 1\d\d KB, half of/)
    await later(kobo)
    expect(await kinds()).toEqual(['book-near-limit'])

    await house.api('PATCH', `/books/${book.id}`, { title: 'Genji', description: 'A prince.' })
    expect(await kinds()).toEqual([])
    await later(kobo)
    expect(await kinds()).toEqual([])
  })

  test('whose headers are nearly too long for a proxy is told of, until they were short for a week', async () => {
    const book = await smallBook('Emma')
    await house.api('PATCH', `/books/${book.id}`, { title: 'E'.repeat(600) })
    const kobo = await koboAt(house)
    await later(kobo)
    const [erratum] = await errata()
    expect(erratum?.kind).toBe('headers-near-limit')
    expect(erratum?.cause).toMatch(
      /^An answer to \/\{id\}\/\{id\}\/\{id\} had headers of 1[5-9]\d\d/,
    )
    house.advance(8 * DAY)
    expect(await kinds()).toEqual([])
  })
})

describe('a book that was removed on one of several Kobos whose removals leave the shelf', () => {
  async function removed(): Promise<{ emma: BookTold; libra: HouseKobo; clara: HouseKobo }> {
    const emma = await smallBook('Emma')
    const libra = await koboAt(house, { name: 'Libra' })
    const clara = await koboAt(house, { name: 'Clara' })
    await house.api('PATCH', `/devices/${libra.device}`, { onDelete: 'unshelve' })
    await libra.sync()
    await clara.sync()
    libra.remove(emma.id)
    await later(libra)
    expect(await errata()).toMatchObject([
      {
        kind: 'removed-on-kobo',
        cause: '“Emma” was removed on “Libra”. It stands on “Sofa”, which other Kobos carry too.',
        actions: ['unshelve', 'keep-off'],
        bookId: emma.id,
        deviceId: libra.device,
      },
    ])
    return { emma, libra, clara }
  }

  test('leaves the others too, if its person says so', async () => {
    const { libra, clara } = await removed()
    await act('unshelve')
    expect(await kinds()).toEqual([])
    await later(libra)
    await later(clara)
    expect([libra.titles(), clara.titles()]).toEqual([[], []])
    expect((await house.shelf('Sofa')).books).toBe(0)
  })

  test('stays off this one alone, if its person says so, and comes back by the shelf only', async () => {
    const { emma, libra, clara } = await removed()
    await act('keep-off')
    expect(await kinds()).toEqual([])
    await later(libra)
    await later(clara)
    expect([libra.titles(), clara.titles()]).toEqual([[], ['Emma']])
    const { id } = await house.shelf('Sofa')
    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    await later(libra)
    expect(libra.titles()).toEqual(['Emma'])
  })

  test('is no question any more once it is off the shelf, or once it came back', async () => {
    const { emma, libra } = await removed()
    const { id } = await house.shelf('Sofa')
    await house.api('DELETE', `/shelves/${id}/books/${emma.id}`)
    expect(await kinds()).toEqual([])
    await house.api('PUT', `/shelves/${id}/books/${emma.id}`)
    await later(libra)
    expect(libra.titles()).toEqual(['Emma'])
    libra.remove(emma.id)
    await later(libra)
    expect(await kinds()).toEqual(['removed-on-kobo'])
    await house.api('PATCH', `/devices/${libra.device}`, { shelves: [] })
    expect(await kinds()).toEqual([])
  })

  test('leaves the shelves that only this one carries without a question', async () => {
    const emma = await house.addBook(await makeEpub({ title: 'Emma' }))
    const bedside = await house.shelf('Bedside', [emma.id])
    const train = await house.shelf('Train')
    await house.settled()
    const libra = await koboAt(house, { name: 'Libra', shelves: [bedside.id] })
    await koboAt(house, { name: 'Clara', shelves: [train.id] })
    await house.api('PATCH', `/devices/${libra.device}`, { onDelete: 'unshelve' })
    await libra.sync()
    libra.remove(emma.id)
    await later(libra)
    expect(await kinds()).toEqual([])
    expect((await house.shelf('Bedside')).books).toBe(0)
  })
})
