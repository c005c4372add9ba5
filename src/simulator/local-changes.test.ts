import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newBook } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { kobosOf } from './kobos-of.test-support.ts'

let fake: FakeServer
const { kobo, discardAll } = kobosOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

describe('what the reader does', () => {
  test('closing a book writes its place and its highlights', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    fake.seen.length = 0
    await device.open('b1')
    device.highlight('b1', 'Down the rabbit hole')
    const report = await device.close('b1', { percent: 33 })
    expect(report.violations).toEqual([])
    expect(fake.seen.map((seen) => `${seen.method} ${seen.path}`)).toEqual([
      'GET /v1/library/b1/state',
      'POST /api/v3/content/checkforchanges',
      'PUT /v1/library/b1/state',
      'PATCH /api/v3/content/b1/annotations',
      'POST /api/v3/content/checkforchanges',
    ])
    expect(fake.seen[3]?.body).toContain('Down the rabbit hole')
    expect(device.contents()[0]).toMatchObject({
      percentRead: 33,
      readStatus: 'Reading',
      highlights: 1,
    })
  })

  test('offline writes and deletes wait for the next sync and come before the library', async () => {
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    fake.seen.length = 0
    await device.close('b1', { percent: 50 }, { offline: true })
    device.remove('b2')
    expect(fake.seen).toEqual([])
    const report = await device.sync()
    expect(report.violations).toEqual([])
    const order = fake.seen.map((seen) => `${seen.method} ${seen.path}`)
    expect(order.slice(order.indexOf('POST /v1/analytics/gettests') + 1).slice(0, 3)).toEqual([
      'PUT /v1/library/b1/state',
      'DELETE /v1/library/b2',
      'GET /v1/library/sync',
    ])
    expect(fake.seen.find((seen) => seen.method === 'DELETE')?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '0',
    })
    fake.seen.length = 0
    await device.sync()
    expect(fake.seen.filter((seen) => seen.method === 'DELETE' || seen.method === 'PUT')).toEqual(
      [],
    )
  })

  test('a download empties the highlights of its book and fills them from the server', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    device.highlight('b1', 'mine alone')
    fake.annotations.set('b1', [
      {
        id: '11111111-1111-4111-8111-111111111111',
        type: 'highlight',
        clientLastModifiedUtc: '2026-01-01T00:00:00Z',
        highlightedText: 'from the server',
        location: { span: { chapterFilename: 'OEBPS/chapter1.xhtml' } },
      },
    ])
    device.removeDownload('b1')
    expect((await device.tap('b1')).violations).toEqual([])
    expect(device.highlights('b1').map((each) => each.text)).toEqual(['from the server'])
    fake.twists.set('/annotations', { status: 503 })
    device.removeDownload('b1')
    await device.tap('b1')
    expect(device.highlights('b1')).toEqual([])
  })
})
