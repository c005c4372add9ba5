import { afterEach, describe, expect, test } from 'vitest'
import { sendAs, type DeviceAnswer } from '../../support/device-request.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** Twenty-five books of which ten fill a page. */
const LONG = Array.from({ length: 25 }, (_, n) => `Part ${String(n).padStart(2, '0')}`)
const STORY = `<dc:description>${'It is a truth universally acknowledged. '.repeat(480)}</dc:description>`

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** Bytes of the head of an answer, about as they stand on the wire. */
function headBytes({ headers }: DeviceAnswer): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length + 4,
    20,
  )
}

describe('the token', () => {
  // Calibre-Web-NextGen #331, PR #376, #2163; calibre-web #2295, #2651, #2439; Booklore #2799, #2809
  test('stays small behind any proxy, although the Kobo brings one of the store with thousands of bytes', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo()
    const big = Buffer.from(JSON.stringify({ typ: 1, token: 'x'.repeat(2600) })).toString('base64')
    const headers = { 'x-kobo-synctoken': `${big}.${big}` }
    const answer = await sendAs(kobo, { method: 'GET', path: '/v1/library/sync', headers })
    expect([answer.status, headBytes(answer) < 2048]).toEqual([200, true])
    expect(String(answer.headers['x-kobo-synctoken']).length).toBeLessThan(200)
    await scene.later(HOUR)
    kobo.takeStoreToken()
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    expect(kobo.token()?.length).toBeLessThan(200)
  })

  // Calibre-Web-NextGen #2131, #2139, #2142: half a token, and everything was said again
  test('is whole or none: one that was cut off turns no book into a placeholder', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.readingKobo()
    const [before, token] = [booksOnDrive(kobo), kobo.token() ?? '']
    for (const part of [token.slice(0, -10), token.slice(40), `${token}AAAA`, 'null', '{}']) {
      const headers = { 'x-kobo-synctoken': part }
      const answer = await sendAs(kobo, { method: 'GET', path: '/v1/library/sync', headers })
      expect(answer.body.toString()).not.toContain('NewEntitlement')
      await scene.later(HOUR)
    }
    expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
  })

  // Calibre-Web-NextGen PR #2113: what had not come back within a time was forgotten
  test('is understood after years in a drawer: what was taken then is not sent again', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.kobo()
    await kobo.sync()
    const before = booksOnDrive(kobo)
    await scene.later(3 * YEAR)
    await scene.house.restart()
    expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [], downloaded: [] })
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
    expect(await scene.questions()).toEqual([])
  })
})

// Calibre-Web-NextGen PR #248 (three requests a second for fifteen hours), #866; BookOrbit #651, #536, #1005
test('a Kobo that repeats its old token while it is told to go on is not kept syncing all night', async () => {
  scene = await openScene(LONG, { like: { extraMetadata: STORY } })
  const kobo = await scene.kobo({ switches: { tokenStored: 'pinned', downloadsPerSync: 0 } })
  let pages = 0
  for (let n = 0; n < 6; n += 1) {
    const report = await scene.sync(kobo)
    expect(report).toMatchObject({ completed: true, violations: [] })
    pages += report.pages
  }
  expect(pages).toBeLessThan(20)
  expect(kobo.titles()).toHaveLength(LONG.length)
  await scene.expectQuiet(kobo)
})
