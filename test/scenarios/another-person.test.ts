import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueApiToken } from '../../src/people/api-token.ts'
import { invite } from '../../src/people/invitation.ts'
import { routesOf, ruleOf } from '../../src/people/rules.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { insertPasskey } from '../../src/people/passkey.store.ts'
import { insertIdentity } from '../../src/people/provider-identity.store.ts'
import { randomId } from '../../src/random-id.ts'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House, type Resident } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { tablesOf } from '../support/tables-of.ts'

/** What somebody has, by the noun in the address or the name of the parameter. */
type Belongings = {
  who: Resident
  kobo: HouseKobo
  ids: Record<string, string>
  cookie: string
  token: string
}

let house: House
let book: string
/** The owner. */
let anna: Belongings
let ben: Belongings
let cleo: Belongings

beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
  book = (await house.addBook(await makeEpub({ title: 'Emma', cover: 'jpeg' }))).id
  anna = await settle(house.owner)
  ben = await settle(await house.person('Ben'))
  cleo = await settle(await house.person('Cleo'))
})
afterAll(async () => {
  closeKobos()
  await house.close()
})

/** Gives somebody one of everything that can be asked for by its id. */
async function settle(who: Resident): Promise<Belongings> {
  const shelf = await house.shelf(`Shelf of ${who.name}`, [book], who)
  const kobo = await koboAt(house, { name: `Kobo of ${who.name}`, of: who })
  await kobo.syncUntilQuiet()
  kobo.makeShelf(`Holidays of ${who.name}`, [book])
  kobo.highlight(book, `a passage for ${who.name}`)
  kobo.rate(book, 3)
  await kobo.close(book, { percent: 20, minutes: 15 })
  await kobo.syncUntilQuiet()
  house.advance(5 * 60_000)
  await writeNotes(house.server.home)
  const body = { books: [], foreign: 0, salvaged: false, marks: true, token: null }
  const audit = await house.api<{ id: string }>('POST', `/devices/${kobo.device}/audits`, body, who)
  expect(audit.status).toBe(201)
  const syncs = await first(`/devices/${kobo.device}/syncs`, who)
  await house.api('POST', '/books', Buffer.from(`no book of ${who.name}`), who)
  const erratum = await first('/errata', who)
  const token = await issueApiToken(house.server.home, { person: who.id, label: 'spare' })
  const browser = openBrowser(house.url)
  await browser.signIn(who.name)
  const session = await first('/sessions', who)
  const { home } = house.server
  const invitation = await invite(home, { inviter: who.id, label: `by ${who.name}` })
  const passkey = randomId(home.random)
  await home.db.transact((tx) =>
    insertPasskey(tx, {
      id: passkey,
      person: who.id,
      name: `Key of ${who.name}`,
      rpId: 'localhost',
      createdAt: home.now(),
      usedAt: null,
      credential: passkey,
      publicKey: new Uint8Array(),
      counter: 0,
      transports: [],
    }),
  )
  const issuer = 'https://old.example'
  const label = `${who.name}@old.example`
  const linked = { issuer, subject: who.id, person: who.id, label, linkedAt: home.now() }
  await home.db.transact((tx) =>
    insertIdentity(tx, { ...linked, cause: 'linked', gaveOwnership: false }),
  )
  const tag = await home.db.read
    .selectFrom('tag')
    .select('id')
    .where('person', '=', who.id)
    .executeTakeFirstOrThrow()
  return {
    who,
    kobo,
    ids: {
      shelves: shelf.id,
      devices: kobo.device,
      errata: erratum,
      tokens: token.id,
      passkeys: passkey,
      'provider-identities': await first('/provider-identities', who),
      sessions: session,
      invitations: invitation.id,
      people: who.id,
      books: book,
      audit: audit.body.id,
      syncId: syncs,
      book,
      tag: tag.id,
    },
    cookie: browser.cookie,
    token: browser.form(`Sign out ${who.name}`).fields[0]?.[1] ?? '',
  }
}

async function first(path: string, who: Resident): Promise<string> {
  const { body } = await house.api<{ items: { id: string }[] }>('GET', path, undefined, who)
  return body.items[0]?.id ?? ''
}

/** The routes for persons whose address names something. */
const routes = () =>
  routesOf(house.server.app).filter(
    ({ method, path }) =>
      path.includes(':') &&
      ['person', 'own', 'owner-or-uploader', 'owner'].includes(ruleOf(method, path)),
  )

/** The address of a route with what these belongings have. Throws for a route that this test does not know yet. */
function addressOf(path: string, { ids }: Belongings): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string, at: number) => {
    const noun = path.slice(0, at).split('/').at(-2) ?? ''
    const id = name === 'id' ? ids[noun] : name === 'name' ? 'retry' : ids[name]
    if (id === undefined) throw new Error(`What is ${name} of ${path}?`)
    return id
  })
}

/** Calls a route as somebody: the API with their token, a page with their cookie and the token of their forms. */
async function call(
  route: { method: string; path: string },
  as: Belongings,
  whose: Belongings,
): Promise<{ status: number; words: string }> {
  const address = `${house.url}${addressOf(route.path, whose)}`
  const isApi = route.path.startsWith('/api/')
  const { method } = route
  const hasBody = !['GET', 'DELETE'].includes(method)
  const key = `${method} ${route.path}`
  const answer = await fetch(isApi ? address : `${address}?token=${as.token}`, {
    method,
    redirect: 'manual',
    headers: isApi
      ? {
          authorization: `Bearer ${as.who.token}`,
          ...(hasBody && { 'content-type': 'application/json' }),
        }
      : {
          cookie: as.cookie,
          ...(hasBody && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
    ...(hasBody && { body: isApi ? JSON.stringify(BODIES[key] ?? {}) : String(form(as)) }),
  })
  return { status: answer.status, words: await answer.text() }
}

/** What a call must say to be understood, where it must say anything. */
const BODIES: Record<string, object> = {
  'PATCH /api/v1/shelves/:id': { name: 'Taken' },
  'PATCH /api/v1/passkeys/:id': { name: 'Taken' },
  'POST /api/v1/devices/:id/resend': { books: ['x'] },
  'POST /api/v1/devices/:id/retract': { books: ['x'] },
  'POST /api/v1/errata/:id/dismiss': { reason: 'Taken' },
  'POST /api/v1/devices/:id/audits': {
    books: [],
    foreign: 0,
    salvaged: false,
    marks: true,
    token: null,
  },
}

/** What any form of a page may say: each reads what it knows. */
function form({ token }: Belongings): URLSearchParams {
  return new URLSearchParams({
    token,
    reason: 'Taken',
    how: 'resend',
    book,
    confirm: '1',
    name: 'Taken',
  })
}

/** What is somebody's, row by row, without when it was looked at. */
function rowsOf({ who, ids }: Belongings): Record<string, string[]> {
  const names = [who.id, ids['devices'] ?? '', ids['shelves'] ?? '', ids['tag'] ?? '']
  const tables = Object.entries(tablesOf(house)).filter(([name]) => name !== 'due')
  return Object.fromEntries(
    tables.map(([name, rows]) => [
      name,
      rows
        .filter((row) => names.some((id) => row.includes(id)))
        .map((row) => row.replace(/"used_at":\w+/, '')),
    ]),
  )
}

describe('somebody who asks with the ids of another person', () => {
  const EXPECTED = { own: 404, owner: 403, 'owner-or-uploader': 403 } as const

  test('finds nothing in any call and on any page, and changes nothing', async () => {
    expect(routes().length).toBeGreaterThan(45)
    const before = rowsOf(cleo)
    for (const route of routes()) {
      const rule = ruleOf(route.method, route.path)
      // The catalogue belongs to everybody.
      if (rule === 'person') continue
      const { status, words } = await call(route, ben, cleo)
      const name = `${route.method} ${route.path}`
      expect([name, status]).toEqual([name, EXPECTED[rule as keyof typeof EXPECTED]])
      expect([name, /Cleo|passage/.test(words)]).toEqual([name, false])
    }
    expect(rowsOf(cleo)).toEqual(before)
  })

  test('finds nothing as the owner either, who sees operations and not what others read', async () => {
    const before = rowsOf(ben)
    for (const route of routes()) {
      if (ruleOf(route.method, route.path) !== 'own') continue
      const name = `${route.method} ${route.path}`
      const { status, words } = await call(route, anna, ben)
      expect([name, status]).toEqual([name, 404])
      expect([name, /Ben|passage/.test(words)]).toEqual([name, false])
    }
    expect(rowsOf(ben)).toEqual(before)
  })

  test('finds nothing in any list', async () => {
    const lists = routesOf(house.server.app).filter(
      ({ method, path }) =>
        method === 'GET' && !path.includes(':') && ruleOf(method, path) === 'own',
    )
    expect(lists.length).toBeGreaterThan(7)
    for (const as of [ben, anna])
      for (const route of lists) {
        const { status, words } = await call(route, as, as)
        const found = Object.entries(cleo.ids).filter(
          ([noun, id]) => !['book', 'books', 'syncId'].includes(noun) && words.includes(id),
        )
        expect([route.path, status, found]).toEqual([route.path, 200, []])
        expect([route.path, words.includes('Cleo')]).toEqual([route.path, false])
      }
  })

  test('does not mix what is theirs with what is another’s', async () => {
    // The device is Ben's, the audit is Cleo's. A sync is named by its place in the log of the one device.
    const mixed = { ...ben, ids: { ...cleo.ids, devices: ben.ids['devices'] ?? '' } }
    for (const route of routes().filter(({ path }) => /:audit\b/.test(path))) {
      const { status } = await call(route, ben, mixed)
      const name = `${route.method} ${route.path}`
      expect([name, status]).toEqual([name, 404])
    }
    // A device of Ben's does not carry a shelf of Cleo's.
    const path = `/devices/${ben.ids['devices']}`
    const wish = { shelves: [cleo.ids['shelves']] }
    expect((await house.api('PATCH', path, wish, ben.who)).status).toBe(404)
    expect((await house.api('POST', '/devices', { name: 'x', ...wish }, ben.who)).status).toBe(404)
  })

  test('would have found it all with their own ids', async () => {
    const reads = routes().filter(
      ({ method, path }) => method === 'GET' && ruleOf(method, path) === 'own',
    )
    expect(reads.length).toBeGreaterThan(10)
    for (const route of reads) {
      const { status } = await call(route, ben, ben)
      expect([route.path, status]).toEqual([route.path, 200])
    }
  })
})

describe('a Kobo that calls with what belongs to another person', () => {
  const ask = (method: string, path: string, body?: object, headers: object = {}) =>
    fetch(path.startsWith('http') ? path : `${ben.kobo.syncUrl}${path}`, {
      method,
      headers: {
        'x-kobo-deviceid': ben.kobo.deviceId,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })

  test('changes nothing of theirs by any call', async () => {
    const before = rowsOf(cleo)
    const { tag } = cleo.ids
    await ask('PUT', `/v1/library/tags/${tag}`, { Name: 'Taken' })
    await ask('POST', `/v1/library/tags/${tag}/items`, { Items: [{ RevisionId: book }] })
    await ask('POST', `/v1/library/tags/${tag}/items/delete`, { Items: [{ RevisionId: book }] })
    await ask('DELETE', `/v1/library/tags/${tag}`)
    await ask('POST', `/v1/products/${book}/rating/1`)
    await ask('PUT', `/v1/library/${book}/state`, {
      ReadingStates: [
        {
          EntitlementId: book,
          LastModified: '2030-01-01T00:00:00Z',
          CurrentBookmark: { ProgressPercent: 99, LastModified: '2030-01-01T00:00:00Z' },
        },
      ],
    })
    await ask('DELETE', `/v1/library/${book}`)
    // Also when it says that it is Cleo's Kobo.
    const hers = { 'x-kobo-deviceid': cleo.kobo.deviceId }
    await ask('GET', '/v1/library/sync', undefined, hers)
    await ask('DELETE', `/v1/library/${book}`, undefined, hers)
    expect(rowsOf(cleo)).toEqual(before)
  })

  test('is told nothing of theirs, with either token and either id', async () => {
    const { AccessToken } = (await (
      await ask('POST', '/v1/auth/device', { UserKey: 'x' })
    ).json()) as { AccessToken: string }
    const before = rowsOf(cleo)
    for (const id of [ben.kobo.deviceId, cleo.kobo.deviceId, undefined]) {
      const headers = {
        authorization: `Bearer ${AccessToken}`,
        ...(id !== undefined && { 'x-kobo-deviceid': id }),
      }
      const url = `${house.url}/api/v3/content/${book}/annotations`
      const words = await (await fetch(url, { headers })).text()
      expect(words).not.toContain('for Cleo')
      const patch = { updatedAnnotations: [], deletedAnnotationIds: ['x'] }
      await fetch(url, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(patch),
      })
    }
    const state = await (await ask('GET', `/v1/library/${book}/state`)).text()
    expect(state).not.toContain(cleo.kobo.device)
    const errata = (rows: Record<string, string[]>) => ({ ...rows, erratum: [] })
    expect(errata(rowsOf(cleo))).toEqual(errata(before))
  })
})
