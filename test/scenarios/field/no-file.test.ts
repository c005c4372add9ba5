import { mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { sendAs } from '../../support/device-request.ts'
import { at } from '../../support/fault-at.ts'
import { openGate } from '../../support/gate.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const DAY = 86_400_000

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('a book whose file cannot be had at the moment', () => {
  /** Takes the file of a book out of the library and gives the way to put it back. */
  async function hideFile(title: string): Promise<() => Promise<void>> {
    const library = join(scene.house.dataDir, 'library')
    const files = await readdir(library, { recursive: true })
    const path = join(
      library,
      files.find((name) => name.endsWith('.epub') && name.includes(title)) ?? '',
    )
    const away = join(scene.house.dataDir, 'away.epub')
    await rename(path, away)
    return async () => {
      await mkdir(dirname(path), { recursive: true })
      await rename(away, path)
    }
  }

  // BookOrbit #425; calibre-web #1439, #2906, #2939, #2861, #2271; Grimmory #93
  test('is not announced, its owner is told, and the other books come', async () => {
    scene = await openScene()
    await scene.bring('Emma')
    await hideFile('Emma')
    await scene.shelve('Emma', 'Dracula')
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    expect(kobo.contents().map(({ title }) => title)).toEqual(['Dracula'])
    expect(await scene.errata()).toMatchObject([
      { kind: 'preparation-failed', bookId: scene.id('Emma'), actions: ['retry'] },
    ])
  })

  // calibre-web #3649
  test('arrives as a new book once it can be had, although its shelf was synced long before', async () => {
    scene = await openScene()
    await scene.bring('Emma')
    const putBack = await hideFile('Emma')
    await scene.shelve('Emma', 'Dracula')
    const kobo = await scene.kobo()
    await scene.sync(kobo)
    await scene.later(90 * DAY)
    await scene.expectQuiet(kobo)
    await putBack()
    await scene.answer('preparation-failed', 'retry')
    const report = await scene.sync(kobo)
    expect(report.operations).toEqual([{ kind: 'NewEntitlement', id: scene.id('Emma') }])
    expect(report.dropped).toEqual([])
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
    expect(await scene.questions()).toEqual([])
  })
})

describe('a tile on which nothing happens:', () => {
  // Calibre-Web-NextGen #308, calibre-web #2861
  test('after the server moved to another name, a tap still finds the file', async () => {
    scene = await openScene(['Emma'], { publicUrl: null, trustedProxies: '127.0.0.1' })
    const gate = await openGate(scene.house.url, { headers: { 'x-forwarded-proto': 'http' } })
    try {
      const kobo = await scene.kobo({ behind: gate.url, switches: { downloadsPerSync: 0 } })
      const secret = new URL(kobo.syncUrl).pathname
      kobo.pointAt(`http://books.example.org${secret}`)
      await scene.sync(kobo)
      expect(kobo.titles()).toEqual(['Emma…'])
      kobo.pointAt(`http://library.example.net${secret}`)
      await scene.sync(kobo)
      await kobo.tap(scene.id('Emma'))
      expect(kobo.titles()).toEqual(['Emma'])
      expect(kobo.violations).toEqual([])
    } finally {
      await gate.close()
    }
  })

  // books (code.bas.es) PR #5
  test('what a tap asks for is a list of one, so that the download begins', async () => {
    scene = await openScene(['Emma', 'Dracula'])
    const kobo = await scene.kobo({ switches: { downloadsPerSync: 1 } })
    await scene.sync(kobo)
    const tile = kobo.contents().find((book) => !book.downloaded)
    const told = await sendAs(kobo, { method: 'GET', path: `/v1/library/${tile?.id}/metadata` })
    expect(JSON.parse(told.body.toString())).toMatchObject([{ EntitlementId: tile?.id }])
    const report = await kobo.tap(tile?.id ?? '')
    expect(report).toMatchObject({ completed: true, downloaded: [tile?.id], violations: [] })
    expect(kobo.titles()).toEqual(['Dracula', 'Emma'])
  })

  // Grimmory discussions #1300, #1500; books (code.bas.es) PR #24
  test('a list of addresses that was cut off is fetched anew, and does not stop the Kobo for good', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo({ switches: { initializes: 'when-missing' } })
    const cut = at((path) => path.endsWith('/v1/initialization'), 1, {
      kind: 'cut-reply',
      atByte: 2658,
    })
    expect(await kobo.sync({ faults: cut })).toMatchObject({ completed: false, pages: 0 })
    await scene.later(DAY)
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, violations: [] })
    const map = await sendAs(kobo, { method: 'GET', path: '/v1/initialization' })
    expect(map.headers['content-length']).toBe(String(map.body.length))
    expect(map.body.length).toBeGreaterThan(10_000)
    expect(kobo.titles()).toEqual(['Emma'])
  })
})
