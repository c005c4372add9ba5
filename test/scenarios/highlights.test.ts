import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unsavedHighlights } from '../../src/reading/unsaved.store.ts'
import { sendAsDevice } from '../support/device-request.ts'
import { openHouse, type BookTold, type House, type PairedTold } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

const MINUTE = 60_000

let house: House
let emma: BookTold

beforeEach(async () => {
  house = await openHouse()
  emma = await house.addBook(await makeEpub({ title: 'Emma' }))
  await house.shelf('Sofa', [emma.id])
  await house.settled()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

/** Whether Emma may hold highlights, on a Kobo of this person, that are not stored here. */
async function isUnsaved(person = house.owner.id): Promise<boolean> {
  const { db } = house.server.home
  return (await unsavedHighlights(db.read, person, [emma.id])).has(emma.id)
}

/** A call to the reading services, with or without a token of ours. */
async function call(
  method: string,
  deviceId: string,
  sent: { token?: string; body?: object; book?: string } = {},
) {
  const answer = await sendAsDevice(house.url, {
    method,
    path: `/api/v3/content/${sent.book ?? emma.id}/annotations`,
    headers: {
      'x-kobo-deviceid': deviceId,
      Authorization: `Bearer ${sent.token ?? 'eyJhbGciOiJub25lIn0.e30.x'}`,
    },
    ...(sent.body && { body: JSON.stringify(sent.body) }),
  })
  return { status: answer.status, etag: answer.headers.etag, text: answer.body.toString() }
}

/** A token of ours, for a Kobo that has this address. */
async function tokenOf({ syncUrl }: Pick<PairedTold, 'syncUrl'>): Promise<string> {
  const answer = await fetch(`${syncUrl}/oauth/token`, { method: 'POST' })
  return /"access_token":"([^"]+)"/.exec(await answer.text())?.[1] ?? ''
}

/** Connects a Kobo that then downloads everything that is offered to it. */
async function synced(switches: Parameters<typeof koboAt>[1] = {}) {
  const kobo = await koboAt(house, switches)
  house.advance(MINUTE)
  await kobo.sync()
  expect(kobo.titles()).toEqual(['Emma'])
  house.advance(2 * MINUTE)
  return kobo
}

const mark = (id: string, type: string, more: object = {}) => ({
  id,
  type,
  clientLastModifiedUtc: '2026-09-01T12:00:00Z',
  ...more,
})

describe('highlights are stored here', () => {
  test('of a book that was fetched from here, and of one that is on no Kobo', async () => {
    expect(await isUnsaved()).toBe(false)
    const kobo = await synced()
    kobo.highlight(emma.id, 'Handsome, clever, and rich')
    await kobo.close(emma.id, { percent: 20 })
    await expect.poll(() => isUnsaved()).toBe(false)

    house.advance(2 * MINUTE)
    kobo.removeDownload(emma.id)
    await kobo.tap(emma.id)
    expect(kobo.highlights(emma.id).map(({ text }) => text)).toEqual(['Handsome, clever, and rich'])
    await expect.poll(() => isUnsaved()).toBe(false)
  })

  test('of a book fetched by a Kobo that does not ask for them but lists its books', async () => {
    await synced({ switches: { annotationsAskedAfterDownload: false } })
    await expect.poll(() => isUnsaved()).toBe(false)
  })
})

describe('highlights may be elsewhere, and a person is told before the book is fetched again', () => {
  test('when calls about them never arrive', async () => {
    await synced({
      switches: { annotationsAskedAfterDownload: false, annotationList: 'nothing' },
    })
    expect(await isUnsaved()).toBe(true)
  })

  test('when the Kobo had the book before it was connected', async () => {
    const kobo = await synced()
    const ben = await house.person('Ben')
    const paired = await house.api<PairedTold>('POST', '/devices', { name: 'Ben’s' }, ben)
    kobo.pointAt(paired.body.syncUrl)
    await kobo.close(emma.id, { percent: 30 })
    await expect.poll(() => isUnsaved(ben.id)).toBe(true)
    expect(await isUnsaved()).toBe(false)
  })

  test.each(['PATCH', 'GET'])('when a %s came without a token of ours', async (method) => {
    const kobo = await synced()
    await expect.poll(() => isUnsaved()).toBe(false)
    const body = { updatedAnnotations: [mark('a', 'highlight')] }
    const answer = await call(method, kobo.deviceId, method === 'PATCH' ? { body } : {})
    expect([answer.status, answer.text]).toEqual(
      method === 'PATCH' ? [204, ''] : [200, '{"annotations":[],"nextPageOffsetToken":null}'],
    )
    expect(await isUnsaved()).toBe(true)

    house.advance(2 * MINUTE)
    kobo.removeDownload(emma.id)
    await kobo.tap(emma.id)
    await expect.poll(() => isUnsaved()).toBe(false)
  })

  test('while marks of a stylus are among them, or something that could not be read', async () => {
    const kobo = await synced()
    const token = await tokenOf(kobo)
    const told = async (body: object) => {
      expect((await call('PATCH', kobo.deviceId, { token, body })).status).toBe(204)
      return await isUnsaved()
    }
    expect(await told({ updatedAnnotations: [mark('a', 'highlight')] })).toBe(false)
    expect(await told({ updatedAnnotations: [mark('b', 'markup')] })).toBe(true)
    expect(await told({ deletedAnnotationIds: ['b'] })).toBe(false)
    const drawn = mark('c', 'note', { attachments: { 'c.svg': { size: 1 } } })
    expect(await told({ updatedAnnotations: [drawn] })).toBe(true)
    expect(await told({ deletedAnnotationIds: ['c'] })).toBe(false)
    expect(await told({ updatedAnnotations: [{ type: 'highlight' }] })).toBe(true)
  })

  test('when the book is there again after it had left', async () => {
    const kobo = await synced()
    kobo.remove(emma.id)
    await kobo.sync()
    expect(await isUnsaved()).toBe(false)
    // A Kobo's clock may be a minute off.
    house.advance(2 * MINUTE)
    await house.api('GET', '/errata')
    await fetch(`${kobo.syncUrl}/v1/library/${emma.id}/state`, {
      method: 'PUT',
      headers: { 'x-kobo-deviceid': kobo.deviceId, 'content-type': 'application/json' },
      body: JSON.stringify({
        ReadingStates: [
          {
            EntitlementId: emma.id,
            LastModified: new Date(house.now()).toISOString(),
            StatusInfo: { LastModified: new Date(house.now()).toISOString(), Status: 'Reading' },
          },
        ],
      }),
    })
    expect(await isUnsaved()).toBe(true)
  })
})

describe('a Kobo that was given another address', () => {
  test('keeps its highlights while it still has its token of before', async () => {
    const paired = await house.device('Libra')
    const deviceId = 'ab'.repeat(32)
    const token = await tokenOf(paired)
    const body = { updatedAnnotations: [mark('a', 'highlight')] }
    expect((await call('PATCH', deviceId, { token, body })).status).toBe(204)
    const whole = await call('GET', deviceId, { token })
    expect(whole.text).toContain('"id":"a"')

    const { body: renewed } = await house.api<PairedTold>(
      'POST',
      `/devices/${paired.id}/regenerate`,
      { library: 'kept' },
    )
    // Whoever has only the token of the old address is nobody.
    expect(await call('GET', deviceId, { token })).toMatchObject({ status: 200, etag: 'W/"0"' })
    const headers = { 'x-kobo-deviceid': deviceId, Authorization: `Bearer ${token}` }
    await fetch(`${renewed.syncUrl}/v1/user/profile`, { headers })
    expect(await call('GET', deviceId, { token })).toEqual(whole)
  })
})

describe('what is told of a book that is not ours', () => {
  test('is kept and given back to the byte, and a deletion stays known', async () => {
    const paired = await house.device('Libra')
    const token = await tokenOf(paired)
    const book = 'file:///mnt/onboard/Austen, Jane/Emma.epub'
    const raw = '{"id" : "a","type":"dogear", "clientLastModifiedUtc":"2026-09-01T12:00:00Z" }'
    const path = `/api/v3/content/${encodeURIComponent(book)}/annotations`
    const headers = {
      'x-kobo-deviceid': 'ab'.repeat(32),
      Authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    }
    const send = (body: string) => sendAsDevice(house.url, { method: 'PATCH', path, headers, body })
    expect((await send(`{"updatedAnnotations":[ ${raw} ]}`)).status).toBe(204)
    const given = await sendAsDevice(house.url, { method: 'GET', path, headers })
    expect(given.body.toString()).toBe(`{"annotations":[${raw}],"nextPageOffsetToken":null}`)

    await send('{"deletedAnnotationIds":["a"]}')
    const empty = await sendAsDevice(house.url, { method: 'GET', path, headers })
    expect([empty.body.toString(), empty.headers.etag]).toEqual([
      '{"annotations":[],"nextPageOffsetToken":null}',
      'W/"0"',
    ])
    const kept = await house.server.home.db.read
      .selectFrom('annotation_patch')
      .select('body')
      .execute()
    expect(kept.map((row) => row.body)).toEqual([
      `{"updatedAnnotations":[ ${raw} ]}`,
      '{"deletedAnnotationIds":["a"]}',
    ])
  })
})
