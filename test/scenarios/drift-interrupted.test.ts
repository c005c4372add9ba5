import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { booksOnDrive } from '../support/drive.ts'
import { atSync } from '../support/fault-at.ts'
import { layWire, openGate } from '../support/gate.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const HOUR = 3_600_000
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

describe('an interrupted sync', () => {
  test('whose answer was lost is made good by the next one, and touches nothing else', async () => {
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    await scene.shelve('Germinal')
    const lost = await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    expect(lost.completed).toBe(false)
    await scene.later(HOUR)
    await scene.sync(kobo)
    const { Germinal, ...others } = booksOnDrive(kobo)
    expect(Germinal).toMatchObject({ downloaded: 'true' })
    expect(others).toEqual(before)
    expect((await scene.sync(kobo)).operations).toEqual([])
  })

  test.each(['all', 'nothing'] as const)(
    'that lost the removal of a book wanted again turns no book into a placeholder (lists: %s)',
    async (annotationList) => {
      const kobo = await scene.readingKobo({ switches: { annotationList } })
      const before = booksOnDrive(kobo)
      await scene.unshelve('Emma')
      await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
      await scene.shelve('Emma')
      await scene.later(HOUR)
      for (let n = 0; n < 4; n += 1) expect(await scene.sync(kobo)).toMatchObject({ flips: [] })
      await scene.expectQuiet(kobo)
      expect(kobo.titles()).toEqual(BOOKS)
      expect(booksOnDrive(kobo)).toEqual(before)
    },
  )

  test('whose server is killed between writing and answering loses nothing', async () => {
    const { house } = scene
    let kill = true
    const gate = await openGate(house.url, {
      async after({ path }) {
        if (!kill || !path.endsWith('/v1/library/sync')) return 'tell'
        kill = false
        await house.restart({ kill: true })
        return 'lose'
      },
    })
    try {
      const kobo = await scene.kobo({ behind: gate.url })
      expect((await kobo.sync()).completed).toBe(false)
      expect(kobo.titles()).toEqual([])
      await scene.later(HOUR)
      expect(kinds(await scene.sync(kobo))).toEqual(BOOKS.map(() => 'NewEntitlement'))
      expect(kobo.titles()).toEqual(BOOKS)
      const before = booksOnDrive(kobo)
      expect((await scene.sync(kobo)).operations).toEqual([])

      kill = true
      await scene.unshelve('Emma')
      await kobo.sync()
      await scene.later(HOUR)
      for (let n = 0; n < 3; n += 1) await scene.sync(kobo)
      expect(booksOnDrive(kobo)).toMatchObject({
        ...before,
        Emma: { owner: 'removed', file: null },
      })
      expect((await scene.sync(kobo)).operations).toEqual([])
    } finally {
      await gate.close()
    }
  })

  test('that is cut on the wire, at every 997th byte of it, ends with the shelf on the Kobo', async () => {
    const wire = await layWire(scene.house.url)
    try {
      const kobo = await scene.readingKobo({
        behind: wire.url,
        switches: { initializes: 'when-missing', oauth: 'none' },
      })
      await scene.expectQuiet(kobo)
      const shelf = [...BOOKS]
      let length = Infinity
      for (let byte = 1; byte < length; byte += 997) {
        const before = booksOnDrive(kobo)
        const title = `Part ${shelf.length}`
        await scene.bring(title, { cover: 'jpeg' })
        await scene.shelve(title)
        shelf.push(title)
        const passed = wire.passed()
        // The first one goes through, to see how long a sync is.
        if (length < Infinity) wire.cutAfter(byte)
        const cut = await kobo.sync()
        wire.cutAfter(Infinity)
        if (length === Infinity) length = wire.passed() - passed
        await scene.later(HOUR)
        const next = await scene.sync(kobo)
        // What broke off in the middle of its file is a tile until somebody taps it.
        await kobo.downloadAll()
        await scene.expectQuiet(kobo)
        const { [title]: _, ...others } = booksOnDrive(kobo)
        expect({ byte, flips: [...cut.flips, ...next.flips], titles: kobo.titles() }).toEqual({
          byte,
          flips: [],
          titles: [...shelf].sort(),
        })
        expect(others).toEqual(before)
      }
      expect(shelf.length).toBeGreaterThan(BOOKS.length + 12)
    } finally {
      await wire.close()
    }
  })
})
