import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { watchdogsOf } from '../support/watchdogs-of.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let house: House
const { errata, kinds, act, dismiss, smallBook, shelved, later } = watchdogsOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

const CUT = 'cut-reply@1000:download'

/** A book on a shelf, so large that a download can break off before all of it is on its way. */
async function largeBook(title: string): Promise<BookTold> {
  const files = { 'OEBPS/picture.bin': randomBytes(20_000_000) }
  return shelved(await house.addBook(await makeEpub({ title, files })))
}

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
