import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sendAs, sendAsDevice } from '../../support/device-request.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { closeKobos, type HouseKobo } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const HOUR = 3_600_000
const WORDS = 'a passage worth keeping'

let scene: Scene
let emma: string
let kobo: HouseKobo
let diary: string[]

beforeEach(async () => {
  scene = await openScene(['Emma'])
  emma = scene.id('Emma')
  diary = []
  kobo = await scene.readingKobo({ say: (line) => void diary.push(line) })
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

const highlights = () => booksOnDrive(kobo).Emma?.highlights

describe('highlights', () => {
  // calibre-web #2610, #1783; Calibre-Web-NextGen PR #1636, #1679
  test('do not vanish by a sync, by opening or by closing the book', async () => {
    const asked = () => diary.filter((line) => /GET .*\/annotations/.test(line)).length
    const after = asked()
    for (let n = 0; n < 3; n += 1) {
      await kobo.open(emma)
      await kobo.close(emma, { percent: 21 + n })
      await scene.later(HOUR)
      await scene.sync(kobo)
    }
    expect(highlights()).toEqual([WORDS])
    // The Kobo was never told to replace what it has.
    expect([after, asked()]).toEqual([1, 1])
  })

  // Calibre-Web-Automated #1307, Calibre-Web-NextGen #2220
  test('are there again after everything was sent anew and downloaded anew', async () => {
    kobo.highlight(emma, 'and another')
    await kobo.close(emma, { percent: 40 })
    kobo.factoryReset()
    const path = `/devices/${kobo.device}/regenerate`
    const { body } = await scene.house.api<{ syncUrl: string }>('POST', path, { library: 'empty' })
    kobo.pointAt(body.syncUrl)
    await scene.sync(kobo)
    expect(highlights()?.sort()).toEqual([WORDS, 'and another'])
    expect(booksOnDrive(kobo).Emma).toMatchObject({ downloaded: 'true', percent: 40 })
  })

  // Calibre-Web-NextGen: 95 highlights were dropped in two days, because a derived field was not valid
  test('of a kind that nobody expects are kept to the byte and given back so', async () => {
    const odd =
      '{"id":"11111111-0000-4000-8000-000000000001","type":"markup","clientLastModifiedUtc":"2026-09-02T08:00:00Z",' +
      '"highlightColor":null,"location":{"span":{"chapterFilename":"../../x.xhtml","startChar":-5}},"strokes":"AAH/","n":1.50}'
    const tokens = JSON.parse(
      (await sendAs(kobo, { method: 'POST', path: '/oauth/token' })).body.toString(),
    ) as { access_token: string }
    const headers = {
      'x-kobo-deviceid': kobo.deviceId,
      Authorization: `Bearer ${tokens.access_token}`,
    }
    const path = `/api/v3/content/${emma}/annotations`
    const body = `{"updatedAnnotations":[${odd}],"unheardOf":{"deeply":true}}`
    const sent = await sendAsDevice(scene.house.url, { method: 'PATCH', path, headers, body })
    const told = await sendAsDevice(scene.house.url, { method: 'GET', path, headers })
    expect([sent.status, told.status]).toEqual([204, 200])
    expect(told.body.toString()).toContain(odd)
    expect(told.body.toString()).toContain(WORDS)
  })

  // Calibre-Web-NextGen PR #2220, #2221: a book that was downloaded again while the server was away lost its set
  test('made without a network come with the next sync, and survive the download after that', async () => {
    kobo.highlight(emma, 'on the train')
    await kobo.close(emma, { percent: 50 }, { offline: true })
    await scene.later(HOUR)
    await scene.sync(kobo)
    kobo.removeDownload(emma)
    await kobo.tap(emma)
    expect(highlights()?.sort()).toEqual([WORDS, 'on the train'])
  })
})

describe('a collection made on the Kobo', () => {
  // Calibre-Web-NextGen PR #229: it vanished, for the server had kept it as not synced
  test('stays there, with its books, over syncs and restarts', async () => {
    kobo.makeShelf('Holidays', [emma])
    for (let n = 0; n < 2; n += 1) await scene.sync(kobo)
    await scene.house.restart()
    await scene.sync(kobo)
    expect(kobo.shelves()).toEqual({ Holidays: [emma] })
  })

  // BookOrbit #1005: the server refused what it had forgotten, and the Kobo said it again in every sync
  test('that the server never heard of can be changed and deleted, and is then done with', async () => {
    const quiet = (await scene.sync(kobo)).requests
    const name = 'From another server'
    kobo.makeShelf(name, [emma])
    await scene.sync(kobo)
    // The server forgets it, as one that was set up anew.
    await scene.house.server.home.db.transact((tx) => tx.deleteFrom('tag').execute())
    kobo.renameShelf(name, 'Old')
    kobo.takeFromShelf('Old', [emma])
    kobo.deleteShelf('Old')
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, requests: quiet + 3 })
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, requests: quiet })
    expect(kobo.shelves()).toEqual({})
  })
})
