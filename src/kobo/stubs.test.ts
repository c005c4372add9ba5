import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, type TempHome } from '../../test/support/temp-home.ts'
import { FOREIGN, openPairedKobo, type PairedKobo } from './paired-kobo.test-support.ts'

let home: TempHome
let call: PairedKobo['call']
let root: PairedKobo['root']

beforeEach(async () => {
  ;({ home, call, root } = await openPairedKobo())
})
afterEach(() => home.close())

describe('calls about the store', () => {
  test.each([
    ['GET', '/v1/user/loyalty/benefits', { Benefits: {} }],
    ['GET', '/v1/products/books/subscriptions', []],
    ['GET', '/v1/deals', { Deals: [] }],
    ['GET', '/v1/assets?DiffRequests=%5B%5D', { AssetGroups: [], KeepGoing: false }],
    ['GET', '/v1/user/wishlist?PageSize=100', { Items: [], TotalPageCount: 0 }],
    ['GET', `/v1/products/${FOREIGN}/nextread`, []],
    ['POST', `/v1/products/${FOREIGN}/nextread/more`, []],
    ['GET', '/api/internal/notebooks', { data: [], totalResults: 0 }],
    ['PUT', '/v1/library/tags/abc', {}],
    ['DELETE', '/v1/library/tags/abc', {}],
  ])('%s %s get the smallest answer that is right', async (method, path, expected) => {
    const answer = await call(method, path)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(expected)
    expect(await home.db.read.selectFrom('unknown_request').selectAll().execute()).toEqual([])
  })

  test('the test of the connection gets its own key back', async () => {
    const answer = await call('POST', '/v1/analytics/gettests', { body: { TestKey: 'abc' } })
    expect(await answer.json()).toEqual({ Result: 'Success', TestKey: 'abc', Tests: {} })
  })

  test('a new collection gets an id, as a JSON string', async () => {
    const answer = await call('POST', '/v1/library/tags', { body: { Name: 'x', Items: [] } })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a body that no Kobo sends is refused', async () => {
    const headers = { 'content-length': '2000000' }
    const large = { body: 'x'.repeat(2_000_000), headers }
    expect((await call('POST', '/v1/analytics/event', large)).status).toBe(200)
    expect((await call('PUT', `/v1/library/${FOREIGN}/state`, large)).status).toBe(413)
  })
})

describe('what nobody knows', () => {
  test('is answered, and written down once per kind', async () => {
    for (const id of ['6b1f2c3d-0000-5000-8000-000000000001', FOREIGN, 'Emma%20(1815)'])
      expect(await (await call('POST', `/v3/shelf/${id}/glow?x=1`)).text()).toBe('{}')
    await call('GET', '/v3/shelf/1/glow', { headers: { 'x-kobo-appversion': '5.18.1' } })
    const known = home.db.read.selectFrom('unknown_request').selectAll().orderBy('method')
    expect(await known.execute()).toEqual([
      { method: 'GET', shape: 'v3/shelf/{id}/glow', firmware: '5.18.1', first_at: START },
      { method: 'POST', shape: 'v3/shelf/{id}/glow', firmware: '4.45.23697', first_at: START },
    ])
  })

  test('is not written down without a good secret, nor beyond two hundred kinds', async () => {
    await root('GET', `/kobo/${'x'.repeat(43)}/v9/surprise`)
    const letters = 'abcdefghijklmno'.split('')
    for (const one of letters) for (const other of letters) await call('GET', `/v9/${one}${other}`)
    const rows = await home.db.read.selectFrom('unknown_request').select('shape').execute()
    expect(rows).toHaveLength(200)
  })
})
