import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sendAsDevice } from '../support/device-request.ts'
import { makeEpub } from '../support/make-epub.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'
import { watchdogsOf } from '../support/watchdogs-of.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let house: House
const { errata, kinds, dismiss, smallBook, later } = watchdogsOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
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
