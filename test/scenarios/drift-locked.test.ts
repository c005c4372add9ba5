import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { sendAs } from '../support/device-request.ts'
import { booksOnDrive } from '../support/drive.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('a Kobo that asks for its library several times at once', () => {
  test('gets every book once it has taken one of the answers', async () => {
    scene = await openScene(['Candide', 'Dracula', 'Emma'])
    const kobo = await scene.kobo()
    const ask = (token: string | null) =>
      sendAs(kobo, {
        method: 'GET',
        path: '/v1/library/sync',
        ...(token !== null && { headers: { 'x-kobo-synctoken': token } }),
      })
    const [first, ...more] = await Promise.all([ask(null), ask(null), ask(null), ask(null)])
    expect([first, ...more].map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await scene.later(120_000)
    const [report] = await Promise.all([kobo.sync(), ask(null), ask(kobo.token())])
    expect(report).toMatchObject({ completed: true, violations: [] })
    await scene.later(120_000)
    for (let n = 0; n < 2; n += 1)
      expect(await scene.sync(kobo)).toMatchObject({ flips: [], reannounced: [] })
    await Promise.all([ask(kobo.token()), ask(kobo.token()), ask(kobo.token())])
    await scene.later(120_000)
    await scene.expectQuiet(kobo)
    expect(kobo.titles()).toEqual(['Candide', 'Dracula', 'Emma'])
  })
})

describe('a database that another program keeps locked', () => {
  test('answers every call that must write with 503, changes nothing, and goes on when it is free', async () => {
    scene = await openScene(['Candide', 'Dracula', 'Emma'], { patience: 50 })
    const kobo = await scene.readingKobo()
    const before = booksOnDrive(kobo)
    await scene.unshelve('Emma')
    const { read } = scene.house.server.home.db
    const entries = () => read.selectFrom('log').selectAll().orderBy('seq').execute()
    const logged = await entries()
    const other = new Database(scene.house.server.home.config.database)
    try {
      other.exec('begin immediate')
      const dracula = `/v1/library/${scene.id('Dracula')}`
      for (const asked of [
        { method: 'GET', path: '/v1/library/sync' },
        { method: 'DELETE', path: dracula },
        { method: 'PUT', path: `${dracula}/state`, json: lastPage(scene.id('Dracula')) },
      ]) {
        const headers = { 'x-kobo-synctoken': kobo.token() ?? '' }
        const answer = await sendAs(kobo, { ...asked, headers })
        expect([asked.method, answer.status]).toEqual([asked.method, 503])
      }
      expect((await scene.sync(kobo)).completed).toBe(false)
      expect(booksOnDrive(kobo)).toEqual(before)
      expect(await entries()).toEqual(logged)
    } finally {
      other.exec('rollback')
      other.close()
    }
    const report = await scene.sync(kobo)
    expect(report.operations).toEqual([
      { kind: 'ChangedEntitlement', id: scene.id('Emma'), removed: true },
    ])
    await scene.expectQuiet(kobo)
    expect(booksOnDrive(kobo)).toMatchObject({ ...before, Emma: { owner: 'removed' } })
  })
})

/** What a Kobo writes when a book is closed at its last page. */
function lastPage(id: string): unknown {
  const at = '2026-09-01T18:00:00Z'
  const bookmark = { LastModified: at, ProgressPercent: 99, Location: null }
  return { ReadingStates: [{ EntitlementId: id, LastModified: at, CurrentBookmark: bookmark }] }
}
