import { mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { sendAs } from '../../support/device-request.ts'
import { at, atSync } from '../../support/fault-at.ts'
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
