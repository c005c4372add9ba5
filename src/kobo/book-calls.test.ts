import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TempHome } from '../../test/support/temp-home.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { revisionId } from './wire/revision.ts'
import { FOREIGN, openPairedKobo, type PairedKobo } from './paired-kobo.test-support.ts'

let home: TempHome
let app: PairedKobo['app']
let secret: PairedKobo['secret']
let device: PairedKobo['device']
let call: PairedKobo['call']
let addBook: PairedKobo['addBook']

beforeEach(async () => {
  ;({ home, app, secret, device, call, addBook } = await openPairedKobo())
})
afterEach(() => home.close())

describe('metadata', () => {
  test('is an array of one, whose download is the announced artifact', async () => {
    const book = await addBook('emma')
    const answer: unknown = await (await call('GET', `/v1/library/${book.id}/metadata`)).json()
    expect(answer).toMatchObject([
      { EntitlementId: book.id, DownloadUrls: [{ Format: 'EPUB3', Size: 5 }] },
    ])
    expect(JSON.stringify(answer)).toMatch(
      /"Url":"https:\/\/books\.example\.org\/kobo\/files\/[\w-]{48}\//,
    )
  })

  test('is found by the revision id of a later file too', async () => {
    const book = await addBook('emma')
    await home.db.transact((tx) => tx.updateTable('book').set({ file_rev: 3 }).execute())
    for (const id of [book.id, revisionId(book.id, 2), revisionId(book.id, 3)])
      expect((await call('GET', `/v1/library/${id}/metadata`)).status).toBe(200)
    const never = await call('GET', `/v1/library/${revisionId(book.id, 4)}/metadata`)
    expect([never.status, await never.json()]).toEqual([200, []])
  })
})

describe('a place in a book', () => {
  const moment = '2026-08-31T10:00:00Z'

  function states(id: string, percent: number, at = moment): object {
    const place = { LastModified: at, ProgressPercent: percent, Location: null }
    const one = { EntitlementId: id, LastModified: at, CurrentBookmark: place, Statistics: null }
    return { ReadingStates: [one] }
  }

  test('comes back as the Kobo wrote it, and shows that the book is there', async () => {
    const book = await addBook('emma')
    const put = await call('PUT', `/v1/library/${book.id}/state`, { body: states(book.id, 33) })
    expect(await put.json()).toEqual({
      RequestResult: 'Success',
      UpdateResults: [
        {
          EntitlementId: book.id,
          CurrentBookmarkResult: { Result: 'Success' },
          LastModified: moment,
          PriorityTimestamp: moment,
        },
      ],
    })
    const got = await call('GET', `/v1/library/${book.id}/state`)
    expect(await got.json()).toMatchObject([
      { PriorityTimestamp: moment, CurrentBookmark: { ProgressPercent: 33 } },
    ])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({
      state: 'held',
      stateRev: 1,
    })
  })

  test('that is older than the stored one changes nothing but is heard', async () => {
    const book = await addBook('emma')
    const path = `/v1/library/${book.id}/state`
    await call('PUT', path, { body: states(book.id, 60) })
    await call('PUT', path, { body: states(book.id, 90, '2026-08-30T00:00:00Z') })
    expect(await (await call('GET', path)).json()).toMatchObject([
      { LastModified: moment, CurrentBookmark: { ProgressPercent: 60 } },
    ])
  })

  test('in a book never opened is unread since the book is here', async () => {
    const book = await addBook('emma')
    expect(await (await call('GET', `/v1/library/${book.id}/state`)).json()).toMatchObject([
      { PriorityTimestamp: '2026-09-01T12:00:00Z', StatusInfo: { Status: 'ReadyToRead' } },
    ])
  })

  test('in a book that is not ours is done with', async () => {
    const path = `/v1/library/${FOREIGN}/state`
    const put = await call('PUT', path, { body: states(FOREIGN, 5) })
    expect(await put.json()).toMatchObject({ RequestResult: 'Success' })
    expect(await (await call('GET', path)).json()).toEqual([])
    expect(await home.db.read.selectFrom('reading_state').selectAll().execute()).toEqual([])
  })
})

describe('removing a book on the Kobo', () => {
  const headers = { 'content-type': 'application/json', 'content-length': '0' }

  test('keeps it off that Kobo, and needs no body', async () => {
    const book = await addBook('emma')
    const answer = await call('DELETE', `/v1/library/${book.id}`, { headers })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({ excluded: true })
  })

  test('is done with when the book is not ours', async () => {
    expect((await call('DELETE', `/v1/library/${FOREIGN}`, { headers })).status).toBe(204)
  })

  test('is an error when it cannot be told which Kobo it was', async () => {
    const book = await addBook('emma')
    for (const id of ['a', 'b'])
      await call('GET', '/v1/user/profile', { headers: { 'x-kobo-deviceid': id } })
    const answer = await app.request(`/kobo/${secret}/v1/library/${book.id}`, { method: 'DELETE' })
    expect(answer.status).toBe(503)
  })
})
