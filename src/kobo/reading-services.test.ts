import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, type TempHome } from '../../test/support/temp-home.ts'
import { revokeDevice } from '../devices/change-device.store.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { FOREIGN, openPairedKobo, type PairedKobo } from './paired-kobo.test-support.ts'

let home: TempHome
let device: PairedKobo['device']
let root: PairedKobo['root']
let addBook: PairedKobo['addBook']
let token: PairedKobo['token']

beforeEach(async () => {
  ;({ home, device, root, addBook, token } = await openPairedKobo())
})
afterEach(() => home.close())

describe('annotations', () => {
  const note = '{"id":"n1", "type":"note","clientLastModifiedUtc":"2026-08-31T10:00:00Z","x":1.0}'
  const body = `{"updatedAnnotations":[${note}]}`

  function annotations(id: string): string {
    return `/api/v3/content/${encodeURIComponent(id)}/annotations`
  }

  async function spooled() {
    return await home.db.read.selectFrom('annotation_patch').selectAll().orderBy('id').execute()
  }

  test('never changed, as far as a Kobo hears', async () => {
    const asked = { body: [{ ContentId: FOREIGN, etag: '' }] }
    const answer = await root('POST', '/api/v3/content/checkforchanges', asked)
    expect(await answer.json()).toEqual([])
  })

  test('are kept as they came, of every book and every caller', async () => {
    const sideloaded = 'file:///mnt/onboard/Some Book.epub'
    for (const [id, text] of [
      [FOREIGN, body],
      [sideloaded, 'not json'],
    ] as const)
      expect((await root('PATCH', annotations(id), { body: text })).status).toBe(204)
    expect(await spooled()).toMatchObject([
      { content: FOREIGN, body, verified: 0, person: null, at: START },
      { content: sideloaded, body: 'not json', verified: 0 },
    ])
  })

  test('come back to a token of ours to the byte, and show that the book is there', async () => {
    const book = await addBook('emma')
    const headers = await token()
    const path = annotations(book.id)
    expect((await root('PATCH', path, { body, headers })).status).toBe(204)
    expect(await spooled()).toMatchObject([{ person: 'ada', device: device.id, verified: 1 }])
    expect(await holdingOf(home.db.read, device.id, book.id)).toMatchObject({ state: 'held' })

    const full = await root('GET', `${path}?limit=100`, { headers })
    expect(await full.text()).toBe(`{"annotations":[${note}],"nextPageOffsetToken":null}`)
    const etag = full.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    const again = await root('GET', path, { headers: { ...headers, 'if-none-match': etag } })
    expect(again.status).toBe(200)
  })

  test('are empty for a book without any, and for a caller that nobody knows', async () => {
    const headers = await token()
    await root('PATCH', annotations(FOREIGN), { body, headers })
    for (const [id, caller] of [
      ['another', headers],
      [FOREIGN, { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' }],
    ] as const) {
      const answer = await root('GET', annotations(id), { headers: caller })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('etag')).toBe('W/"0"')
      expect(await answer.json()).toEqual({ annotations: [], nextPageOffsetToken: null })
    }
  })

  test('of a token whose address was revoked are nobody’s', async () => {
    const headers = await token()
    await root('PATCH', annotations(FOREIGN), { body, headers })
    await home.db.transact((tx) => revokeDevice(tx, device.id, START))
    const answer = await root('GET', annotations(FOREIGN), { headers })
    expect(await answer.json()).toEqual({ annotations: [], nextPageOffsetToken: null })
  })

  test('have neighbours that are never an error', async () => {
    for (const [method, path] of [
      ['GET', '/api/UserStorage/Metadata'],
      ['POST', '/api/UserStorage/Upload'],
      ['GET', '/api/internal/notebooks'],
      ['GET', '/api/v3/whatever'],
    ] as const)
      expect((await root(method, path)).status).toBe(200)
  })
})
