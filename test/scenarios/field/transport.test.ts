import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { sendAs } from '../../support/device-request.ts'
import { booksOnDrive } from '../../support/drive.ts'
import { openGate } from '../../support/gate.ts'
import { closeKobos } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const HOUR = 3_600_000

let scene: Scene

afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('a proxy with a sign-in of its own', () => {
  // calibre-web #2177; BookOrbit’s page on proxies; Biblioteca PR #205
  test('that forgets the reading services costs no highlight: they come when it lets them through', async () => {
    scene = await openScene(['Emma'])
    let isClosed = true
    const gate = await openGate(scene.house.url, {
      before: ({ path }) =>
        isClosed && path.startsWith('/api/')
          ? { status: 302, headers: { location: '/login' } }
          : undefined,
    })
    try {
      const kobo = await scene.kobo({ behind: gate.url })
      const id = scene.id('Emma')
      await scene.sync(kobo)
      kobo.highlight(id, 'a passage worth keeping')
      await kobo.close(id, { percent: 10 })
      await scene.later(HOUR)
      await scene.sync(kobo)
      expect(kobo.titles()).toEqual(['Emma'])
      isClosed = false
      await scene.later(HOUR)
      await scene.sync(kobo)
      kobo.removeDownload(id)
      await kobo.tap(id)
      expect(booksOnDrive(kobo).Emma).toMatchObject({
        percent: 10,
        highlights: ['a passage worth keeping'],
      })
    } finally {
      await gate.close()
    }
  })
})

describe('the sign-in of the Kobo', () => {
  // Calibre-Web-Automated PR #1367, #1418
  test('that ends after an hour is renewed, and does not stop the syncs', async () => {
    scene = await openScene(['Emma'])
    const diary: string[] = []
    const kobo = await scene.kobo({
      switches: { oauth: 'authorize-first' },
      say: (line) => void diary.push(line),
    })
    for (let n = 0; n < 5; n += 1) {
      expect(await scene.sync(kobo)).toMatchObject({ completed: true, violations: [] })
      await scene.later(2 * HOUR)
    }
    expect(diary.filter((line) => line.includes('/oauth/token')).length).toBe(5)
    expect(kobo.titles()).toEqual(['Emma'])
  })

  // calibre-web #3492, #2849; Calibre-Web-Automated #358
  test('is refreshed, and notebooks and calls that nobody knows are answered: nothing ends a sync early', async () => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo({ switches: { sideCalls: true, unknownCalls: true } })
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, violations: [] })
    const json = { RefreshToken: 'one of Kobo’s own' }
    const fresh = await sendAs(kobo, { method: 'POST', path: '/v1/auth/refresh', json })
    expect([fresh.status, JSON.parse(fresh.body.toString())]).toEqual([
      200,
      expect.objectContaining({ TokenType: 'Bearer' }),
    ])
    expect(kobo.titles()).toEqual(['Emma'])
  })
})

// calibre-web (a comment in its source), Komga’s proxy: a Kobo turns what is redirected into a GET
test('a write to an address that is not quite right is done, not redirected', async () => {
  scene = await openScene(['Emma'])
  const kobo = await scene.kobo()
  await scene.sync(kobo)
  const id = scene.id('Emma')
  const at = '2026-09-01T13:00:00Z'
  const place = { LastModified: at, ProgressPercent: 64, Location: null }
  const json = { ReadingStates: [{ EntitlementId: id, LastModified: at, CurrentBookmark: place }] }
  const put = await sendAs(kobo, { method: 'PUT', path: `//v1//library/${id}/state/`, json })
  const del = await sendAs(kobo, { method: 'DELETE', path: `/v1/library/${id}/` })
  expect([put.status, del.status]).toEqual([200, 204])
  const state = await sendAs(kobo, { method: 'GET', path: `/v1/library/${id}/state` })
  expect(state.body.toString()).toContain('"ProgressPercent":64')
  const { operations } = await scene.sync(kobo)
  expect(operations.filter(({ kind }) => kind === 'NewEntitlement')).toEqual([])
})

// Komga (a filter for it), calibre-web’s “external port”
test.each(['127.0.0.1', '', 'elsewhere.example.org', 'localhost:1'])(
  'a Host header like “%s” leads to addresses that work',
  async (host) => {
    scene = await openScene(['Emma'])
    const kobo = await scene.kobo()
    const path = `/v1/library/${scene.id('Emma')}/metadata`
    const answer = await sendAs(kobo, { method: 'GET', path, headers: { Host: host } })
    const url = /"Url":"([^"]+)"/.exec(answer.body.toString())?.[1] ?? ''
    const file = await fetch(url)
    expect([answer.status, file.status]).toEqual([200, 200])
    expect((await file.arrayBuffer()).byteLength).toBe(Number(file.headers.get('content-length')))
  },
)

// Calibre-Web-NextGen #1857, PR #2016; calibre-web #2230
test('a database that is busy when a book is deleted on the Kobo loses the deletion only until the next sync', async () => {
  scene = await openScene(['Emma', 'Dracula'], { patience: 50 })
  const kobo = await scene.readingKobo()
  kobo.remove(scene.id('Emma'))
  const other = new Database(scene.house.server.home.config.database)
  try {
    other.exec('begin immediate')
    expect(await scene.sync(kobo)).toMatchObject({ completed: false, pages: 0 })
  } finally {
    other.close()
  }
  await scene.sync(kobo)
  await scene.expectQuiet(kobo)
  expect(kobo.titles()).toEqual(['Dracula'])
})
