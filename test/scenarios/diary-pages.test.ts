import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faultsOf } from '../support/html.ts'
import { HOUR, openKoboSeen, type KoboSeen } from '../support/kobo-seen.ts'

let seen: KoboSeen
let scene: KoboSeen['scene']
let kobo: KoboSeen['kobo']
let anna: KoboSeen['anna']
let device: KoboSeen['device']
beforeEach(async () => {
  seen = await openKoboSeen()
  ;({ scene, kobo, anna, device } = seen)
})
afterEach(() => seen.close())

const bundlesIn = (html: string): string[] => html.match(/syncs\/\d+\/bundle/g) ?? []

describe('the diary', () => {
  test('tells each sync, the requests behind it, and gives its bundle', async () => {
    await device()
    await anna.follow('Its diary')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('Came for the first time.')
    expect(anna.words).toContain('library-sync, with 3 operations')
    expect(anna.words).toContain('download of “Emma”')
    const [bundle] = bundlesIn(anna.shown.html)
    await anna.go(`/devices/${kobo.device}/${bundle}`)
    expect(anna.shown.headers.get('content-disposition')).toMatch(
      /^attachment; filename="holdfast-sync-\d+\.json"$/,
    )
    expect(JSON.parse(anna.shown.html)).toMatchObject({ format: 'holdfast-sync-1' })
    expect(anna.shown.html).not.toContain('Emma')
    expect((await anna.go(`/devices/${kobo.device}/syncs/9999999/bundle`)).status).toBe(404)
  })

  test('says how long a sync took as every other page says lengths of time', async () => {
    await scene.shelve('Dracula')
    const slowly = () => {
      scene.house.advance(10_000)
      return undefined
    }
    await kobo.sync({ faults: slowly })
    await scene.later(HOUR)
    await scene.sync(kobo)
    await anna.go(`/devices/${kobo.device}/syncs`)
    expect(anna.words).toMatch(/today \d\d:\d\d , one minute: 1 new/)
  })

  test('goes on over several pages, with each sync on one of them', async () => {
    for (let n = 0; n < 10; n++) {
      await scene.later(HOUR)
      await scene.sync(kobo)
    }
    await anna.go(`/devices/${kobo.device}/syncs`)
    const syncs = bundlesIn(anna.shown.html)
    await anna.follow('Older syncs')
    syncs.push(...bundlesIn(anna.shown.html))
    expect([syncs.length, new Set(syncs).size]).toEqual([12, 12])
    expect(anna.words).not.toContain('Older syncs')
  })
})
