import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { booksOnDrive } from '../support/drive.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const BOOKS = ['Candide', 'Dracula', 'Emma', 'Faust']

let scene: Scene

beforeEach(async () => {
  scene = await openScene(BOOKS)
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

const kinds = (report: { operations: { kind: string }[] }) =>
  report.operations.map(({ kind }) => kind)

describe('a book deleted on the Kobo', () => {
  test('stays off that Kobo alone, and comes back by shelving it again', async () => {
    const { house } = scene
    const [libra, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    await scene.expectQuiet(libra)
    await scene.expectQuiet(clara)
    const before = { libra: booksOnDrive(libra), clara: booksOnDrive(clara) }
    libra.remove(scene.id('Emma'))
    for (let n = 0; n < 3; n += 1) {
      expect((await scene.sync(libra)).operations).toEqual([])
      expect((await scene.sync(clara)).operations).toEqual([])
    }
    const { Emma: _, ...others } = before.libra
    expect(booksOnDrive(libra)).toEqual(others)
    expect(booksOnDrive(clara)).toEqual(before.clara)

    await scene.unshelve('Emma')
    expect(kinds(await scene.sync(libra))).toEqual([])
    await scene.shelve('Emma')
    expect((await scene.sync(libra)).operations).toEqual([
      { kind: 'NewEntitlement', id: scene.id('Emma') },
    ])
    expect(libra.titles()).toEqual(BOOKS)
    expect(booksOnDrive(libra)).toMatchObject(others)
    expect(house.log.join('\n')).not.toContain('"level":50')
    expect([...libra.violations, ...clara.violations]).toEqual([])
  })

  test('comes back by one call, with one sync, to that Kobo alone', async () => {
    const [libra, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    await scene.expectQuiet(libra)
    const before = { libra: booksOnDrive(libra), clara: booksOnDrive(clara) }
    for (const kobo of [libra, clara]) kobo.remove(scene.id('Emma'))
    for (const kobo of [libra, clara]) await scene.sync(kobo)
    const call = `/devices/${libra.device}/removals/${scene.id('Emma')}/bring-back`
    expect((await scene.house.api('POST', call)).status).toBe(200)
    expect((await scene.sync(libra)).operations).toEqual([
      { kind: 'NewEntitlement', id: scene.id('Emma') },
    ])
    for (const kobo of [libra, clara]) await scene.expectQuiet(kobo)
    const { Emma: _, ...others } = before.clara
    expect(booksOnDrive(clara)).toEqual(others)
    expect(booksOnDrive(libra)).toMatchObject({
      ...before.libra,
      Emma: { downloaded: 'true', file: before.libra.Emma?.file },
    })
  })

  test('comes back when it is taken off the shelf, synced, shelved and synced, as people do elsewhere', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    kobo.remove(scene.id('Emma'))
    await scene.sync(kobo)
    await scene.unshelve('Emma')
    await scene.sync(kobo)
    await scene.shelve('Emma')
    await scene.sync(kobo)
    await scene.expectQuiet(kobo)
    const after = booksOnDrive(kobo)
    expect(after.Emma).toMatchObject({ downloaded: 'true', file: before.Emma?.file })
    expect({ ...after, Emma: undefined }).toEqual({ ...before, Emma: undefined })
  })
})

describe('a factory reset', () => {
  test('that shows itself is noticed: everything is there within two syncs, and nobody is asked', async () => {
    const [kobo, clara] = [
      await scene.readingKobo({ switches: { downloadsPerSync: 2 } }),
      await scene.readingKobo(),
    ]
    const before = booksOnDrive(clara)
    kobo.factoryReset()
    await scene.sync(kobo)
    expect(await scene.questions()).toEqual([])
    expect(kinds(await scene.sync(kobo))).toEqual(['NewEntitlement', 'NewEntitlement'])
    expect(kobo.titles().map((title) => title.replace('…', ''))).toEqual(BOOKS)
    await kobo.downloadAll()
    expect(kobo.titles()).toEqual(BOOKS)
    await scene.expectQuiet(kobo)
    await scene.expectQuiet(clara)
    expect(booksOnDrive(clara)).toEqual(before)
    expect(kobo.violations).toEqual([])
  })

  test('that nothing tells is asked about once; one answer and one sync bring everything', async () => {
    const [kobo, clara] = [await scene.readingKobo(), await scene.readingKobo()]
    const before = booksOnDrive(clara)
    kobo.factoryReset()
    for (let n = 0; n < 3; n += 1) await scene.sync(kobo)
    expect(kobo.titles()).toEqual([])
    expect(await scene.errata()).toMatchObject([
      { kind: 'amnesia', deviceId: kobo.device, actions: ['was-reset', 'kept', 'audit'] },
    ])
    await scene.answer('amnesia', 'was-reset')
    expect(kinds(await scene.sync(kobo))).toEqual(BOOKS.map(() => 'NewEntitlement'))
    expect(kobo.titles()).toEqual(BOOKS)
    await scene.expectQuiet(kobo)
    expect(await scene.questions()).toEqual([])
    expect(booksOnDrive(clara)).toEqual(before)
    expect(kobo.violations).toEqual([])
  })
})

describe('a factory reset of a Kobo that is paused', () => {
  test('is asked about as well: what it is answered meanwhile gives it no token to bring back', async () => {
    const kobo = await scene.readingKobo()
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { paused: true })
    kobo.factoryReset()
    for (let n = 0; n < 3; n += 1) expect(kinds(await scene.sync(kobo))).toEqual([])
    expect(await scene.errata()).toMatchObject([{ kind: 'amnesia', deviceId: kobo.device }])
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { paused: false })
    await scene.answer('amnesia', 'was-reset')
    expect(kinds(await scene.sync(kobo))).toEqual(BOOKS.map(() => 'NewEntitlement'))
    expect(kobo.titles()).toEqual(BOOKS)
    await scene.expectQuiet(kobo)
    expect(await scene.questions()).toEqual([])
    expect(kobo.violations).toEqual([])
  })

  test('that only lost its token keeps its downloads, and is asked about at most once', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { paused: true })
    kobo.loseToken()
    for (let n = 0; n < 2; n += 1) expect(kinds(await scene.sync(kobo))).toEqual([])
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { paused: false })
    for (let n = 0; n < 2; n += 1) await scene.sync(kobo)
    expect((await scene.questions()).length).toBeLessThanOrEqual(1)
    expect(booksOnDrive(kobo)).toEqual(before)
    expect(kobo.violations).toEqual([])
  })
})

describe('what looks like a factory reset, and is none', () => {
  const SIGN_OUT = 'a sign-out and a sign-in'
  const causes: [string, (kobo: HouseKobo) => void][] = [
    ['a token that was lost', (kobo) => kobo.loseToken()],
    // It empties the lists too, so that nothing tells it from a reset.
    [SIGN_OUT, (kobo) => kobo.signOut()],
    [
      'an update of the firmware',
      (kobo) => {
        kobo.switches.firmware = '4.46.23836'
        kobo.loseToken()
      },
    ],
    ['a day with Kobo’s own store', (kobo) => kobo.takeStoreToken()],
  ]
  const lists = ['all', 'nothing'] as const
  const cases = causes.flatMap(([what, happens]) => lists.map((list) => ({ what, happens, list })))

  test.each(cases)(
    '$what turns no book into a placeholder (lists: $list)',
    async ({ what, happens, list }) => {
      const kobo = await scene.readingKobo({
        switches: { annotationList: list, downloadsPerSync: 3 },
      })
      const [before, tokenBefore] = [booksOnDrive(kobo), kobo.token()]
      happens(kobo)
      const first = await scene.sync(kobo)
      expect(first).toMatchObject({ completed: true, flips: [], reannounced: [] })
      const asked = list === 'all' && what !== SIGN_OUT ? [] : ['amnesia']
      expect(await scene.questions()).toEqual(asked)
      if (asked.length > 0) await scene.answer('amnesia', 'kept')
      for (let n = 0; n < 2; n += 1)
        expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
      expect((await scene.sync(kobo)).operations).toEqual([])
      expect(await scene.questions()).toEqual([])
      expect(kobo.token()).not.toBe(tokenBefore)
      for (const [title, book] of Object.entries(booksOnDrive(kobo)))
        if (before[title]?.downloaded === 'true')
          expect(book).toMatchObject({
            downloaded: 'true',
            file: before[title].file,
            place: before[title].place,
          })
    },
  )

  test('is settled without an answer when its reader opens a book that was there before', async () => {
    const kobo = await scene.readingKobo({ switches: { annotationList: 'nothing' } })
    const before = booksOnDrive(kobo)
    kobo.loseToken()
    await scene.sync(kobo)
    expect(await scene.questions()).toEqual(['amnesia'])
    await kobo.close(scene.id('Faust'), { percent: 7 })
    await scene.later(2 * 60_000)
    expect(await scene.questions()).toEqual([])
    expect((await scene.sync(kobo)).operations).toEqual([])
    const { Faust: _, ...others } = before
    expect(booksOnDrive(kobo)).toMatchObject(others)
  })
})

describe('another Kobo in the place of the one before', () => {
  test('on the same address has the whole shelf after one sync, with the place that was reached', async () => {
    const old = await scene.readingKobo()
    const before = booksOnDrive(old)
    const spare = await scene.kobo()
    spare.pointAt(old.syncUrl)
    expect(kinds(await scene.sync(spare))).toEqual(BOOKS.map(() => 'NewEntitlement'))
    expect(spare.titles()).toEqual(BOOKS)
    for (const [title, { file, percent, highlights }] of Object.entries(before))
      expect(booksOnDrive(spare)[title]).toMatchObject({ file, percent, highlights })
    await scene.expectQuiet(spare)
    await scene.expectQuiet(old)
    expect(booksOnDrive(old)).toEqual(before)
  })

  test('on an address of its own has the whole shelf, and the one before is locked out with its books', async () => {
    const old = await scene.readingKobo()
    const before = booksOnDrive(old)
    await scene.house.api('DELETE', `/devices/${old.device}`)
    const next = await scene.kobo()
    await scene.sync(next)
    expect(next.titles()).toEqual(BOOKS)
    expect((await scene.sync(old)).completed).toBe(false)
    expect(booksOnDrive(old)).toEqual(before)
    expect(await scene.questions()).toEqual(['revoked-address'])

    // Two readers of one household change their Kobos: each takes the other's address, and keeps its own books.
    await scene.house.api('POST', `/devices/${old.device}/restore`)
    old.pointAt(next.syncUrl)
    next.pointAt(old.syncUrl)
    for (const kobo of [old, next]) await scene.expectQuiet(kobo)
    expect(booksOnDrive(old)).toEqual(before)
  })
})
