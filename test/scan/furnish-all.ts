import { insertPasskey } from '../../src/people/passkey.store.ts'
import { insertIdentity } from '../../src/people/provider-identity.store.ts'
import { furnish } from '../hostile/fuzz-target.ts'
import type { Target } from '../hostile/fuzz-requests.ts'
import { auditOf } from '../support/audit-of.ts'
import { openBrowser } from '../support/browser.ts'
import { first } from '../support/found.ts'
import type { House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

/** A target with some of everything that a route can name. */
export type Furnished = Target & {
  /**
   * The id of one of these: called by the noun before its `:id`, or by the name of a part like `:audit`. What changes something has one
   * for itself, so that nothing was deleted before; `route` says who asks.
   */
  idFor(noun: string, route: string): string
}

/** So many of what routes delete: more than there are routes that do something to one. */
const SOME = Array.from({ length: 12 }, (_, n) => n)

/** Furnishes a house with some of everything. `proxied`: headers that a proxy sends with everything. */
export async function furnishAll(
  house: House,
  proxied: Record<string, string> = {},
): Promise<Furnished> {
  const target = await furnish(house, proxied)
  const made = async (path: string, body: unknown) =>
    (await house.api<{ id: string }>('POST', path, body)).body.id
  const listed = async (path: string) =>
    first((await house.api<{ items: { id: string }[] }>('GET', path)).body.items).id

  const kobo = await koboAt(house, { name: 'Audited', behind: house.url })
  await kobo.syncUntilQuiet()
  const audit = (await auditOf(house, kobo)).id
  house.advance(5 * 60_000)
  const syncId = await listed(`/devices/${kobo.device}/syncs`)
  closeKobos()

  const books = await several(async (n) =>
    house.addBook(await makeEpub({ title: `Book ${n}`, seed: n })),
  )
  await several((n) => house.api('POST', '/books', Buffer.from(`no book at all ${n}`)))
  const errata = (await house.api<{ items: { id: string; actions: string[] }[] }>('GET', '/errata'))
    .body.items
  // Another session than the one that asks, which is the last used.
  await openBrowser(house.url, proxied).signIn(house.owner.name)
  const [, coverKey = ''] = /\/kobo\/covers\/([^/]+)/.exec(target.files.join()) ?? []
  const [, mediaKey = '', , artifact = ''] =
    /\/kobo\/files\/([^/]+)\/([^/]+)\/([^/,?]+)/.exec(target.files.join()) ?? []
  const ids: Record<string, string[]> = {
    books: [target.book, ...books.map(({ id }) => id)],
    book: [target.book],
    imageId: [target.book],
    shelves: [target.shelf, ...(await several((n) => made('/shelves', { name: `Shelf ${n}` })))],
    devices: [kobo.device],
    audit: [audit],
    syncId: [syncId],
    errata: errata.map(({ id }) => id),
    name: [first(first(errata).actions)],
    people: (await several((n) => house.person(`Person ${n}`))).map(({ id }) => id),
    invitations: await several((n) => made('/invitations', { label: `Guest ${n}` })),
    tokens: await several((n) => made('/tokens', { label: `Script ${n}` })),
    sessions: [await listed('/sessions')],
    ...(await waysIn(house)),
    coverKey: [coverKey],
    mediaKey: [mediaKey],
    artifact: [artifact],
    kind: ['epub'],
    width: ['120'],
    height: ['120'],
    quality: ['80'],
    grey: ['true'],
  }
  const turns = new Map<string, number>()
  const idFor = (noun: string, route: string): string => {
    const all = ids[noun] ?? []
    const mine = `${noun} ${route}`
    const turn =
      turns.get(mine) ?? [...turns.keys()].filter((each) => each.startsWith(`${noun} `)).length
    turns.set(mine, turn)
    const id = all[turn % all.length]
    if (id === undefined || id === '') throw new Error(`No ${noun} is there for ${route}.`)
    return id
  }
  return { ...target, idFor }
}

async function several<One>(make: (n: number) => Promise<One>): Promise<One[]> {
  const all: One[] = []
  for (const n of SOME) all.push(await make(n))
  return all
}

/** What the owner signs in by beside the password. */
async function waysIn(house: House): Promise<Record<string, string[]>> {
  const { id: person } = house.owner
  const at = house.now()
  await house.server.home.db.transact(async (tx) => {
    for (const n of SOME)
      await insertPasskey(tx, {
        id: `passkey-${n}`,
        person,
        name: `Phone ${n}`,
        rpId: 'localhost',
        createdAt: at,
        usedAt: null,
        credential: `credential ${n}`,
        publicKey: new Uint8Array(1),
        counter: 0,
        transports: [],
      })
    await insertIdentity(tx, {
      issuer: 'https://provider.example',
      subject: 'sub',
      person,
      label: 'anna@provider.example',
      cause: 'linked',
      gaveOwnership: false,
      linkedAt: at,
    })
  })
  const { items } = (await house.api<{ items: { id: string }[] }>('GET', '/provider-identities'))
    .body
  return {
    passkeys: SOME.map((n) => `passkey-${n}`),
    'provider-identities': [first(items).id],
  }
}
