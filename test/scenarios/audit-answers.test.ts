import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { auditOf, bringFrom, titlesIn, type PreviewTold } from '../support/audit-of.ts'
import { openBrowser } from '../support/browser.ts'
import { booksOnDrive } from '../support/drive.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const BOOKS = ['Candide', 'Dracula', 'Emma', 'Faust']

let scene: Scene
let kobo: HouseKobo

beforeEach(async () => {
  scene = await openScene(BOOKS)
  kobo = await scene.readingKobo({ name: 'Anna’s Libra', switches: { annotationList: 'nothing' } })
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** The Kobo syncs until somebody is asked about it. */
async function syncUntilAsked(): Promise<void> {
  for (let n = 0; n < 2; n += 1) expect((await scene.sync(kobo)).flips).toEqual([])
  expect(await scene.questions()).toEqual(['amnesia'])
}

async function auditQuestion(): Promise<{ status: number; body: unknown }> {
  const [erratum] = await scene.errata()
  expect(erratum?.actions).toContain('audit')
  return scene.house.api('POST', `/errata/${erratum?.id}/actions/audit`)
}

describe('a Kobo that was reset, which nothing told', () => {
  beforeEach(async () => {
    await scene.shelve('Germinal')
    await scene.sync(kobo)
    kobo.factoryReset()
    await syncUntilAsked()
    expect(kobo.titles()).toEqual([])
  })

  test('gets with an audit exactly what is missing, and the question is answered', async () => {
    await scene.shelve('Ivanhoe')
    await scene.sync(kobo)
    const before = booksOnDrive(kobo)
    expect(kobo.titles()).toEqual(['Ivanhoe'])
    expect(await auditQuestion()).toMatchObject({
      status: 200,
      body: { audits: `/api/v1/devices/${kobo.device}/audits` },
    })
    expect(await scene.questions()).toEqual(['amnesia'])

    const audit = await auditOf(scene.house, kobo)
    expect(titlesIn(audit)).toMatchObject({ lost: [...BOOKS, 'Germinal'], ok: ['Ivanhoe'] })
    expect(await scene.questions()).toEqual([])
    const report = await scene.sync(kobo)
    expect(report.operations.map(({ kind }) => kind)).toEqual(Array(5).fill('NewEntitlement'))
    expect(report.operations.map(({ id }) => id)).not.toContain(scene.id('Ivanhoe'))
    expect(report.flips).toEqual([])
    await scene.sync(kobo)
    await kobo.downloadAll()
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual([...BOOKS, 'Germinal', 'Ivanhoe'])
    expect(booksOnDrive(kobo)['Ivanhoe']).toEqual(before['Ivanhoe'])
    expect(titlesIn(await auditOf(scene.house, kobo))).toEqual({
      ok: [...BOOKS, 'Germinal', 'Ivanhoe'],
      outdated: [],
    })
    expect(kobo.violations).toEqual([])
  })

  test('is answered by its own database, whatever its clock says of the day', async () => {
    await scene.shelve('Ivanhoe')
    await scene.sync(kobo)
    await auditOf(scene.house, kobo, { takenAt: scene.house.now() - 86_400_000 })
    expect(await scene.questions()).toEqual([])
  })
})

describe('a Kobo that lost its token, with its library intact', () => {
  test('keeps everything after an audit, and the question is gone', async () => {
    await scene.later(3_600_000)
    const before = booksOnDrive(kobo)
    kobo.loseToken()
    await syncUntilAsked()
    const audit = await auditOf(scene.house, kobo)
    expect(titlesIn(audit)).toMatchObject({ ok: BOOKS, outdated: [] })
    expect(await scene.questions()).toEqual([])
    for (let n = 0; n < 3; n += 1)
      expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toEqual(before)
    expect(await scene.questions()).toEqual([])
  })

  test('is asked about although a copy of before is audited', async () => {
    const brought = bringFrom(kobo)
    const takenAt = scene.house.now()
    await scene.later(3_600_000)
    kobo.loseToken()
    await syncUntilAsked()
    const audit = await auditOf(scene.house, kobo, { brought, takenAt })
    expect(titlesIn(audit)).toEqual({ outdated: BOOKS })
    expect(await scene.questions()).toEqual(['amnesia'])
  })

  test('is not asked about when the audit came first', async () => {
    kobo.loseToken()
    await kobo.sync()
    scene.house.advance(10_000)
    await auditOf(scene.house, kobo)
    await scene.later(3_600_000)
    expect(await scene.questions()).toEqual([])
    await scene.expectQuiet(kobo)
    expect(await scene.questions()).toEqual([])
  })

  test('and lost one book before, gets that one', async () => {
    kobo.loseRows([scene.id('Emma')])
    kobo.loseToken()
    await syncUntilAsked()
    await auditOf(scene.house, kobo)
    expect(await scene.questions()).toEqual([])
    const report = await scene.sync(kobo)
    expect(report.operations.filter(({ kind }) => kind === 'NewEntitlement')).toEqual([
      { kind: 'NewEntitlement', id: scene.id('Emma') },
    ])
    expect(report.flips).toEqual([])
  })
})

test('a book whose highlights are not stored here waits to be healed, and the question with it', async () => {
  const [first] = kobo.contents().filter((book) => book.downloaded)
  const book = first?.id ?? ''
  kobo.loseToken()
  await syncUntilAsked()
  kobo.highlight(book, 'nobody was told of this')
  kobo.loseRows([book])
  const audit = await auditOf(scene.house, kobo)
  expect(audit.classes['lost']).toMatchObject([{ bookId: book, unsaved: true }])
  expect(await scene.questions()).toEqual(['amnesia', 'drift'])
  const path = `/devices/${kobo.device}/audits/${audit.id}/heal`
  const wish = { books: [book], evenUnsaved: true }
  expect((await scene.house.api<PreviewTold>('POST', path, wish)).body.operations).toEqual([
    { verb: 'add', bookId: book },
  ])
  expect(await scene.questions()).toEqual([])
  await scene.sync(kobo)
  expect(kobo.titles()).toEqual(BOOKS)
})

test('a Kobo that was put back to a day of its own gets what it lacks by an audit, and keeps the rest', async () => {
  const backup = kobo.snapshot()
  await scene.shelve('Germinal')
  await scene.sync(kobo)
  await scene.expectQuiet(kobo)
  kobo.restore(backup)
  const before = booksOnDrive(kobo)
  await scene.sync(kobo)
  expect(await scene.questions()).toEqual(['gone-back-in-time'])
  expect((await auditQuestion()).status).toBe(200)
  const audit = await auditOf(scene.house, kobo)
  expect(titlesIn(audit)).toMatchObject({ lost: ['Germinal'], ok: BOOKS })
  expect(await scene.questions()).toEqual([])
  expect((await scene.sync(kobo)).operations).toContainEqual({
    kind: 'NewEntitlement',
    id: scene.id('Germinal'),
  })
  await scene.expectQuiet(kobo)
  const { Germinal, ...kept } = booksOnDrive(kobo)
  expect(Germinal?.downloaded).toBe('true')
  expect(kept).toEqual(before)
})

test('a library that was put back learns by an audit what its Kobo has, and sends nothing of it again', async () => {
  const copy = await scene.house.copyAway()
  await scene.shelve('Germinal')
  await scene.sync(kobo)
  await scene.expectQuiet(kobo)
  const before = booksOnDrive(kobo)
  await scene.house.restart({ from: copy })
  await scene.bring('Germinal')
  await scene.shelve('Germinal')
  await scene.sync(kobo)
  expect(await scene.questions()).toEqual(['gone-back-in-time'])
  await auditOf(scene.house, kobo)
  expect(await scene.questions()).toEqual([])
  for (let n = 0; n < 2; n += 1)
    expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
  expect(booksOnDrive(kobo)).toEqual(before)
})

test('the command says how to audit, and the page leads there', async () => {
  kobo.loseToken()
  await syncUntilAsked()
  const [erratum] = await scene.errata()
  const out: string[] = []
  const code = await run(['errata', 'act', erratum?.id ?? '', 'audit'], {
    out: (line) => void out.push(line),
    err: (line) => void out.push(line),
    input: (async function* () {})(),
    env: { HOLDFAST_DATA_DIR: scene.house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
  })
  expect([code, out.join('\n')]).toEqual([
    0,
    expect.stringContaining(`holdfast audit ${kobo.device} PATH`),
  ])
  const anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
  await anna.go('/errata')
  await anna.follow('Neither, or not sure: audit it')
  expect(anna.words).toContain('Audits of Anna’s Libra')
  expect(await scene.questions()).toEqual(['amnesia'])
})
