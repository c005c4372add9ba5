import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sendAsDevice, type DeviceAnswer } from '../support/device-request.ts'
import { openHouse, type House, type PairedTold } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

const FOREIGN = '0f000000-0000-4000-8000-00000000000f'
const DEVICE = {
  'x-kobo-deviceid': 'ab'.repeat(32),
  'x-kobo-appversion': '4.45.23697',
  'User-Agent': 'Mozilla/5.0 (Kobo Touch 0390/4.45.23697)',
}

let house: House
let paired: PairedTold
let base: string

beforeEach(async () => {
  house = await openHouse()
  paired = await house.device('Kobo')
  base = new URL(paired.syncUrl).pathname
})
afterEach(() => house.close())

type Sent = { body?: unknown; headers?: Record<string, string> }

/** A call below the Kobo's address. */
function call(method: string, path: string, sent: Sent = {}): Promise<DeviceAnswer> {
  return root(method, `${base}${path}`, sent)
}

function root(method: string, path: string, sent: Sent = {}): Promise<DeviceAnswer> {
  const body = sent.body === undefined ? undefined : JSON.stringify(sent.body)
  return sendAsDevice(house.url, {
    method,
    path,
    headers: { ...DEVICE, ...sent.headers },
    ...(body !== undefined && { body }),
  })
}

function json(answer: DeviceAnswer): unknown {
  return JSON.parse(answer.body.toString())
}

async function shelvedBook(): Promise<string> {
  const { id } = await house.addBook(await makeEpub({ title: 'Emma', authors: ['Jane Austen'] }))
  await house.shelf('Reading', [id])
  await house.settled()
  return id
}

describe('an address that a person wrote down not quite right', () => {
  test.each(['/', '//'])('and ends with “%s” is the address', async (ending) => {
    await shelvedBook()
    const page = await root('GET', `${base}${ending}/v1/library/sync?Filter=ALL`)
    expect(json(page)).toMatchObject([{ NewEntitlement: {} }])
    expect(
      (await root('GET', `/${base}/v1/library/sync/`)).headers['x-kobo-synctoken'],
    ).toBeTruthy()
    const map = JSON.stringify(json(await root('GET', `${base}${ending}/v1/initialization/`)))
    expect(map).toContain(`${paired.syncUrl}/v1/library/sync`)
  })

  test('is not written to the log either', async () => {
    await root('GET', `/kobo/${base.replace('/kobo', '')}/v1/user/profile`)
    expect(house.log.join('\n')).not.toContain(base.slice('/kobo/'.length))
  })
})

describe('a call in a way that nobody expects', () => {
  test.each(['HEAD', 'OPTIONS', 'MERGE', 'PROPFIND', 'PUT', 'DELETE', 'PATCH', 'TRACE'])(
    'such as %s is answered',
    async (method) => {
      for (const path of ['/v1/deals', '/v2/products', '/v1/surprise/', '/oauth/token']) {
        const answer = await call(method, path)
        expect([path, answer.status]).toEqual([path, 200])
        expect(answer.headers['transfer-encoding']).toBeUndefined()
      }
    },
  )

  test('names a book in quotation marks, in capitals or with an encoded comma', async () => {
    const id = await shelvedBook()
    for (const name of [`%22${id}%22`, id.toUpperCase()])
      expect(json(await call('GET', `/v1/library/${name}/metadata`))).toMatchObject([
        { EntitlementId: id },
      ])
    const both = await call('DELETE', `/v1/library/${FOREIGN}%2C${id}`)
    expect(both.status).toBe(204)
    const removed = await house.server.home.db.read
      .selectFrom('holding')
      .select(['book', 'excluded'])
      .execute()
    expect(removed).toEqual([{ book: id, excluded: 1 }])
  })

  test('brings a report of five megabytes, plain or packed, and goes on over the same connection', async () => {
    const body = 'x'.repeat(5_000_000)
    const answers = []
    for (const headers of [{}, { 'Content-Encoding': 'gzip' }])
      answers.push(await call('POST', '/v1/analytics/event', { body, headers }))
    expect(answers.map((answer) => [answer.status, answer.body.toString()])).toEqual([
      [200, '{}'],
      [200, '{}'],
    ])
  })
})

describe('a book of Kobo’s own store', () => {
  test('is asked for without an error, and what its reader did to it is kept', async () => {
    expect(json(await call('GET', `/v1/library/${FOREIGN}/metadata`))).toEqual([])
    expect(json(await call('GET', `/v1/library/${FOREIGN}/state`))).toEqual([])
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '0' }
    for (const id of [FOREIGN, FOREIGN.toUpperCase(), 'y'.repeat(300)])
      expect((await call('DELETE', `/v1/library/${id}`, { headers })).status).toBe(204)
    const kept = house.server.home.db.read.selectFrom('foreign_removal').selectAll()
    expect(await kept.execute()).toEqual([{ device: paired.id, content: FOREIGN, at: house.now() }])
  })
})

describe('a place in a book', () => {
  test('may be told as often as pages are turned, with no sync in between', async () => {
    const id = await shelvedBook()
    await call('GET', '/v1/library/sync')
    for (const minute of [1, 2, 3]) {
      const at = `2026-09-01T11:0${minute}:00Z`
      const place = { LastModified: at, ProgressPercent: 10 * minute, Location: null }
      const state = { EntitlementId: id, LastModified: at, CurrentBookmark: place }
      const told = await call('PUT', `/v1/library/${id}/state`, {
        body: { ReadingStates: [state] },
      })
      expect(told.status).toBe(200)
    }
    expect(json(await call('GET', `/v1/library/${id}/state`))).toMatchObject([
      { CurrentBookmark: { ProgressPercent: 30 } },
    ])
  })
})

describe('stars', () => {
  test('come back to the reader who gave them, for books of any shop', async () => {
    const id = await shelvedBook()
    for (const path of [
      `${id}/rating/4`,
      `${id}/rating/5`,
      `${FOREIGN}/rating/1`,
      `${id}/rating/9`,
    ])
      expect(json(await call('POST', `/v1/products/${path}`))).toEqual({})
    const reviews = json(await call('GET', `/v1/user/reviews?ProductIds=${id}%2C${FOREIGN},none`))
    expect(reviews).toMatchObject({
      Items: [
        { ProductId: id, Rating: 5, CreationDate: '2026-09-01T12:00:00Z' },
        { ProductId: FOREIGN, Rating: 1 },
      ],
      TotalPageCount: 1,
    })
    const other = await house.person('Ben')
    const { body } = await house.api<PairedTold>('POST', '/devices', { name: 'B' }, other)
    const path = `${new URL(body.syncUrl).pathname}/v1/user/reviews?ProductIds=${id}`
    expect(json(await root('GET', path))).toMatchObject({ Items: [] })
  })
})

describe('a collection made on a Kobo', () => {
  type Kept = { name: string; deleted_at: number | null; books: string[] }

  async function kept(): Promise<Kept[]> {
    const { read } = house.server.home.db
    const tags = await read.selectFrom('tag').selectAll().orderBy('name').execute()
    const books = await read.selectFrom('tag_item').selectAll().orderBy('book').execute()
    return tags.map(({ id, name, deleted_at }) => ({
      name,
      deleted_at,
      books: books.filter((each) => each.tag === id).map((each) => each.book),
    }))
  }

  const item = (id: string) => ({ RevisionId: id, Type: 'ProductRevisionTagItem' })

  test('is kept with its books, ours and others, under the id that the Kobo is given', async () => {
    const id = await shelvedBook()
    const made = await call('POST', '/v1/library/tags', {
      body: { Name: 'Sci-Fi 🚀', Items: [item(`"${id}"`)] },
    })
    expect(made.status).toBe(201)
    const tag = String(json(made))
    expect(tag).toMatch(/^[\da-f-]{36}$/)
    const put = { body: { Items: [item(FOREIGN), item(id)] } }
    expect((await call('POST', `/v1/library/tags/${tag}/Items`, put)).status).toBe(201)
    expect((await call('PUT', `/v1/library/tags/${tag}`, { body: { Name: 'SF' } })).status).toBe(
      200,
    )
    expect(await kept()).toEqual([{ name: 'SF', deleted_at: null, books: [FOREIGN, id].sort() }])

    const out = { body: { Items: [item(id)] } }
    expect((await call('POST', `/v1/library/tags/${tag}/items/delete`, out)).status).toBe(200)
    expect(await kept()).toMatchObject([{ books: [FOREIGN] }])
    expect((await call('DELETE', `/v1/library/tags/${tag}`)).status).toBe(200)
    expect(await kept()).toEqual([{ name: 'SF', deleted_at: house.now(), books: [] }])
  })

  test('is one collection when the Kobo says it twice', async () => {
    const body = { Name: 'Mine', Items: [item(FOREIGN)] }
    const ids = [
      json(await call('POST', '/v1/library/tags', { body })),
      json(await call('POST', '/v1/library/tags', { body })),
    ]
    expect(new Set(ids).size).toBe(1)
    expect(await kept()).toHaveLength(1)
  })

  test('of somebody else, or of nobody, is done with and not touched', async () => {
    const made = json(await call('POST', '/v1/library/tags', { body: { Name: 'Mine', Items: [] } }))
    const other = await house.person('Ben')
    const { body } = await house.api<PairedTold>('POST', '/devices', { name: 'B' }, other)
    const theirs = new URL(body.syncUrl).pathname
    for (const tag of [String(made), 'unknown'])
      for (const [method, path] of [
        ['PUT', ''],
        ['DELETE', ''],
        ['POST', '/items'],
        ['POST', '/items/delete'],
      ] as const) {
        const wish = { body: { Name: 'Yours', Items: [item(FOREIGN)] } }
        const answer = await root(method, `${theirs}/v1/library/tags/${tag}${path}`, wish)
        expect(answer.status).toBeLessThan(300)
      }
    expect(await kept()).toEqual([{ name: 'Mine', deleted_at: null, books: [] }])
  })

  test('has limits, beyond which a Kobo still hears that it is done', async () => {
    const many = Array.from({ length: 1200 }, (_, n) => item(`book ${n}`))
    const body = { Name: 'n'.repeat(1000), Items: many }
    expect((await call('POST', '/v1/library/tags', { body })).status).toBe(201)
    const [tag] = await kept()
    expect([tag?.name.length, tag?.books.length]).toEqual([250, 1000])
    expect((await call('POST', '/v1/library/tags', { body: 'nonsense' })).status).toBe(201)
    expect(await kept()).toHaveLength(1)
  })
})

describe('a Kobo that does not come in', () => {
  type Told = { items: { kind: string; cause: string; deviceId: string; id: string }[] }

  async function errata(): Promise<string[]> {
    const { body } = await house.api<Told>('GET', '/errata')
    return body.items.map(({ kind, cause }) => `${kind}: ${cause}`)
  }

  test('with an address that was replaced is told about once, until it calls with the new one', async () => {
    await call('GET', '/v1/user/profile')
    const { body } = await house.api<PairedTold>('POST', `/devices/${paired.id}/regenerate`, {
      library: 'kept',
    })
    for (let n = 0; n < 3; n += 1)
      expect((await call('GET', '/v1/initialization')).status).toBe(401)
    expect(await errata()).toEqual([
      'retired-address: “Kobo” still calls with an address that was replaced.',
    ])
    await root('GET', `${new URL(body.syncUrl).pathname}/v1/user/profile`)
    expect(await errata()).toEqual([])
  })

  test('because it was revoked can be let in again from there', async () => {
    await call('GET', '/v1/user/profile')
    await house.api('DELETE', `/devices/${paired.id}`)
    expect((await call('GET', '/v1/initialization')).status).toBe(401)
    expect(await errata()).toEqual([
      'revoked-address: “Kobo” still calls, although it was revoked.',
    ])
    const told = await house.api<Told>('GET', '/errata')
    const id = told.body.items[0]?.id ?? ''
    expect((await house.api('POST', `/errata/${id}/actions/restore`)).status).toBe(204)
    expect((await call('GET', '/v1/initialization')).status).toBe(200)
    expect(await errata()).toEqual([])
  })

  test('tells nothing when it is no Kobo, or no address of ours', async () => {
    await house.api('DELETE', `/devices/${paired.id}`)
    await sendAsDevice(house.url, { method: 'GET', path: `${base}/v1/initialization` })
    await root('GET', `/kobo/${'x'.repeat(43)}/v1/initialization`)
    expect(await errata()).toEqual([])
  })

  test('to its highlights with a token of ours is told about once, until it does', async () => {
    await call('GET', '/v1/user/profile')
    const notes = `/api/v3/content/${FOREIGN}/annotations`
    const strange = { headers: { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' } }
    await root('GET', notes, strange)
    expect(await errata()).toEqual([])

    house.advance(3 * 60 * 60_000)
    await root('GET', notes, { headers: { 'x-kobo-deviceid': 'cd'.repeat(32) } })
    await sendAsDevice(house.url, { method: 'GET', path: notes })
    expect(await errata()).toEqual([])
    for (let n = 0; n < 3; n += 1) expect((await root('GET', notes, strange)).status).toBe(200)
    await root('POST', '/api/v3/content/checkforchanges', strange)
    expect(await errata()).toHaveLength(1)
    expect((await errata())[0]).toMatch(/^foreign-token: “Kobo” tells of its highlights/)

    const tokens = json(await call('POST', '/oauth/token'))
    expect(tokens).toMatchObject({ token_type: 'Bearer' })
    const token = JSON.stringify(tokens).match(/"access_token":"([^"]+)"/)?.[1] ?? ''
    await root('GET', notes, { headers: { Authorization: `Bearer ${token}` } })
    expect(await errata()).toEqual([])
    await root('GET', notes, strange)
    expect(await errata()).toEqual([])
  })
})
