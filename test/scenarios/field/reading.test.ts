import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sendAs } from '../../support/device-request.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { closeKobos, type HouseKobo } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const HOUR = 3_600_000

let scene: Scene
let emma: string
let libra: HouseKobo
let clara: HouseKobo
let diary: string[]

beforeEach(async () => {
  scene = await openScene(['Emma'])
  emma = scene.id('Emma')
  diary = []
  libra = await scene.kobo({ say: (line) => void diary.push(line) })
  clara = await scene.kobo()
  for (const kobo of [libra, clara]) await scene.sync(kobo)
  for (const kobo of [libra, clara]) await scene.expectQuiet(kobo)
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** The reading state that the server would tell a Kobo that opens the book. */
async function stateTold(kobo: HouseKobo): Promise<unknown> {
  const answer = await sendAs(kobo, { method: 'GET', path: `/v1/library/${emma}/state` })
  return (JSON.parse(answer.body.toString()) as unknown[])[0]
}

const puts = () => diary.filter((line) => line.includes('/state') && line.includes('PUT')).length

describe('a place in a book', () => {
  // BookOrbit #883: progress went to Kobo’s cloud, and the server saw nothing
  test('comes to this server and to no other', async () => {
    await libra.close(emma, { percent: 42 })
    expect(puts()).toBe(1)
    expect(await stateTold(clara)).toMatchObject({ CurrentBookmark: { ProgressPercent: 42 } })
    const map = (await sendAs(libra, { method: 'GET', path: '/v1/initialization' })).body.toString()
    for (const key of ['library_sync', 'reading_services_host'])
      expect(map).toMatch(new RegExp(`"${key}":"${scene.house.url}`))
    // A Kobo puts its own server in the place of this one host of the store, and of no other.
    for (const key of ['reading_state', 'delete_entitlement', 'library_metadata', 'tags'])
      expect(map).toContain(`"${key}":"https://storeapi.kobo.com/`)
  })

  // Calibre-Web-NextGen #1390, BookOrbit #749
  test('is not overwritten by an older one that comes later from another Kobo', async () => {
    await clara.close(emma, { percent: 70 }, { offline: true })
    await scene.later(HOUR)
    await libra.close(emma, { percent: 80 })
    await scene.later(HOUR)
    await scene.sync(clara)
    expect(await stateTold(libra)).toMatchObject({ CurrentBookmark: { ProgressPercent: 80 } })
    await scene.expectQuiet(clara)
    await scene.expectQuiet(libra)
    expect([libra, clara].map((kobo) => booksOnDrive(kobo).Emma?.percent)).toEqual([80, 80])
    // Leafing back is later, and counts.
    await libra.close(emma, { percent: 60 })
    expect(await stateTold(clara)).toMatchObject({ CurrentBookmark: { ProgressPercent: 60 } })
  })

  // Colophon v1.28.2: an invented source of a location sent the reader to the beginning with every sync
  test('is told to another Kobo in the words of the first, and stays where it is over many syncs', async () => {
    const location = { source: 'OEBPS/chapter-2.xhtml', value: 'kobo.2.2' }
    await libra.close(emma, { percent: 55, location })
    await scene.later(HOUR)
    for (const kobo of [libra, clara]) {
      for (let n = 0; n < 3; n += 1) await scene.sync(kobo)
      expect(booksOnDrive(kobo).Emma?.place).toBe('OEBPS/chapter-2.xhtml#kobo.2.2')
    }
  })

  // calibre-web #2304, PR #3607, #3596
  test('raises no “Sync to last page read?” each time its own Kobo wakes', async () => {
    await libra.open(emma)
    for (const percent of [10, 11, 12]) {
      await scene.later(HOUR)
      await libra.close(emma, { percent })
      await scene.sync(libra)
      expect((await libra.wake(emma)).popups).toEqual([])
      expect((await libra.open(emma)).popups).toEqual([])
    }
    // The other one is behind, and is asked.
    expect((await clara.open(emma)).popups).toEqual([])
    await clara.close(emma, { percent: 3 })
    await scene.later(HOUR)
    await libra.close(emma, { percent: 30 })
    expect((await clara.open(emma)).popups).toEqual([emma])
  })

  // BookOrbit #654, PR #657, #536
  test('is not sent back to the Kobo that told it, and not told twice by it', async () => {
    await libra.close(emma, { percent: 25 }, { offline: true })
    await scene.later(HOUR)
    for (let n = 0; n < 3; n += 1) expect((await scene.sync(libra)).operations).toEqual([])
    expect(puts()).toBe(1)
    expect((await scene.sync(clara)).operations).toEqual([
      { kind: 'ChangedReadingState', id: emma },
    ])
    await scene.expectQuiet(libra)
  })

  // Calibre-Web-NextGen v4.1.37, Colophon: times cut to the second made a Kobo tell the same again for ever
  test('keeps its instant to the last digit', async () => {
    const at = '2026-09-02T08:00:00.1234567Z'
    const place = { LastModified: at, ProgressPercent: 12, Location: null }
    const told = {
      EntitlementId: emma,
      LastModified: at,
      PriorityTimestamp: at,
      CurrentBookmark: place,
    }
    await scene.later(24 * HOUR)
    for (let n = 0; n < 2; n += 1) {
      const path = `/v1/library/${emma}/state`
      const answer = await sendAs(libra, { method: 'PUT', path, json: { ReadingStates: [told] } })
      expect(answer.status).toBe(200)
      expect(await stateTold(libra)).toMatchObject({
        LastModified: at,
        CurrentBookmark: { LastModified: at },
      })
    }
  })

  // BookOrbit #813
  test('is known to a Kobo that is new, from its first sync on', async () => {
    await libra.close(emma, { percent: 34, minutes: 80 })
    const sage = await scene.kobo()
    await scene.sync(sage)
    expect(booksOnDrive(sage).Emma).toMatchObject({ percent: 34, status: 1, minutes: 80 })
    expect((await sage.open(emma)).popups).toEqual([])
  })

  // Komga and the public capture: a finished book names its first resource as the place
  test('at the end of the book is “finished” on every Kobo, whatever resource the Kobo names', async () => {
    const location = { source: 'OEBPS/chapter001.xhtml', value: 'kobo.1.1' }
    await libra.close(emma, { percent: 100, status: 'Finished', location })
    await scene.later(HOUR)
    await scene.sync(clara)
    await scene.expectQuiet(clara)
    for (const kobo of [libra, clara])
      expect(kobo.contents()).toMatchObject([{ readStatus: 'Finished', percentRead: 100 }])
  })
})

// Colophon: the server echoed nought
test('the minutes that were read are kept, reach the other Kobo, and are not pushed again and again', async () => {
  await libra.close(emma, { percent: 10, minutes: 25 })
  await scene.later(HOUR)
  await libra.close(emma, { percent: 20, minutes: 17 })
  await scene.later(HOUR)
  for (let n = 0; n < 2; n += 1) await scene.sync(libra)
  await scene.sync(clara)
  expect(puts()).toBe(2)
  expect([libra, clara].map((kobo) => booksOnDrive(kobo).Emma?.minutes)).toEqual([42, 42])
})
