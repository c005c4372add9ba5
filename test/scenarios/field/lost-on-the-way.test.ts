import { afterEach, describe, expect, test } from 'vitest'
import { atSync } from '../../support/fault-at.ts'
import { openGate } from '../../support/gate.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const DAY = 86_400_000

/** Twenty-five books of which ten fill a page. */
const LONG = Array.from({ length: 25 }, (_, n) => `Part ${String(n).padStart(2, '0')}`)
const STORY = `<dc:description>${'It is a truth universally acknowledged. '.repeat(480)}</dc:description>`

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('the server believes that a book was delivered, and it was not:', () => {
  // calibre-web #2195, Calibre-Web-Automated PR #1345
  test('a book whose page was lost on the way arrives with the next sync', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.kobo()
    for (let n = 0; n < 3; n += 1) {
      expect((await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })).completed).toBe(false)
      await scene.later(DAY)
    }
    const report = await scene.sync(kobo)
    expect(report.operations.map(({ kind }) => kind)).toEqual(['NewEntitlement', 'NewEntitlement'])
    expect(report.dropped).toEqual([])
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
    await scene.expectQuiet(kobo)
  })

  // BookOrbit #435
  test('a Kobo that was turned away for a week gets what was shelved in that week', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    await scene.house.api('DELETE', `/devices/${kobo.device}`)
    await scene.shelve('Dracula')
    for (let n = 0; n < 7; n += 1) {
      expect(await kobo.sync()).toMatchObject({ completed: false, pages: 0 })
      await scene.later(DAY)
    }
    expect(await scene.questions()).toEqual(['revoked-address'])
    await scene.answer('revoked-address', 'restore')
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
    expect(await scene.questions()).toEqual([])
  })

  // BookOrbit #435 (a page of 200 of which nothing was in the database of the Kobo), #1175 (a token with a prefix)
  test('a page that was answered to its last byte and not taken comes again, with a token that every Kobo takes', async () => {
    scene = await openScene(['Emma'])
    let answers = 0
    const gate = await openGate(scene.house.url, {
      async after({ path }) {
        return path.endsWith('/v1/library/sync') && ++answers <= 4 ? 'lose' : 'tell'
      },
    })
    try {
      const kobo = await scene.kobo({ behind: gate.url })
      for (let n = 0; n < 4; n += 1) await scene.sync(kobo)
      expect([answers, kobo.titles(), kobo.token()]).toEqual([4, [], null])
      await scene.sync(kobo)
      expect(kobo.titles()).toEqual(['Emma'])
      expect(kobo.token()).toMatch(/^[A-Za-z0-9+/]+=*$/)
      const read: unknown = JSON.parse(Buffer.from(kobo.token() ?? '', 'base64').toString())
      expect(read).toMatchObject({ v: 1 })
    } finally {
      await gate.close()
    }
  })

  // Calibre-Web-NextGen #1735, #2201, PR #2025; calibre-web #1798, #2418, #1276
  test('a library of which only the first page ever arrived is complete after the next sync', async () => {
    scene = await openScene(LONG, { like: { extraMetadata: STORY } })
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 0 } })
    const first = await kobo.sync({ faults: atSync(2, { kind: 'drop-request' }) })
    expect(first).toMatchObject({ completed: false, pages: 1 })
    const there = kobo.titles().length
    await scene.later(DAY)
    const second = await scene.sync(kobo)
    expect(second.operations.map(({ kind }) => kind)).toEqual(
      LONG.slice(there).map(() => 'NewEntitlement'),
    )
    expect(second.dropped).toEqual([])
    expect(kobo.titles()).toEqual(LONG.map((title) => `${title}…`))
  })

  // Calibre-Web-NextGen #347, calibre-web PR #3584
  test('books that were all shelved in the same instant come once each, over all pages', async () => {
    scene = await openScene(LONG, { like: { extraMetadata: STORY } })
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 0 } })
    const { pages, operations } = await scene.sync(kobo)
    expect(pages).toBeGreaterThan(2)
    expect(operations.map(({ id }) => id).sort()).toEqual(
      LONG.map((title) => scene.id(title)).sort(),
    )
    await scene.expectQuiet(kobo)
  })

  // Calibre-Web-NextGen #220, #359; calibre-web #3133
  test('a book that stood in the library for years arrives when it is shelved', async () => {
    scene = await openScene(['Emma'])
    await scene.bring('Dracula')
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    await scene.later(1000 * DAY)
    await scene.expectQuiet(kobo)
    await scene.shelve('Dracula')
    const report = await scene.sync(kobo)
    expect(report.operations).toEqual([{ kind: 'NewEntitlement', id: scene.id('Dracula') }])
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
  })
})
